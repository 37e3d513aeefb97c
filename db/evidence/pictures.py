"""Pictures without what they tell beside the picture: camera, place, time, thumbnails, comments."""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from db.errors import BadInput

MAX_PIXELS = 80_000_000
MAX_DRAWN = 40_000_000  # drawing takes four to eight bytes a point; a larger picture is kept without a copy
SAVED: dict[str, dict[str, Any]] = {"JPEG": {"quality": 92}, "PNG": {}, "WEBP": {"lossless": True}}
DRAWING = frozenset({"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp"})
DRAWING |= {"duration", "default_image", "gamma", "srgb", "interlace"}
KEPT_MARKERS = {0xE0, 0xEE}  # JFIF and Adobe: how to read the colours, nothing about who or where


class Unreadable(Exception):
    """Bytes that cannot be opened, so that no copy without metadata can be made."""


def strip(body: bytes, kind: str) -> bytes:
    """The picture alone, drawn anew in the same format; an animation's first frame. `kind` as Pillow names it."""
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=[kind]) as picture:
                _refuse_bomb(picture.size)
                drawn = _bare(picture, kind)
            drawn.save(out, kind, **SAVED[kind])
    except Image.DecompressionBombError as error:
        raise BadInput(f"the picture unpacks to too much ({error}); make it smaller") from error
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as error:
        raise Unreadable(str(error)) from error
    _check(out, kind)
    return out.getvalue()


def _refuse_bomb(size: tuple[int, int]) -> None:
    width, height = size
    if MAX_DRAWN < width * height <= MAX_PIXELS:
        raise Unreadable(f"it has more than {MAX_DRAWN // 10**6} million points, too many to draw anew")
    if width * height > MAX_PIXELS:
        raise BadInput(
            f"the picture has {width} × {height} points, more than {MAX_PIXELS // 10**6} million; make it smaller"
        )


def _bare(picture: Image.Image, kind: str) -> Image.Image:
    """The picture turned upright, without anything beside its points.

    It is not copied, as long as it need not be turned or recoloured: its points alone are four bytes each.
    """
    ImageOps.exif_transpose(picture, in_place=True)
    clear = kind != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    mode = "L" if picture.mode == "L" else "RGBA" if clear else "RGB"
    plain = picture if picture.mode == mode else picture.convert(mode)
    plain.load()
    plain.info.clear()
    plain.getexif().clear()
    return plain


def _check(out: io.BytesIO, kind: str) -> None:
    """Look at what was written: nothing but how to draw it may stand beside the points."""
    with Image.open(out, formats=[kind]) as written:
        told = set(written.info) - DRAWING
        if told:
            raise Unreadable(
                f"something would have stayed beside the picture ({', '.join(sorted(map(str, told)))})"
            )


def strip_jpeg_segments(body: bytes) -> bytes:
    """A JPEG without its application and comment segments, its points untouched (for pictures inside a PDF)."""
    if body[:2] != b"\xff\xd8":
        return b""
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(body) and body[at] == 0xFF and body[at + 1] != 0xDA:
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not told or marker in KEPT_MARKERS:
            kept.append(body[at : at + 2 + length])
        at += 2 + max(length, 2)
    return b"".join(kept) + body[at:]
