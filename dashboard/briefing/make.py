"""A briefing from the store to a file: gathered once, written in each language that is wanted."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard import exports
from dashboard.briefing import compose, to_docx, to_html, to_pdf, twin
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Document
from dashboard.briefing.style import Style
from db.errors import BadInput

FORMATS: Mapping[str, Callable[[Sequence[Document], Style], bytes]] = {
    "html": to_html.page,
    "pdf": to_pdf.page,
    "docx": to_docx.page,
}
MEDIA = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LANGUAGES: Mapping[str, tuple[str, ...]] = {"en": ("en",), "ar": ("ar",), "both": ("en", "ar")}
WORDS = ("ask", "context", "recommendations")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Made:
    """A finished briefing: its file, its machine-readable twin, and the documents it was written from."""

    body: bytes
    twin: bytes
    documents: tuple[Document, ...] = field(default_factory=tuple)


def make(
    found: Found, form: str, languages: Sequence[str], style: Style, older: Mapping[str, Any] | None = None
) -> Made:
    """The file in one of the formats, and its twin."""
    documents = tuple(compose.document(found, one, older) for one in languages)
    body = FORMATS[form](documents, style)
    return Made(body, twin.as_bytes(twin.tell(found, documents)), documents)


def words(path: Path) -> dict[str, dict[str, Any]]:
    """The author's own words: a TOML file with ask, context and recommendations under [en] and [ar].

    Raises BadInput that names the key: nothing an author wrote is left out silently.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from None
    for language, parts in told.items():
        if language not in LANGUAGES["both"] or not isinstance(parts, dict):
            raise BadInput(f"{path}: {language!r} is no language here; write [en] or [ar]")
        for key, value in parts.items():
            _check(f"{path}: [{language}] {key}", key, value)
    return told


def _check(where: str, key: str, value: Any) -> None:
    if key not in WORDS:
        raise BadInput(f"{where} is not known; these are: {', '.join(WORDS)}")
    lines = value if isinstance(value, list) and key == "recommendations" else [value]
    if not all(isinstance(one, str) and len(one) <= LONGEST for one in lines):
        raise BadInput(
            f"{where} is a text of at most {LONGEST:,} characters; recommendations may be a list of them"
        )


def file_name(found: Found, form: str) -> str:
    """What the file is called; for readers outside it names no community."""
    region = found.region
    mark = [exports.MARK] if region.exercise else []
    about = [] if found.outside and not found.named else [re.sub(r"[^A-Za-z0-9-]", "-", found.subject.id)]
    parts = [
        "tocsin",
        *mark,
        region.id,
        "briefing",
        *about,
        found.asked.as_of.isoformat(),
        found.asked.audience.value,
    ]
    return "-".join(parts) + f".{form}"
