"""What the access log keeps beside the store, in the private home: its head, and entries that wait.

The head (number and digest of the newest entry) shows when the end of the log was cut off. Entries wait
where the store was busy or could not be written to; each line is sealed, and taken in with the next entry.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from db import sealing, settings

WAITING = "access log waiting"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a log, and the digest of its first one, which tells whose log it is."""

    first: str
    seq: int
    sha256: str


def _path(url: str, ending: str) -> Path:
    """The file beside the key that belongs to one store."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    where = [kind, parsed.host, parsed.port, parsed.query.get("host"), parsed.database]
    named = str(Path(parsed.database or "").resolve()) if kind == "sqlite" else repr(where)
    folder = settings.home() / "audit"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.{ending}"


def head(url: str) -> Head | None:
    """The head that was noted last; None where none was, or what stands there cannot be read."""
    try:
        found = json.loads(_path(url, "head").read_text(encoding="utf-8"))
        return Head(str(found["first"]), int(found["seq"]), str(found["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_head(url: str, head: Head) -> None:
    """Note the newest entry; in one step, so that nobody reads half of it."""
    path = _path(url, "head")
    partial = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"first": head.first, "seq": head.seq, "sha256": head.sha256}, file)
    partial.replace(path)


def wait(url: str, entry: dict[str, Any]) -> None:
    """Let an entry wait in a private file until the store can take it."""
    said = {**entry, "mark": sealing.salt()}
    line = {"entry": said, "seal": sealing.seal(sealing.key(WAITING), said)}
    handle = os.open(_path(url, "waiting"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())


def waiting(url: str) -> int:
    """How many entries wait."""
    files = [_path(url, "waiting"), *_taken(url)]
    return sum(len(path.read_bytes().splitlines()) for path in files if path.exists())


def take(url: str) -> tuple[list[Path], list[dict[str, Any]]]:
    """The entries that wait, for whoever holds the turn to write the log, and the files to forget afterwards.

    Files that somebody took and did not forget come again. A line that was changed comes out marked as such,
    never silently.
    """
    path = _path(url, "waiting")
    if path.exists():
        path.replace(path.with_suffix(f".{sealing.salt()}.taken"))
    files = _taken(url)
    key = sealing.key(WAITING) if files else b""
    return files, [_opened(line, key) for file in files for line in file.read_bytes().splitlines()]


def done(files: list[Path]) -> None:
    """Forget the entries that were taken."""
    for file in files:
        file.unlink(missing_ok=True)


def _taken(url: str) -> list[Path]:
    path = _path(url, "waiting")
    return sorted(path.parent.glob(f"{path.stem}.*.taken"))


def _opened(line: bytes, key: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
        entry, said = dict(found["entry"]), str(found["seal"])
        sound = sealing.same(said, sealing.seal(key, entry))
    except (ValueError, KeyError, TypeError):
        entry, sound = {"mark": hashlib.sha256(line).hexdigest()[:32]}, False
    return entry if sound else {"mark": str(entry.get("mark", ""))[:64], "unsound": True}
