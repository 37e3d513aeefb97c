"""The team's own plan: what a file may say, what a pack may do, and what stays of a person's decision."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import action_files, engine, packs, plans, queries, store
from db.action_files import Step
from db.errors import BadInput
from db.finding import find
from db.forgetting import forget
from db.policy import LOCAL, Denied, Viewer
from db.vocab import Role
from tests.conftest import NOW
from tests.factories import pack

HEADER = "level,audience,order,step,step_ar,owner_role,contact_role\n"
CALL = Step(3, "team", 1, "Call the focal points", "اتصل بجهات الاتصال", "duty officer", "field desk")
DAY, TODAY = timedelta(days=1), NOW.date()
FAULTS = [
    ("5,team,1,Call,,,", "level", "not assessed, baseline, watch, warning, emergency"),
    ("3,,1,Call,,,", "audience", "fill it in"),
    ("3,team,first,Call,,,", "order", "from 1 to 99"),
    ("3,team,1,,,,", "step", "fill it in"),
    ("3,team,1,Call,,Amal Haddad,", "owner_role", "write a role in small letters"),
    ("3,team,1,Call,,,Dr. Amal Haddad", "contact_role", "name a person"),
    ("3,team,1,Call,,,+963 944 123 456", "contact_role", "how to reach one"),
    ("3,team,1,Call,,,desk@example.org", "contact_role", "how to reach one"),
    ("3,team,1,Call 0944123456,,,", "step", "name the role instead"),
    ("3,team,1,Call,,", None, "another number of cells"),
]


def write(folder: Path, *lines: str) -> Path:
    (folder / action_files.FILE).write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
    return folder / action_files.FILE


def plan(url: str, day: date = TODAY, **more: Any) -> list[str]:
    with engine.reading(url) as session:
        return list(queries.action_plan(session, LOCAL, region_id="nowhere", as_of=day, **more)["step"])


def reload(url: str, folder: Path, *lines: str, at: Any = NOW) -> bool:
    home = pack(folder)
    write(home, *lines)
    with engine.writing(url) as session:
        return store.load_region(session, packs.read(home), at)


@pytest.mark.parametrize(("line", "column", "cure"), FAULTS)
def test_a_bad_row_is_named_with_its_cure_and_the_others_are_used(
    line: str, column: str | None, cure: str, tmp_path: Path
) -> None:
    steps, problems = action_files.read(write(tmp_path, line, "Emergency,team,2,Meet,,Duty Officer,SOC"))
    assert [(one.level, one.step) for one in steps] == [(4, "Meet")]
    assert [(one.file, one.row, one.column) for one in problems] == [(action_files.FILE, 2, column)]
    assert cure in problems[0].message


def test_two_steps_at_one_place_are_told_apart(tmp_path: Path) -> None:
    steps, problems = action_files.read(write(tmp_path, "3,team,1,Call,,,", "3,team,1,Meet,,,"))
    assert [one.step for one in steps] == ["Call"] and problems[0].row == 3


def test_a_file_without_its_columns_or_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / action_files.FILE
    path.write_text("level,step\n3,Call\n")
    assert "audience" in action_files.read(path)[1][0].message
    path.write_bytes(b"\xff\xfe\x00")
    assert "save it as UTF-8" in action_files.read(path)[1][0].message


def test_the_shipped_exercise_has_a_marked_plan_and_syria_none() -> None:
    drill, syria = (packs.read(packs.SHIPPED / name) for name in ("exercise", "syria"))
    assert drill.actions and not drill.remarks
    assert all(one.step.startswith("EXERCISE: ") and one.step_ar for one in drill.actions)
    assert not syria.actions


def test_a_pack_brings_its_plan_and_what_a_person_settled_survives_it(both: str, tmp_path: Path) -> None:
    lines = ["3,team,1,Call,,,", "3,team,2,Meet,,,", "4,team,1,Leave,,,"]
    assert reload(both, tmp_path, *lines) and not reload(both, tmp_path, *lines)
    assert plan(both) == ["Leave", "Call", "Meet"]
    with engine.writing(both) as session:
        found = queries.action_plan(session, LOCAL, region_id="nowhere", as_of=TODAY)
        ids = dict(zip(found["step"], found["step_id"], strict=True))
        other = Step(3, "team", 1, "Write")
        plans.change(session, LOCAL, ids["Call"], other, by="ana", now=NOW + DAY)
        plans.end(session, LOCAL, ids["Meet"], by="ana", now=NOW + DAY)
    later = (NOW + 3 * DAY).date()
    assert reload(both, tmp_path, *lines, "2,team,1,Read,,,", at=NOW + 2 * DAY)
    assert plan(both, later) == ["Leave", "Write", "Read"]
    assert reload(both, tmp_path, "2,team,1,Read,,,", at=NOW + 2 * DAY)
    assert plan(both, later) == ["Write", "Read"]
    assert plan(both, later, recorded_as_of=TODAY) == ["Leave", "Call", "Meet"]
    assert plan(both, TODAY - DAY) == []
    assert plan(both, later, level=2) == ["Read"]


def test_a_file_takes_the_place_of_the_plan_and_says_so_once(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        how = {"by": "ana", "now": NOW}
        assert plans.replace(session, LOCAL, "nowhere", [CALL], **how) == (1, 0)
        assert plans.replace(session, LOCAL, "nowhere", [CALL], **how) == (0, 0)
        other = replace(CALL, step="Write")
        assert plans.replace(session, LOCAL, "nowhere", [other], **how) == (1, 1)
        assert plans.replace(session, LOCAL, "nowhere", [CALL], **how) == (1, 1)
    assert plan(nowhere) == [CALL.step]


def test_what_cannot_be_put_into_a_plan_is_refused(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        step = plans.add(session, LOCAL, "nowhere", CALL, by="ana", now=NOW)
        for wrong, told in (
            (CALL, "is there already"),
            (replace(CALL, position=2, owner_role="Amal"), "owner_role: seems to name a person"),
            (replace(CALL, position=2, step=" "), "step: is empty"),
            (replace(CALL, position=2, step="x" * 501), "longer than 500"),
            (replace(CALL, level=7), "level: is no level"),
            (replace(CALL, position=0), "order: is no place"),
        ):
            with pytest.raises(BadInput, match=told):
                plans.add(session, LOCAL, "nowhere", wrong, by="ana", now=NOW)
        assert plans.change(session, LOCAL, step, CALL, by="ana", now=NOW) == step
        plans.end(session, LOCAL, step, by="ana", now=NOW)
        for gone, told in ((step, "no longer in the plan"), ("none", "there is no step")):
            with pytest.raises(BadInput, match=told):
                plans.end(session, LOCAL, gone, by="ana", now=NOW)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.VERIFIER, Role.MODELLER])
def test_only_an_approver_or_an_administrator_settles_the_plan(role: Role, nowhere: str) -> None:
    with engine.writing(nowhere) as session, pytest.raises(Denied, match="may settle"):
        plans.add(session, Viewer("x", frozenset({role})), "nowhere", CALL, by="x", now=NOW)


def test_who_wrote_a_step_is_somebody_to_readers_and_can_be_forgotten(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        step = plans.add(session, LOCAL, "nowhere", CALL, by="amal@example.org", now=NOW)
        plans.end(session, LOCAL, step, by="amal@example.org", now=NOW + DAY)
        reader = Viewer("x", frozenset({Role.VIEWER}))
        seen = queries.action_plan(session, reader, region_id="nowhere", as_of=TODAY)
        assert list(seen["by"]) == ["somebody"]
        forget(session, LOCAL, "amal@example.org", reason="asked", by="root", now=NOW)
        assert not [one for one in find(session, LOCAL, "amal@example.org") if one.table == "action_step"]
