"""The store's floor: connections, transactions, upgrades."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, UniqueConstraint, inspect, text

from db import engine, migrating
from db.errors import TocsinError
from db.schema import Base
from tests.db.stores import change, count, rows


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with engine.engine(url).connect() as opened:
        yield opened


def test_upgrade_twice_changes_nothing_the_second_time(empty_url: str) -> None:
    assert migrating.upgrade(empty_url) is True
    assert migrating.upgrade(empty_url) is False
    assert migrating.revision(empty_url) == migrating.head()
    migrating.check(empty_url)


def test_the_migrations_make_exactly_the_schema(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


def _inline(connection: Connection, table: str) -> set[str]:
    """The named references that SQLite keeps with a column that was added later; SQLAlchemy does not read them."""
    if connection.dialect.name != "sqlite":
        return set()
    asked = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    made = connection.execute(asked, {"table": table}).scalar_one()
    return set(re.findall(r'CONSTRAINT "?(\w+)"? REFERENCES', made))


def test_every_constraint_and_index_is_there_by_name(connection: Connection) -> None:
    found = inspect(connection)
    name_of = connection.dialect.identifier_preparer.format_constraint
    for table in Base.metadata.tables.values():
        wanted = {
            name_of(c)
            for c in table.constraints
            if isinstance(c, CheckConstraint | ForeignKeyConstraint | UniqueConstraint)
        }
        there = {
            str(c["name"])
            for kind in ("check_constraints", "foreign_keys", "unique_constraints")
            for c in getattr(found, f"get_{kind}")(table.name)
            if c["name"] is not None
        }
        assert wanted == there | _inline(connection, table.name), table.name
        indexes = {i["name"] for i in found.get_indexes(table.name) if not i.get("duplicates_constraint")}
        assert {i.name for i in table.indexes} <= indexes, table.name


def test_a_newer_store_is_refused(url: str) -> None:
    change(url, "UPDATE alembic_version SET version_num = 'from the future'")
    for attempt in (migrating.check, migrating.upgrade):
        with pytest.raises(TocsinError, match="newer than this program; install the newer"):
            attempt(url)


def test_an_older_store_is_told_to_upgrade(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    current = migrating.head()

    monkeypatch.setattr(migrating, "known", lambda: {current, "9999"})
    with pytest.raises(TocsinError, match="older than this program; .* tocsin init"):
        migrating.check(url)


def test_an_empty_database_is_told_to_init(empty_url: str) -> None:
    with pytest.raises(TocsinError, match=r"make one with: tocsin .*init"):
        migrating.check(empty_url)


@pytest.mark.parametrize(
    ("address", "cure"),
    [
        ("nonsense", "write sqlite:///file.db or postgresql://"),
        ("quux://x/y", "write sqlite:///file.db or postgresql://"),
        ("mysql://x/y", "write sqlite:///file.db or postgresql://"),
        ("sqlite:////no/such/folder/x.db", "does not exist; make it, or name another place"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "check the address, the server and your rights"),
    ],
)
def test_an_unusable_address_is_refused_in_one_line(address: str, cure: str) -> None:
    with pytest.raises(TocsinError) as refusal:
        migrating.upgrade(address)
    assert cure in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)
    with pytest.raises(TocsinError):
        migrating.check(address)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("id,year\n" + "1,2018\n" * 500)
    for attempt in (migrating.check, migrating.upgrade):
        with pytest.raises(TocsinError, match="not a database"):
            attempt(f"sqlite:///{path}")
    assert path.read_text().startswith("id,year")


def together(*jobs: Callable[[], object]) -> list[Exception]:
    """Run jobs at the same time; the errors that came out."""
    failures: list[Exception] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_two_programs_may_upgrade_at_once(empty_url: str) -> None:
    assert together(*[lambda: migrating.upgrade(empty_url)] * 2) == []
    migrating.check(empty_url)


def test_two_writers_that_read_first_never_meet_a_lock(nowhere: str) -> None:
    change(nowhere, "UPDATE source SET lag_days = 0")

    def add() -> None:
        for _ in range(20):
            with engine.writing(nowhere) as session:
                held = session.scalar(text("SELECT max(lag_days) FROM source"))
                session.execute(text("UPDATE source SET lag_days = :n"), {"n": held + 1})

    assert together(add, add) == []
    assert rows(nowhere, "SELECT DISTINCT lag_days FROM source") == [{"lag_days": 40}]


def test_what_fails_leaves_nothing(both: str) -> None:
    with pytest.raises(ZeroDivisionError), engine.writing(both) as session:
        session.execute(text("DELETE FROM community_place"))
        raise ZeroDivisionError
    assert count(both, "community_place") == 4


def test_readers_see_one_state_while_a_writer_goes_on(both: str) -> None:
    with engine.reading(both) as session:
        before = session.scalar(text("SELECT count(*) FROM place_alias"))
        change(both, "DELETE FROM place_alias")
        assert session.scalar(text("SELECT count(*) FROM place_alias")) == before
    assert count(both, "place_alias") == 0


MIGRATION = '''
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", None


def upgrade() -> None:
    """A step that a test wrote."""
    {step}
'''

REBUILD = """way = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("community", recreate=way) as batch:
        batch.add_column(sa.Column("colour", sa.Text(), nullable=True))"""


Migrate = Callable[[str, str], None]


@pytest.fixture
def migrate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Migrate:
    """Upgrade a store by one throwaway migration."""

    def run(url: str, step: str) -> None:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        env = Path(engine.__file__).parent / "migrations" / "env.py"
        (folder / "env.py").write_text(env.read_text())
        (folder / "versions" / "v9999.py").write_text(MIGRATION.format(step=step))

        def config(connection: Connection | None = None) -> Config:
            made = Config()
            made.set_main_option("script_location", str(folder))
            made.set_main_option("path_separator", "os")
            made.attributes["connection"] = connection
            return made

        change(url, "DELETE FROM alembic_version")
        monkeypatch.setattr(migrating, "_config", config)
        migrating.upgrade(url)

    return run


def test_an_upgrade_keeps_every_row(both: str, migrate: Migrate) -> None:
    before = rows(both, "SELECT * FROM community_place ORDER BY community_id")
    migrate(both, REBUILD)
    assert rows(both, "SELECT * FROM community_place ORDER BY community_id") == before
    assert rows(both, "SELECT DISTINCT colour FROM community") == [{"colour": None}]


@pytest.mark.parametrize(
    "step",
    [
        'op.execute("DELETE FROM community_place")',
        'op.drop_table("row_issue"); op.drop_table("community_place")',
    ],
)
def test_an_upgrade_that_would_lose_rows_is_undone(both: str, migrate: Migrate, step: str) -> None:
    with pytest.raises(TocsinError, match="would lose rows of .*community_place.*nothing was changed"):
        migrate(both, step)
    assert count(both, "community_place") == 4
    assert count(both, "row_issue") == 0


def test_an_upgrade_that_would_break_references_is_undone(nowhere: str, migrate: Migrate) -> None:
    with pytest.raises(TocsinError, match="broken references"):
        migrate(nowhere, "op.execute(\"UPDATE community_place SET place_id = 'gone'\")")
    assert count(nowhere, "community_place") == 4


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_an_upgrade_that_would_lose_triggers_or_indexes_is_undone(nowhere: str, migrate: Migrate) -> None:
    change(nowhere, "CREATE INDEX ix_mine ON community (lower(name))")
    change(nowhere, "CREATE TRIGGER tr_mine AFTER DELETE ON community BEGIN SELECT 1; END")
    with pytest.raises(TocsinError, match=r"would lose .*ix_mine.*tr_mine.*nothing was changed"):
        migrate(nowhere, REBUILD)
    kept = rows(nowhere, "SELECT name FROM sqlite_master WHERE name LIKE '%mine' ORDER BY name")
    assert [row["name"] for row in kept] == ["ix_mine", "tr_mine"]


def test_an_index_that_a_migration_names_may_go(both: str, migrate: Migrate) -> None:
    migrate(both, 'op.drop_index("ix_actor_region_id")\n\n\nDROPS = {"ix_actor_region_id"}')
    assert migrating.revision(both) == "9999"


def test_a_sqlite_store_is_copied_before_an_upgrade(nowhere: str, migrate: Migrate) -> None:
    path = Path(nowhere.removeprefix("sqlite:///"))
    migrating._keep_copy(nowhere, "0001")
    copy = path.with_name(path.name + ".before-0001")
    assert count(f"sqlite:///{copy}", "community") == 4


def test_sqlite_learns_how_its_rows_are_spread(both: str) -> None:
    """And PostgreSQL is left alone, which does so by itself."""
    with engine.writing(both) as session:
        engine.study(session)
    with engine.reading(both) as session:
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'place'"))
