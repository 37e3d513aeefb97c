"""What every answer tells the browser to refuse: frames, other hosts, scripts that are not ours."""

import base64
import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LINKS = Path(__file__).parent / "static" / "links.js"
STYLE = Path(__file__).parent / "static" / "tocsin.css"
# Two fixed sheets that Streamlit's buttons and charts bring along; a browser test tells when they change.
THEIRS = (
    "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
    "'sha256-2GF9hCGTDj/GGFNlQA54jDdMGl2fvoeZmZjAvBSiAtM='",
)
YEAR_SECONDS = 365 * 24 * 3600
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
PLAIN = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"x-robots-tag", b"noindex, nofollow"),
)


def hashed(text: str) -> str:
    """How a policy names one script by its words."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def scripts() -> tuple[str, ...]:
    """The inline scripts there are: those of Streamlit's page, and ours for links."""
    found = find_spec("streamlit")
    page = Path(str(found.origin)).parent / "static" / "index.html" if found else Path()
    inline = _SCRIPT.findall(page.read_text(encoding="utf-8"))
    return tuple(hashed(one) for one in (*inline, LINKS.read_text(encoding="utf-8")))


@cache
def styles() -> tuple[str, ...]:
    """The inline styles there are: empty elements that Streamlit's own code then fills by script, and our sheet."""
    return hashed(""), hashed(STYLE.read_text(encoding="utf-8")), *THEIRS


@cache
def policy() -> str:
    """The Content Security Policy of the pages; SECURITY.md gives the reason for each exception."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *scripts())),
        "style-src-elem": " ".join(("'self'", *styles())),
        "style-src-attr": "'unsafe-inline'",
        "connect-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "frame-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


BARE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"


# A script, style or font is no page: what rules pages would only be sent a hundred times. A worker may ask us alone.
OF_FILE = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
)


def of_file(secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of a script, style or font of the pages."""
    return [*OF_FILE, *_kept_to_tls(secure)]


def of_page(secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; over TLS also the one that keeps a browser from ever leaving it."""
    return [*PLAIN, (b"content-security-policy", policy().encode()), *_kept_to_tls(secure)]


def _kept_to_tls(secure: bool) -> list[tuple[bytes, bytes]]:
    return [(b"strict-transport-security", f"max-age={YEAR_SECONDS}".encode())] if secure else []
