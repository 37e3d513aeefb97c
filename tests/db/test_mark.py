"""The mark of the store: another after each change of the record, the same after what is only noted."""

from datetime import timedelta
from pathlib import Path

import pytest

from db import audit, engine, mark, store
from db.schema import Region
from db.vocab import AccessAct
from tests import factories
from tests.conftest import NOW


def of(url: str) -> str:
    with engine.reading(url) as session:
        return mark.read(session)


def test_every_change_of_the_record_makes_another_mark(both: str, tmp_path: Path) -> None:
    """An import, which goes past the engine's ORM; a row; a change that is given up leaves it as it was."""
    seen = [of(both)]
    assert seen[0]
    factories.take(both, factories.write_csv(tmp_path / "r.csv", [factories.report_row()]), "reports")
    seen.append(of(both))
    with pytest.raises(KeyError), engine.writing(both) as session:
        session.get_one(Region, "nowhere").loaded_at = NOW + timedelta(1)
        session.flush()
        raise KeyError
    assert of(both) == seen[-1]
    with engine.writing(both) as session:
        session.get_one(Region, "nowhere").loaded_at = NOW + timedelta(1)  # flushed at the end only
    seen.append(of(both))
    assert len(set(seen)) == 3


def test_what_is_only_noted_leaves_it(both: str) -> None:
    """Who looked, which job runs, and nothing at all."""
    before = of(both)
    audit.note(both, "ana", AccessAct.READ, "today", now=NOW)
    with engine.writing(both):
        pass
    with engine.writing(both) as session:
        store.start_run(session, "daily", NOW, "t")
    assert of(both) == before
