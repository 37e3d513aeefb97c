"""Hostile bytes from sound ones: cut, doubled, repeated a thousand times, spiced with what is known to hurt."""

import io
import random
import zipfile
import zlib
from collections.abc import Sequence

SPICES: tuple[bytes, ...] = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *("\x00", "\ufeff", "\u202e", "\u2028", "\x1b[2J", "\r\n", '"', "'", '""', ",", ";", "\\", "\t"),
        *("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "<script>alert(1)</script>", "![x](http://x.invalid/)"),
        *("1e309", "-1e309", "nan", "inf", "9" * 30, "9" * 5000, "0x1F", "١٢٣", "²", "1_0", "-0.0", "1e-400"),
        *("0000-00-00", "9999-12-31", "0001-01-01", "2018-02-30", "31/12/9999", "1 Muharram 9999", "30 2 1440"),
        *("{", "[", "}" * 9, "[" * 3000, '{"a":' * 3000, "NaN", "-Infinity", '"\\ud800"', '"\\u0000"', "null", "true"),
        *("<!--", "<![CDATA[", "&#x110000;", "&#0;", "&a;", "<" * 50, "</" * 50, "<a " * 50, "]]>", "<!ENTITY a 'b'>"),
        *("../../..", "%00", "C:\\", "' OR 1=1 --", "\ud800", "é" * 9, "ا" * 300, "a" * 5000, " " * 3000),
        *("1 to 2 to 3 to ", "killed and ", "and ", "two hundred thousand million ", "from 1 ", "في ", "و", "ال"),
    )
) + (b"\xff", b"\xc7\xe1", b"\xc0\x80", b"\xfe\xff", b"\x1f\x8b", b"PK\x03\x04", b"\xed\xa0\x80")  # fmt: skip
LONGEST = 60_000


def mutant(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One hostile version of a seed, changed in one to six ways."""
    return changed(chance.choice(seeds), chance)


def changed(data: bytes, chance: random.Random) -> bytes:
    """The bytes changed; of an archive most often one of its parts, so that the rest still opens."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.8 and (inside := _repacked(data, chance)):
        return inside
    for _ in range(chance.randint(1, 6)):
        data = chance.choice(WAYS)(data, chance)
    return data[:LONGEST]


def _repacked(data: bytes, chance: random.Random) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, RuntimeError):
        return None
    out, hit = io.BytesIO(), chance.choice(sorted(parts) or [""])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, changed(body, chance) if name == hit else body)
    return out.getvalue()


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _at(data, chance)]


def _leave_out(data: bytes, chance: random.Random) -> bytes:
    first, last = sorted((_at(data, chance), _at(data, chance)))
    return data[:first] + data[last:]


def _spice(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice(SPICES) + data[at:]


def _instead(data: bytes, chance: random.Random) -> bytes:
    """A spice in the place of a word, as a cell or a value is replaced."""
    first = _at(data, chance)
    last = min(first + chance.randint(1, 20), len(data))
    return data[:first] + chance.choice(SPICES) + data[last:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    """A piece so often that what takes the square of its length takes for ever."""
    first = _at(data, chance)
    piece = data[first : first + chance.randint(1, 30)] or b"a"
    return data[:first] + piece * chance.choice((2, 30, 1000)) + data[first:]


def _swap(data: bytes, chance: random.Random) -> bytes:
    first, last = sorted((_at(data, chance), _at(data, chance)))
    return data[last:] + data[first:last] + data[:first]


WAYS = (_flip, _cut, _leave_out, _spice, _spice, _instead, _instead, _repeat, _swap)
