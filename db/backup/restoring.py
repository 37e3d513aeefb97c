"""The way back: a backup is taken apart and looked over beside the store, and only then takes its place."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from db import engine, erasure, migrating, settings
from db.backup import CONFIG, KEY, STORE, container, facts, postgres, rights, sqlite
from db.errors import BadInput, TocsinError
from db.schema import Erasure

Entry = dict[str, Any]


@dataclass
class Looked:
    """What a look into a backup found: its manifest, settings that came with it, and what to say of it."""

    manifest: dict[str, Any]
    settings: dict[str, bytes] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    kept: str | None = None
    erased: int = 0


def verify(path: Path, key: bytes | None = None) -> Looked:
    """Check a backup in every way that needs no store: digests, pages, references, counts, chains."""
    _known(path)
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        archive = Path(folder) / STORE
        looked = _unpacked(path, key, archive)
        if looked.manifest["database"] == "sqlite":
            _sound(path, archive, looked)
            url = f"sqlite:///{archive}"
            _upgraded(url, looked, path)
            engine.engine(url).dispose()
        else:
            _same(path, looked.manifest["rows"], postgres.rows_in(archive, looked.manifest["pg_dump"]))
        return looked


def restore(
    url: str,
    path: Path,
    now: datetime,
    *,
    key: bytes | None = None,
    replace: bool = False,
    erasures: Sequence[Entry] | None = None,
) -> Looked:
    """Put a backup in the place of a store, all of it or nothing.

    What was erased since, as the replaced store or a list of `erasures` tells, is erased again before
    anybody can read it. A store with rows is replaced only if told so, and kept beside under another name.
    """
    _known(path)
    if container.header(path)["database"] != engine.engine(url).dialect.name:
        raise BadInput(
            f"{path.name} is a backup of another kind of database ({container.header(path)['database']}); "
            "restore it there, then carry it over: tocsin export --format jsonl --full, tocsin import store"
        )
    since = _since(url, replace, erasures)
    way = _sqlite if engine.engine(url).dialect.name == "sqlite" else _postgres
    return way(url, path, key, since, now)


def _known(path: Path) -> None:
    """Refuse a backup of a schema that this program does not know, before anything is read."""
    if container.header(path)["schema"] not in migrating.known():
        raise BadInput(
            f"{path.name} was made by a newer Tocsin (schema {container.header(path)['schema']}); install that"
        )


NOTED = {"access_log", "job_run"}  # a new store notes who looked at it; it is empty all the same


@dataclass(frozen=True)
class _Since:
    rows: int
    entries: list[Entry]
    held: rights.Rights | None = None


def _since(url: str, replace: bool, erasures: Sequence[Entry] | None) -> _Since:
    """What the store that is replaced holds, and what was erased in it or elsewhere."""
    try:
        held = _held(url)
    except (DatabaseError, TocsinError) as error:
        if not replace or erasures is None:
            raise TocsinError(
                f"the store that is there cannot be read ({_reason(error)}), so what was erased in it is not "
                "known; to replace it all the same: --replace, with --erasures FILE or --no-erasures"
            ) from error
        return _Since(1, list(erasures))
    if held.rows and not replace:
        raise BadInput(
            f"the store is not empty ({held.rows} rows); restore into a new one, or add --replace (the old one "
            "is kept beside it)"
        )
    entries = {one["id"]: one for one in (*held.entries, *(erasures or ()))}
    return _Since(held.rows, list(entries.values()), held.held)


def _held(url: str) -> _Since:
    there = migrating.exists(url) if engine.engine(url).dialect.name == "sqlite" else postgres.exists(url)
    if not there or migrating.revision(url) is None:
        return _Since(0, [])
    with engine.reading(url) as session:
        counts = {n: rows for n, rows in migrating.counts(session.connection()).items() if n not in NOTED}
        if "erasure" not in counts:
            return _Since(sum(counts.values()), [])
        found = session.execute(select(Erasure.__table__))
        entries = [dict(row) for row in found.mappings()]
        return _Since(sum(counts.values()), entries, rights.read(session))


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _unpacked(path: Path, key: bytes | None, archive: Path) -> Looked:
    """Take the members of a backup apart: the store into a file, the small ones into memory."""
    small: dict[str, _Kept] = {name: _Kept() for name in (CONFIG, KEY)}

    def sink(name: str) -> IO[bytes]:
        if name == STORE:
            archive.touch(mode=0o600)
            return archive.open("wb")
        if name not in small:
            raise BadInput(f"{path.name} holds something this program does not know ({name[:40]!r})")
        return small[name]

    manifest = container.read(path, key, sink)
    if not _whole(manifest):
        raise BadInput(f"{path.name} does not say what it holds; take another backup")
    return Looked(manifest, {name: part.body for name, part in small.items() if part.body})


def _whole(manifest: dict[str, Any]) -> bool:
    """Whether a manifest says all that is compared, each thing as what it is: anybody can write one."""
    kinds: dict[str, type] = {
        "schema": str,
        "database": str,
        "made_at": str,
        "rows": dict,
        "heads": dict,
        "erasures": list,
    }
    if manifest.get("database") != "sqlite":
        kinds["pg_dump"] = int
    whole = all(isinstance(manifest.get(name), kind) for name, kind in kinds.items())
    return (
        whole and STORE in manifest["members"] and all(isinstance(n, int) for n in manifest["rows"].values())
    )


class _Kept(BytesIO):
    """A small member of a backup, still there after it was closed."""

    body = b""

    def close(self) -> None:
        if not self.closed:
            self.body = self.getvalue()
        super().close()


def _sound(path: Path, archive: Path, looked: Looked) -> None:
    if wrong := sqlite.unsound(archive):
        raise BadInput(f"the store in {path.name} is damaged ({wrong}); take another backup")
    try:
        with sqlite.opened(archive) as connection:
            _compared(path, looked.manifest, facts.of(connection))
    except DatabaseError as error:
        raise _odd(path, error) from error


def _compared(path: Path, told: dict[str, Any], found: dict[str, Any]) -> None:
    if wrong := facts.differences(told, found):
        raise BadInput(f"{path.name} does not hold what it says ({wrong[0]}); take another backup")


def _same(path: Path, told: dict[str, int], found: dict[str, int]) -> None:
    if told != found:
        name = next(n for n in sorted({*told, *found}) if told.get(n) != found.get(n))
        raise BadInput(f"{path.name} does not hold what it says ({name}); take another backup")


def _odd(path: Path, error: DatabaseError) -> BadInput:
    return BadInput(
        f"the store in {path.name} is none of Tocsin's ({_reason(error)[:200]}); take another backup"
    )


def _upgraded(url: str, looked: Looked, path: Path) -> None:
    """Bring what was restored to the newest schema, and look at its chains."""
    try:
        migrating.upgrade(url)
        with engine.reading(url) as session:
            broken = facts.chains(session)
    except DatabaseError as error:
        raise _odd(path, error) from error
    looked.notices += [f"{told}; it was so when the backup was made" for told in broken]


def _prepared(url: str, looked: Looked, path: Path, since: _Since, now: datetime) -> None:
    """All that happens to a restored store before anybody may read it."""
    _upgraded(url, looked, path)
    missing = [one for one in since.entries if one["id"] not in looked.manifest["erasures"]]
    with engine.writing(url) as session:
        if missing:
            looked.erased = len(erasure.reapply(session, missing, _secrets(looked)))
        if since.rows and since.held:
            rights.carry(session, since.held, now)
        elif looked.manifest["rows"].get("person"):
            looked.notices.append(rights.BACK)


def _stamp(since: _Since, now: datetime) -> str | None:
    """What the name of the store that is kept ends with; None where there was none worth keeping."""
    return f"{now:%Y%m%dT%H%M%SZ}" if since.rows else None


def _secrets(looked: Looked) -> list[bytes]:
    """The key that came with the backup, where it did: it may have signed what is erased again."""
    return [looked.settings[KEY].strip()] if KEY in looked.settings else []


def _sqlite(url: str, path: Path, key: bytes | None, since: _Since, now: datetime) -> Looked:
    target = sqlite.place(url)
    if not target.parent.is_dir():
        raise BadInput(f"the folder {target.parent} does not exist; make it, or name another place")
    new = target.with_name(target.name + ".restoring")
    sqlite.remove(new)
    try:
        looked = _unpacked(path, key, new)
        _sound(path, new, looked)
        scratch = f"sqlite:///{new}"
        _prepared(scratch, looked, path, since, now)
        engine.engine(scratch).dispose()
        engine.engine(url).dispose()
        stamp = _stamp(since, now)
        kept = target.with_name(f"{target.name}.replaced-{stamp}") if stamp else None
        sqlite.swap(new, target, kept)
        looked.kept = str(kept) if kept else None
        return looked
    finally:
        sqlite.remove(new)
        new.with_name(f"{new.name}.before-{container.header(path)['schema']}").unlink(missing_ok=True)


def _postgres(url: str, path: Path, key: bytes | None, since: _Since, now: datetime) -> Looked:
    with _archive(path, key) as (archive, looked), postgres.beside(url) as new:
        postgres.read_back(new, archive, looked.manifest["pg_dump"])
        with engine.reading(new) as session:
            _compared(path, looked.manifest, facts.of(session.connection()))
        _prepared(new, looked, path, since, now)
        name, stamp = engine.engine(url).url.database, _stamp(since, now)
        looked.kept = f"{(name or '')[:40]}_replaced_{stamp}" if stamp else None
        postgres.swap(new, url, looked.kept)
        return looked


@contextmanager
def _archive(path: Path, key: bytes | None) -> Iterator[tuple[Path, Looked]]:
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        archive = Path(folder) / STORE
        yield archive, _unpacked(path, key, archive)


def install(looked: Looked, take_key: bool = False) -> list[str]:
    """Put settings and the signing key that came with a backup where this program looks; says what was done."""
    told = []
    if body := looked.settings.get(CONFIG):
        file = Path(f"{settings.CONFIG_FILE}.restored")
        file.touch(mode=0o600)
        file.write_bytes(body)
        told.append(
            f"the settings of the backup are in {file}; compare them and rename it to {settings.CONFIG_FILE}"
        )
    if body := looked.settings.get(KEY):
        told += settings.adopt_key(body, replace=take_key)
    return told
