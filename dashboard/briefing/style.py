"""An organisation's own template: a folder with its name, logo, colour and closing words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from dashboard.briefing.model import settled
from db import settings
from db.errors import BadInput
from db.ids import content_sha256

FILE = "template.toml"
COLOUR = re.compile("#[0-9a-fA-F]{6}")
KINDS = {"PNG": "png", "JPEG": "jpeg"}
LARGEST_LOGO = 2_000_000
NEEDED = ("name", "colour")
WORDS = ("foot", "contact")


@dataclass(frozen=True, slots=True)
class Style:
    """How a briefing looks and who signs it."""

    name: str = ""
    colour: str = "#1f4e6b"
    logo: bytes = b""
    logo_kind: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sha256: str = ""  # of all its words, in whatever languages they are

    def word(self, language: str, key: str) -> str:
        """The organisation's own words for a place in the document; empty where it has none."""
        return str(self.words.get(language, {}).get(key, ""))


def shelf() -> list[str]:
    """The templates that lie in the folder `templates` of the home folder, by their names."""
    return sorted(one.parent.name for one in (settings.home() / "templates").glob(f"*/{FILE}"))


def of_shelf(name: str, languages: tuple[str, ...]) -> Style:
    """One of these templates; raises BadInput where there is none of that name, or it is broken."""
    if name not in shelf():
        raise BadInput(f"there is no template {name[:40]!r} on this machine any more; choose another")
    return read(settings.home() / "templates" / name, languages)


def read(folder: Path, languages: tuple[str, ...]) -> Style:
    """The template in a folder.

    Raises BadInput that names the file and the key: where one is missing, is of the wrong kind, or a logo is no image.
    """
    path = folder / FILE
    if not path.is_file():
        raise BadInput(f"{folder} has no {FILE}; it holds name, colour and, if you like, logo, [en] and [ar]")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from None
    for key in NEEDED:
        if not isinstance(told.get(key), str) or not told[key].strip():
            raise BadInput(f'{path}: the key "{key}" is missing; write {key} = "…"')
    if not COLOUR.fullmatch(told["colour"]):
        raise BadInput(f'{path}: colour is written like "#1f4e6b", not {told["colour"][:20]!r}')
    words = _words(path, told, languages)
    logo, kind = _logo(folder, told.get("logo"))
    return Style(settled(told["name"]), told["colour"], logo, kind, words, content_sha256([told, logo.hex()]))


def _words(path: Path, told: Mapping[str, Any], languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The words by language; a key that one language has must be there in every language that is asked for."""
    given = {one: told[one] for one in languages if isinstance(told.get(one), dict)}
    used = {key for one in given.values() for key in one}
    if unknown := sorted(used - set(WORDS)):
        raise BadInput(f"{path}: unknown key {unknown[0]!r}; words may be given for: {', '.join(WORDS)}")
    for language in languages:
        for key in sorted(used):
            if not isinstance(given.get(language, {}).get(key), str):
                raise BadInput(f'{path}: [{language}] lacks the key "{key}", which another language has')
    return {one: {key: settled(str(text)) for key, text in words.items()} for one, words in given.items()}


def _logo(folder: Path, name: object) -> tuple[bytes, str]:
    if name is None:
        return b"", ""
    path = folder / str(name)
    if not path.is_file() or path.resolve().parent != folder.resolve():
        raise BadInput(f"{folder / FILE}: there is no logo {str(name)!r} in this folder")
    if path.stat().st_size > LARGEST_LOGO:
        raise BadInput(f"{path} is too large for a logo; {LARGEST_LOGO // 1_000_000} MB at most")
    return image(path.read_bytes(), str(path))


def image(body: bytes, name: str) -> tuple[bytes, str]:
    """A picture drawn anew, so that only its points travel; refused where it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(body)) as picture:
            kind = KINDS.get(str(picture.format))
            if kind is None:
                raise BadInput(f"{name} is a {picture.format}; a logo is a PNG or a JPEG")
            picture.load()
            out = BytesIO()
            picture.convert("RGBA" if kind == "png" else "RGB").save(out, str(picture.format))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise BadInput(f"{name} is no image; a logo is a PNG or a JPEG") from None
    return out.getvalue(), kind
