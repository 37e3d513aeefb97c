"""Where the store is, and where the program keeps its own files.

Order: an explicit value, then `TOCSIN_*` environment variables, then `tocsin.toml` in the
working folder, then the defaults (a private folder of the user).
"""

import os
import secrets
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from db.errors import BadInput, TocsinError
from db.foreign import from_toml

CONFIG_FILE = "tocsin.toml"


def read(name: str) -> str | None:
    """The value of a setting (`db`, `home`, `key`, `evidence_mb`), or None where nobody set it."""
    return os.environ.get(f"TOCSIN_{name.upper()}") or _from_file().get(name)


def table(name: str) -> dict[str, Any]:
    """The settings of one table of the file, such as [retention]; empty where there is none."""
    found = _file().get(name, {})
    if not isinstance(found, dict):
        raise BadInput(f"{name} in {CONFIG_FILE} is a table; write [{name}] on a line of its own")
    return found


def _from_file() -> dict[str, str]:
    return {name: str(value) for name, value in _file().items()}


def _file() -> dict[str, Any]:
    path = Path(CONFIG_FILE)
    if not path.is_file():
        return {}
    try:
        return from_toml(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{CONFIG_FILE} is not valid TOML ({error}); mend it or move it away") from error


def home() -> Path:
    """The private folder for the default store and the key; made on first use, for this user only."""
    folder = Path(read("home") or user_data_path("tocsin"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TocsinError(
            f"cannot make the folder {folder} ({error.strerror}); set TOCSIN_HOME to a folder you may write"
        ) from error
    return folder


def database_url(explicit: str | None = None) -> str:
    """The database to use, as an SQLAlchemy URL."""
    return explicit or read("db") or f"sqlite:///{home() / 'tocsin.db'}"


def key() -> bytes:
    """The secret that signs model artefacts; from `TOCSIN_KEY`, else made once beside the default store."""
    if given := read("key"):
        return given.encode()
    path = home() / "key"
    if not path.exists():
        _make_key(path)
    return path.read_bytes().strip()


def _make_key(path: Path) -> None:
    """A new secret, which appears whole or not at all: two that begin at once must use the same one."""
    partial = path.with_name(f"key.{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def adopt_key(body: bytes, *, replace: bool = False) -> list[str]:
    """Take the signing key of a restored backup, unless there is another one; says what is to be done then."""
    path = home() / "key"
    if read("key") or path.is_file():
        if key() == body:
            return []
        if read("key") or not replace:
            return [
                "the backup has another signing key than this machine: its models and its log will not be taken "
                "for genuine here; take its key with: tocsin restore --take-key (and without TOCSIN_KEY)"
            ]
        path.replace(path.with_name("key.replaced"))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    return [f"the signing key is now the one of the backup ({path})"]
