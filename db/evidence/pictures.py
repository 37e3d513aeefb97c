"""Pictures without what they tell beside the picture: camera, place, time, thumbnails, comments."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from db.errors import BadInput

MAX_PIXELS = 80_000_000
KEPT_MARKERS = {0xE0, 0xEE}  # JFIF and Adobe: how to read the colours, nothing about who or where


class Unreadable(Exception):
    """Bytes that cannot be opened, so that no copy without metadata can be made."""


def strip(body: bytes, kind: str) -> bytes:
    """The picture alone, drawn anew in the same format; an animation's first frame. `kind` as Pillow names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=[kind]) as picture:
                _refuse_bomb(picture.size)
                drawn = _redrawn(ImageOps.exif_transpose(picture), kind)
    except Image.DecompressionBombError as error:
        raise BadInput(f"the picture unpacks to too much ({error}); make it smaller") from error
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        raise Unreadable(str(error)) from error
    out = io.BytesIO()
    drawn.save(
        out, kind, **({"lossless": True} if kind == "WEBP" else {"quality": 92} if kind == "JPEG" else {})
    )
    return out.getvalue()


def _refuse_bomb(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise BadInput(
            f"the picture has {width} × {height} points, more than {MAX_PIXELS // 10**6} million; make it smaller"
        )


def _redrawn(picture: Image.Image, kind: str) -> Image.Image:
    """A new picture of the same points, so that nothing else comes along."""
    clear = kind != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    plain = picture.convert("L" if picture.mode == "L" else "RGBA" if clear else "RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


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
