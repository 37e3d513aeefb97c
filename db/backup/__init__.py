"""Backups: the whole store, its models included, as one file that is checked before it counts."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from db import engine, migrating, settings
from db.backup import container, postgres, sqlite
from db.errors import BadInput

STORE, CONFIG, KEY = "store", "tocsin.toml", "key"


@dataclass(frozen=True)
class Made:
    """A backup that was written and read again."""

    path: Path
    size: int
    encrypted: bool
    manifest: dict[str, Any]

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(self.manifest["rows"].values())


def make(url: str, path: Path, now: datetime, *, key: bytes | None = None, force: bool = False) -> Made:
    """Write a store into one file, which appears under its name only when it was read again and is whole.

    Nobody who writes to the store is held up. With a key the file is encrypted, and holds the settings and
    the key that signs models too.
    """
    migrating.there(url)
    _free(path, force)
    part = path.with_name(path.name + ".part")
    try:
        with _private(part) as out:
            with _snapshot(url, part) as (stream, facts):
                told = {"schema": facts["schema"], "database": _kind(url), "made_at": now.isoformat()}
                writer = container.Writer(out, told, key)
                writer.add(STORE, stream)
            for name, body in _settings(key).items():
                writer.add(name, BytesIO(body))
            manifest = writer.close({**told, **facts, "program": version("tocsin")})
            out.flush()
            os.fsync(out.fileno())
        container.read(part, key, lambda _name: _Nowhere())
        part.replace(path)
        sqlite.settle(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return Made(path, path.stat().st_size, key is not None, manifest)


def _kind(url: str) -> str:
    return engine.engine(url).dialect.name


def _free(path: Path, force: bool) -> None:
    if not path.parent.is_dir():
        raise BadInput(f"the folder {path.parent} does not exist; make it, or name another file")
    if path.is_dir() or (path.exists() and not force):
        raise BadInput(f"{path} is there already; name another file, or add --force to write over it")


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


def _snapshot(url: str, part: Path) -> AbstractContextManager[tuple[IO[bytes], dict[str, Any]]]:
    if _kind(url) == "sqlite":
        return sqlite.snapshot(url, part.with_name(part.name + ".store"))
    return postgres.snapshot(url)


def _settings(key: bytes | None) -> dict[str, bytes]:
    """The settings and the key that signs models: both may open doors, so only an encrypted backup has them."""
    if key is None:
        return {}
    config = Path(settings.CONFIG_FILE)
    return {KEY: settings.key(), **({CONFIG: config.read_bytes()} if config.is_file() else {})}


class _Nowhere(BytesIO):
    """Where a backup is read to only to see that it can be."""

    def write(self, part: Any) -> int:
        """Take a part and forget it."""
        return len(part)
