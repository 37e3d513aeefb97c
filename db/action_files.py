"""The steps of a team's own plan as a file: `actions.csv` of a region pack, or one of the team's own.

A plan names roles, never persons: a cell that reads like a name, an address or a telephone number is refused.
Rows that are sound are used; each of the others is named with its column and its cure.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db import personal_data
from db.pack_cells import Cells, Problem
from db.vocab import LEVELS

FILE = "actions.csv"
COLUMNS = ("level", "audience", "order", "step", "step_ar", "owner_role", "contact_role")
STEP_LENGTH, WORD_LENGTH, MOST_STEPS = 500, 64, 99
ROLE_CURE = "write a role in small letters, such as duty officer, never a person"
# Words that make a capitalised cell a role ("Duty Officer") and no name ("Amal Haddad").
_ROLE_WORDS = (
    "adviser advisor analyst approver board chair chief committee community contact coordinator council country "
    "deputy desk director duty field focal head legal liaison manager media member modeller monitor office officer "
    "partner point press programme protection regional representative role secretariat security specialist staff "
    "team unit verifier watch"
)
_ROLES = frozenset(_ROLE_WORDS.split())
_NUMBER = re.compile(r"\d(?:[\s./()-]?\d){5,}")  # longer than a count or a year: a telephone, an id
_CAPITAL = re.compile(r"[^\W\d_]*[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: at which level, for whom, as which in order, what to do, and whose role it is."""

    level: int
    audience: str
    position: int
    step: str
    step_ar: str | None = None
    owner_role: str | None = None
    contact_role: str | None = None

    @property
    def slot(self) -> tuple[int, str, int]:
        """Where the step stands; no two steps in force stand at one place."""
        return (self.level, self.audience, self.position)


def read(path: Path) -> tuple[list[Step], list[Problem]]:
    """The sound steps of a file, and what is wrong with the other rows; a missing file is no plan."""
    problems: list[Problem] = []
    if not path.is_file():
        return [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            header = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [], [Problem(path.name, None, None, f"cannot be read ({error}); save it as UTF-8 CSV")]
    if missing := [name for name in COLUMNS if name not in header]:
        return [], [Problem(path.name, 1, None, f"columns are missing: {', '.join(missing)}")]
    found = [_step(problems, path.name, number, row) for number, row in enumerate(rows, start=2)]
    return _first_of_each([(n, one) for n, one in enumerate(found, start=2) if one], path.name, problems)


def _first_of_each(
    found: list[tuple[int, Step]], file: str, problems: list[Problem]
) -> tuple[list[Step], list[Problem]]:
    """Of several steps at one place the first; the others are named."""
    kept: dict[tuple[int, str, int], Step] = {}
    for number, one in found:
        if one.slot in kept:
            problems.append(Problem(file, number, "order", "stands twice; number the steps of a level apart"))
        kept.setdefault(one.slot, one)
    return list(kept.values()), problems


def _step(problems: list[Problem], file: str, number: int, row: dict[str, str]) -> Step | None:
    if None in row or None in row.values():
        text = "has another number of cells than its header; put quotes round text with commas"
        problems.append(Problem(file, number, None, text))
        return None
    cells = Cells(problems, file, number, {name: value.strip() for name, value in row.items()})
    step = Step(
        level=_level(cells),
        audience=cells.text("audience", required=True, limit=WORD_LENGTH) or "",
        position=_position(cells),
        step=cells.text("step", required=True, limit=STEP_LENGTH) or "",
        step_ar=cells.text("step_ar", limit=STEP_LENGTH),
        owner_role=cells.text("owner_role", limit=WORD_LENGTH),
        contact_role=cells.text("contact_role", limit=WORD_LENGTH),
    )
    for column, message in _persons(step):
        cells.fail(column, message)
    return step if cells.good else None


def _level(cells: Cells) -> int:
    said = (cells.row.get("level") or "").casefold()
    known = {str(number): number for number in LEVELS} | {word: number for number, word in LEVELS.items()}
    if said not in known:
        cells.fail("level", f"{said!r} is no level; write one of: {', '.join(LEVELS.values())}, or 0 to 4")
    return known.get(said, 0)


def _position(cells: Cells) -> int:
    said = cells.row.get("order") or ""
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= MOST_STEPS):
        cells.fail("order", f"{said!r} is no place in order; write a whole number from 1 to {MOST_STEPS}")
        return 0
    return int(said)


def faults(step: Step) -> Iterator[tuple[str, str]]:
    """What is wrong with a step that somebody typed: (column, message with its cure)."""
    if step.level not in LEVELS:
        yield "level", "is no level; choose 0 to 4"
    if not 1 <= step.position <= MOST_STEPS:
        yield "order", f"is no place in order; choose a whole number from 1 to {MOST_STEPS}"
    for column in ("audience", "step"):
        if not getattr(step, column).strip():
            yield column, "is empty; fill it in"
    for column in COLUMNS:
        limit = STEP_LENGTH if column in ("step", "step_ar") else WORD_LENGTH
        if len(str(getattr(step, column, "") or "")) > limit:
            yield column, f"is longer than {limit} characters; shorten it"
    yield from _persons(step)


def _persons(step: Step) -> Iterator[tuple[str, str]]:
    """Cells that seem to name a person or how to reach one."""
    for column in ("owner_role", "contact_role"):
        if (said := getattr(step, column)) and names_a_person(said):
            yield column, f"seems to name a person, or how to reach one; {ROLE_CURE}"
    for column in ("audience", "step", "step_ar"):
        if (said := getattr(step, column)) and _personal(said):
            yield column, "seems to name a person, or how to reach one; name the role instead"


def names_a_person(role: str) -> bool:
    """Whether what should be a role seems to name a person, or how to reach one."""
    return _personal(role) or _like_a_name(role)


def _personal(text: str) -> bool:
    return any(not one.public for one in personal_data.find(text)) or bool(_NUMBER.search(text))


def _like_a_name(role: str) -> bool:
    """Whether capitalised words stand there and none of them belongs to a role."""
    words = re.findall(r"[^\W\d_]+", role)
    return any(map(_CAPITAL.fullmatch, words)) and not any(word.casefold() in _ROLES for word in words)
