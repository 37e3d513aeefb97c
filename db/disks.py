"""What the disk under a file lets one do: whether it may be written, and whether there is room."""

import os
from pathlib import Path

LEAST_ROOM = 1 << 16  # SQLite asks for 32 kB before it reads anything
FULL = "the disk is full; make room, then do it again: nothing is half done"
LOCKED = "the disk may not be written; mend that, then do it again: nothing is half done"


def still(path: Path) -> bool:
    """Whether nobody can change a SQLite file: its disk is read-only and no log of changes lies beside it.

    Such a file can be read only if SQLite is told so, because it cannot make its own files beside it.
    """
    return _read_only(path) and not path.with_name(path.name + "-wal").exists()


def hindered(path: Path) -> str | None:
    """What the disk under a file hinders, with the cure; None where it hinders nothing."""
    if not path.exists():
        return None
    if _read_only(path):
        return LOCKED
    return FULL if 0 <= _room(path) < LEAST_ROOM else None


def cure(reason: str) -> str | None:
    """The cure of what a database or the system says of a disk; None of anything else."""
    said = reason.lower()
    if any(words in said for words in ("disk is full", "disk full", "no space left")):
        return FULL
    return LOCKED if "read-only file system" in said or "readonly database" in said else None


def _read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # not there, or a system that does not say
        return False


def _room(path: Path) -> int:
    """Bytes that are free; -1 where the system does not say."""
    try:
        found = os.statvfs(path)
    except (OSError, AttributeError):
        return -1
    return found.f_bavail * found.f_frsize
