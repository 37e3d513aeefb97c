"""Which encoding a table is in, told from its bytes, and its lines as clean text beside the bytes they came as.

UTF-8 is certain, since hardly anything else happens to be valid UTF-8. Single-byte Arabic stands in whole words
of high bytes, single-byte Latin in lone ones between plain letters: the length of the runs tells them apart, and
the article "al-" which of the two Arabic code pages it is. What stays in doubt is said.
"""

import contextlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from db.errors import BadInput

ARABIC, ARABIC_ISO, LATIN = "windows-1256", "iso-8859-6", "windows-1252"
KNOWN = ("utf-8", "utf-16", ARABIC, ARABIC_ISO, LATIN)
MAX_LINE = 16 * 1024**2
MAX_OLD = 256 * 1024**2
SAMPLED_LINES, SAMPLED_BYTES = 4000, 4096
FEW_LETTERS = 40
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_AL = re.compile(rb"\xc7[\xe1\xe4]")  # alef and lam, the article, in either Arabic code page
_RUN = re.compile(rb"[\x80-\xff]+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are read, and what is in doubt about it."""

    name: str
    foreign: str | None = None
    old_macintosh: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as clean text, with its bytes where they are not the text's own UTF-8."""

    text: str
    original: bytes | None
    encoding: str


def detect(file: IO[bytes]) -> Encoding:
    """The encoding of a file, read to its end.

    `foreign` is what single lines that are no UTF-8 are in, where a file mixes the two.
    """
    head = file.read(4096)
    if marked := next((name for mark, name in _MARKS.items() if head.startswith(mark)), None):
        return Encoding(marked)
    if wide := _unmarked_wide(head):
        return Encoding(wide, remark=f"has no byte-order mark; read as {wide}, as its zero bytes suggest")
    old = b"\r" in head and b"\n" not in head  # lines end with a carriage return alone
    valid, foreign = _sorted_lines(_lines_of(io.BytesIO(head), file))
    if not foreign:
        return Encoding("utf-8", old_macintosh=old)
    name, remark = _single_byte(foreign)
    if valid:
        mixed = f"mixes UTF-8 with lines in another encoding; of those, the file {remark}"
        return Encoding("utf-8", name, old, mixed)
    return Encoding(name, None, old, remark)


def named(name: str) -> Encoding:
    """The encoding that somebody asks for, or a refusal."""
    if name.lower() not in KNOWN:
        raise BadInput(f"the encoding {name!r} is not known here; choose one of: {', '.join(KNOWN)}")
    return Encoding(name.lower(), ARABIC if name.lower() == "utf-8" else None)


def lines(file: IO[bytes], how: Encoding) -> Iterator[Line]:
    """The lines of a file as text that any store can hold: no byte-order mark, NUL as its picture."""
    if how.name.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(file, how.name)
        return
    if how.old_macintosh:
        body = file.read(MAX_OLD + 1)
        if len(body) > MAX_OLD:
            raise BadInput(
                f"ends its lines as an old Macintosh did and is over {MAX_OLD >> 20} MB; save it anew"
            )
        file = io.BytesIO(body.replace(b"\r", b"\n"))
    first = True
    for raw in _lines_of(file):
        body = raw.removeprefix(b"\xef\xbb\xbf") if first else raw
        first = False
        yield _line(body, how)


def visible(text: str) -> str:
    """A text as it may be shown: NUL as its picture, and nothing in it that turns the reading direction of
    what stands around it (Unicode's bidirectional embeddings, overrides and isolates).
    """
    text = text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")
    return text if text.isascii() else _BIDI.sub("", text)


def _line(body: bytes, how: Encoding) -> Line:
    if body.isascii():
        text = body.decode("ascii")
        return Line(text.replace("\x00", "␀"), body, "utf-8") if "\x00" in text else Line(text, None, "utf-8")
    if how.name == "utf-8":
        try:
            text = body.decode("utf-8")
            return Line(text.replace("\x00", "␀"), body if "\x00" in text else None, "utf-8")
        except UnicodeDecodeError:
            return _decoded(body, how.foreign or LATIN)
    return _decoded(body, how.name)


def _decoded(body: bytes, name: str) -> Line:
    return Line(body.decode(name, "replace").replace("\x00", "␀"), body, name)


def _wide_lines(file: IO[bytes], name: str) -> Iterator[Line]:
    text = io.TextIOWrapper(file, encoding=name, errors="replace", newline="")
    plain = name if name.endswith(("le", "be")) else f"{name}-le"
    try:
        while line := text.readline(MAX_LINE):
            yield Line(line.replace("\x00", "␀").removeprefix("\ufeff"), line.encode(plain), plain)
    finally:
        with contextlib.suppress(ValueError):  # whoever reads no further may have closed the file already
            text.detach()


def _lines_of(*files: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, which may begin in a part that was read already."""
    rest = b""
    for file in files:
        while chunk := file.readline(MAX_LINE):
            rest += chunk
            if rest.endswith(b"\n") or len(rest) >= MAX_LINE:
                yield rest
                rest = b""
    if rest:
        yield rest


def _unmarked_wide(head: bytes) -> str | None:
    """UTF-16 without its mark: the zero bytes of its plain letters all stand on one side of the pairs."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < max(4, len(head) / 50) or min(even, odd) > (even + odd) / 10:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _sorted_lines(found: Iterable[bytes]) -> tuple[bool, list[bytes]]:
    """Whether any line is UTF-8 beyond ASCII, and the lines (not all, where they are many) that are none."""
    valid = False
    foreign: list[bytes] = []
    for line in found:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid = valid or line != b"\xef\xbb\xbf"
        except UnicodeDecodeError:
            if len(foreign) < SAMPLED_LINES:
                foreign.append(_sample(line))
    return valid, foreign


def _sample(line: bytes) -> bytes:
    """A stretch of a line from its first letter on that is no plain one."""
    first = _RUN.search(line)
    begin = first.start() if first else 0
    return line[begin : begin + SAMPLED_BYTES]


def _single_byte(found: list[bytes]) -> tuple[str, str]:
    """The likeliest single-byte encoding of some lines, and the doubt about it."""
    runs = [run for line in found for run in _RUN.findall(line)]
    letters = sum(map(len, runs))
    words = sum(len(run) for run in runs if len(run) >= 2)
    share = words / letters
    name = LATIN if share < 0.5 else _arabic(b" ".join(runs))
    clear = name != LATIN and _AL.search(b" ".join(runs)) is not None
    unsure = 0.25 < share < 0.75 or (letters < FEW_LETTERS and not clear)
    other = ARABIC if name == LATIN else LATIN
    doubt = f"is no UTF-8; read as {name}, but {other} is possible: look at the names, or say which with --encoding"
    return name, doubt if unsure else f"is no UTF-8; read as {name}"


def _arabic(words: bytes) -> str:
    """Which Arabic code page: by its commonest pair of letters, alef and lam."""
    windows, iso = words.count(b"\xc7\xe1"), words.count(b"\xc7\xe4")
    return ARABIC_ISO if iso > windows else ARABIC
