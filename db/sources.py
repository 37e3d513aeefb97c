"""Who publishes: whose word a cited name is, and how reliable a source was held to be at what time."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Region, Revision, Source
from db.vocab import Entity, FigureRule, Reliability

_BRACKETS = re.compile(r"\(([^)]*)\)")
Grading = tuple[datetime, Reliability | None, Reliability | None]


@dataclass(frozen=True, slots=True)
class Register:
    """What derivation knows of a region's sources: names to independence groups, gradings by people, the rule."""

    groups: Mapping[str, str]
    gradings: Mapping[str, Sequence[Grading]]
    rule: FigureRule

    def known_group(self, name: str) -> str | None:
        """The independence group of a source of the region by one of its names; None for a stranger."""
        return next((self.groups[key] for key in _keys(name) if key in self.groups), None)

    def group(self, name: str) -> str:
        """The group that a cited name stands for; a stranger is a group of its own."""
        return self.known_group(name) or name.casefold()

    def reliability(
        self,
        source_id: str,
        now: Reliability | None,
        moment: datetime,
        *,
        before: bool = False,
        recorded: datetime | None = None,
    ) -> Reliability | None:
        """How a source was graded at a moment, or just before it; `now` is its grade of today (or of `recorded`)."""
        grade = now
        for at, old, _new in reversed(self.gradings.get(source_id, ())):
            if recorded is not None and at >= recorded:
                continue
            if at > moment or (before and at == moment):
                grade = old
        return grade


def register(session: Session, region_id: str) -> Register:
    """The register of a region, read once in a transaction."""
    known: dict[str, Register] = session.info.setdefault("registers", {})
    if region_id not in known:
        known[region_id] = _read(session, region_id)
    return known[region_id]


def forget(session: Session) -> None:
    """Forget the registers, after a source changed in this very transaction."""
    session.info.pop("registers", None)


def _read(session: Session, region_id: str) -> Register:
    s = Source
    rows = session.execute(
        select(s.id, s.code, s.name, s.name_ar, s.independence_group)
        .where(s.region_id == region_id)
        .order_by(s.code)
    ).all()
    groups: dict[str, str] = {}
    for row in rows:
        for name in (row.code, row.name, row.name_ar):
            for key in _keys(name or ""):
                groups.setdefault(key, row.independence_group)
    region = session.get(Region, region_id)
    rule = FigureRule((region.settings if region else {}).get("figure_rule") or FigureRule.MAX_SOURCE)
    return Register(groups, _gradings(session, {row.id for row in rows}), rule)


def _gradings(session: Session, sources: set[str]) -> dict[str, list[Grading]]:
    """When people graded sources anew, from what to what, in order."""
    r = Revision
    asked = select(r.entity_id, r.at, r.old, r.new).where(r.entity == Entity.SOURCE, r.field == "reliability")
    found: dict[str, list[Grading]] = defaultdict(list)
    for source, at, old, new in session.execute(asked.order_by(r.seq)):
        if source in sources:
            found[source].append((at, _grade(old), _grade(new)))
    return found


def _grade(value: str | None) -> Reliability | None:
    return Reliability(value) if value else None


@lru_cache(maxsize=20_000)
def _keys(name: str) -> tuple[str, ...]:
    """The forms a name is looked up by: whole, without what stands in brackets, and that alone."""
    forms = [name, _BRACKETS.sub(" ", name), *_BRACKETS.findall(name)]
    return tuple(dict.fromkeys(filter(None, map(_key, forms))))


def _key(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.findall(r"\w+", text)).removeprefix("the ")
