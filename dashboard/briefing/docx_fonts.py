"""The fonts of a Word file, carried inside it, so that a machine without them shows both scripts right.

Word's own way (ECMA-376 part 1, 17.8.1): a font's first 32 bytes are combined with a key that the file names.
"""

from collections.abc import Sequence
from uuid import UUID

from dashboard.briefing.to_pdf import FONTS
from db.ids import content_sha256

LATIN, ARABIC = "Noto Sans", "Noto Naskh Arabic"
FACES = {
    LATIN: ("NotoSans-Regular", "NotoSans-Bold"),
    ARABIC: ("NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold"),
}
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODTTF = "application/vnd.openxmlformats-officedocument.obfuscatedFont"


def parts(families: Sequence[str]) -> dict[str, bytes]:
    """The parts of the package that hold the fonts, by name; the same for the same families."""
    made: dict[str, bytes] = {}
    fonts, relations = "", ""
    for family in families:
        inside = ""
        for kind, face in zip(("Regular", "Bold"), FACES[family], strict=True):
            key, name = _key(face), f"font{len(made) + 1}"
            made[f"word/fonts/{name}.odttf"] = _hidden((FONTS / f"{face}.ttf").read_bytes(), key)
            inside += f'<w:embed{kind} r:id="{name}" w:fontKey="{{{str(key).upper()}}}"/>'
            relations += f'<Relationship Id="{name}" Type="{_R}/font" Target="fonts/{name}.odttf"/>'
        fonts += f'<w:font w:name="{family}">{inside}</w:font>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    table = f'{head}<w:fonts xmlns:w="{_W}" xmlns:r="{_R}">{fonts}</w:fonts>'
    links = f'{head}<Relationships xmlns="{_RELS}">{relations}</Relationships>'
    return {**made, "word/fontTable.xml": table.encode(), "word/_rels/fontTable.xml.rels": links.encode()}


def told(name: str, body: bytes) -> bytes:
    """A part of the package; the two that have to say that fonts are there do so."""
    if name == "[Content_Types].xml":
        return body.replace(
            b"<Default ", f'<Default Extension="odttf" ContentType="{_ODTTF}"/><Default '.encode(), 1
        )
    if name == "word/settings.xml":
        at = body.index(b"/>", body.index(b"<w:zoom ")) + 2
        return body[:at] + b"<w:embedTrueTypeFonts/>" + body[at:]
    return body


def _key(face: str) -> UUID:
    return UUID(content_sha256(["font", face])[:32])


def _hidden(font: bytes, key: UUID) -> bytes:
    """A font as Word keeps it: its first 32 bytes combined with the key, read from its end."""
    turned = key.bytes[::-1]
    return bytes(one ^ turned[at % 16] for at, one in enumerate(font[:32])) + font[32:]
