"""The schema of a store: which one it has, whether this program can work with it, and how it is brought up to date."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from db import engine
from db.engine import WRITING, connected
from db.errors import BadInput, TocsinError

if TYPE_CHECKING:
    from alembic.config import Config


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # late: only an upgrade needs Alembic, a quarter of a second

    config = Config()
    config.set_main_option("script_location", "db:migrations")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest schema revision this program knows."""
    return max(known())


def revision(url: str) -> str | None:
    """The schema revision of a store; None for an empty one."""
    with connected(url) as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """The schema revision that a connection's store bears; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return str(found) if found is not None else None


def check(url: str) -> None:
    """Refuse a store that this program cannot work with, naming the cure."""
    there(url)
    found = revision(url)
    if found is None:
        raise TocsinError("the database holds no Tocsin store yet; make one with: tocsin init")
    if found == head():
        return
    _refuse_newer(found)
    raise TocsinError("the store is older than this program; bring it up to date with: tocsin init")


def there(url: str) -> None:
    """Refuse an address where there is no file."""
    if not exists(url):
        named = engine.engine(url).url.database
        raise TocsinError(f"there is no store at {named} yet; make one with: tocsin --db {url} init")


def exists(url: str) -> bool:
    """Whether there is a file at the address of a SQLite store; always True of a server."""
    parsed = engine.engine(url).url
    return parsed.get_backend_name() != "sqlite" or not parsed.database or Path(parsed.database).exists()


def known() -> set[str]:
    """All schema revisions this program knows, by the names of their files (v0001_...)."""
    return {path.name[1:5] for path in (Path(__file__).parent / "migrations" / "versions").glob("v*.py")}


def _refuse_newer(found: str) -> None:
    if found not in known():
        raise TocsinError("the store is newer than this program; install the newer Tocsin and try again")


def upgrade(url: str) -> bool:
    """Bring a store to the newest schema, keeping every row; True when anything changed.

    A SQLite store is copied beside itself first. The row counts of all tables, the triggers and the
    indexes are compared before and after, and a loss rolls the whole upgrade back.
    """
    _make_room(url)
    found = revision(url)
    if found == head():
        return False
    if found is not None:
        _refuse_newer(found)
        _keep_copy(url, found)
    with connected(url, **{WRITING: True}) as connection:
        # Batch migrations drop parents; with foreign keys on, their children would go with them.
        _foreign_keys(connection, on=False)
        try:
            _migrate(connection)
        finally:
            _foreign_keys(connection, on=True)
    return True


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    driver = connection.connection.cursor()  # below SQLAlchemy: the pragma does nothing inside a transaction
    if connection.dialect.name == "sqlite":
        driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    driver.close()


def _migrate(connection: Connection) -> None:
    from alembic import command

    sqlite = connection.dialect.name == "sqlite"
    with connection.begin():
        engine.queue(
            connection, "upgrade"
        )  # of two programs that start at once the second finds nothing to do
        before, things = counts(connection), _triggers_and_indexes(connection)
        command.upgrade(_config(connection), "head")
        after = counts(connection)
        lost = {name for name, n in before.items() if after.get(name, 0) < n}
        if lost:
            raise TocsinError(f"the upgrade would lose rows of {sorted(lost)}; nothing was changed")
        gone = things - _triggers_and_indexes(connection) - _dropped_on_purpose()
        if gone:
            raise TocsinError(f"the upgrade would lose {', '.join(sorted(gone))}; nothing was changed")
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise TocsinError("the upgrade would leave broken references; nothing was changed")


def _triggers_and_indexes(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        listed = "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    else:
        listed = (
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() "
            "UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
    return {str(name) for name in connection.execute(text(listed)).scalars()}


def _dropped_on_purpose() -> set[str]:
    """The triggers and indexes that migrations name in `DROPS`, a set beside their `revision`."""
    from alembic.script import ScriptDirectory

    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return {name for step in steps for name in getattr(step.module, "DROPS", ())}


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table of a store holds."""
    names = [n for n in inspect(connection).get_table_names() if n != "alembic_version"]
    quote = connection.dialect.identifier_preparer.quote
    return {n: connection.execute(text(f"SELECT count(*) FROM {quote(n)}")).scalar_one() for n in names}  # noqa: S608  (names of ours)


def _make_room(url: str) -> None:
    parsed = engine.engine(url).url
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database).resolve().parent
        if not folder.is_dir():
            raise BadInput(
                f"the folder {folder} does not exist; make it, or name another place for the store"
            )
        _touch(Path(parsed.database))


def _touch(path: Path) -> None:
    """Make the file of a new store, for its owner only."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise TocsinError(
            f"{path} cannot be written ({error.strerror}); check its rights and the disk"
        ) from error


def _keep_copy(url: str, found: str) -> None:
    path = make_url(url).database
    if engine.engine(url).dialect.name != "sqlite" or not path:
        return
    copy = Path(f"{path}.before-{found}")
    if copy.exists():
        return
    partial = copy.with_name(copy.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        with engine.driver(url) as cursor:
            cursor.execute("VACUUM INTO ?", (str(partial),))
    except DBAPIError:
        partial.unlink(missing_ok=True)  # a part of a copy would only take up room
        raise
    partial.replace(copy)
