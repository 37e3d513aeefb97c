"""Names for rows that follow from what the rows say, so that the same thing always gets the same name."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def content_id(*parts: object) -> str:
    """A 24-character id made from the given parts; the same parts always give the same id."""
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def content_sha256(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a mapping, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
