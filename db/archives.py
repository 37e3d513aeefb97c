"""Packed files from strangers: what they unpack to is looked at before it is unpacked.

A few kilobytes can unpack to gigabytes. Tables shrink to a tenth or a thirtieth, so that nothing honest is refused.
"""

import contextlib
import gzip
import struct
import zipfile
import zlib
from pathlib import Path

from db.errors import BadInput

MOST_TIMES = 200  # as large unpacked as packed, beyond the first SMALL bytes
SMALL = 16 * 1024**2
MOST_PARTS = 10_000
# Whatever the readers of archives and of the XML in them stumble over where somebody broke a part.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, SyntaxError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, AssertionError),
    RuntimeError,
)


def refuse_bombs(path: Path, parts: list[zipfile.ZipInfo], limit: int) -> None:
    """Refuse parts of an archive that are locked, too many, too large, or unpack to far more than they are."""
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput(f"{path.name} is locked with a password; save it without one")
    if len(parts) > MOST_PARTS:
        raise BadInput(f"{path.name} holds {len(parts):,} files; unpack it and take in the one you mean")
    if unpacked > limit:
        raise BadInput(f"{path.name} unpacks to more than {limit >> 20:,} MB; split it, or save it as CSV")
    refuse_ratio(path, unpacked, packed)


def refuse_ratio(path: Path, unpacked: int, packed: int) -> None:
    """Refuse what unpacks to far more than any table does."""
    if unpacked > SMALL and unpacked > MOST_TIMES * packed:
        raise BadInput(
            f"{path.name} unpacks to more than {MOST_TIMES} times its size, as no table does; unpack it yourself "
            "and look at it"
        )


def refuse_gzip_bomb(path: Path) -> None:
    """Refuse a gzip file that unpacks to far more than any table; what is damaged is told by its reader."""
    packed, unpacked = path.stat().st_size, 0
    with contextlib.suppress(EOFError, OSError, zlib.error), gzip.open(path, "rb") as file:
        while chunk := file.read(1024**2):
            unpacked += len(chunk)
            refuse_ratio(path, unpacked, packed)
