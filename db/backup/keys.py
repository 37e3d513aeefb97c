"""The key that opens a backup: from a file or from `TOCSIN_BACKUP_KEY`, never from the command line."""

import os
import secrets
from pathlib import Path

from db import settings
from db.errors import BadInput

SHORTEST = 32


def given(file: Path | None) -> bytes | None:
    """The key in a file, else the one of the environment, else None."""
    if file is not None and not file.is_file():
        raise BadInput(f"there is no key file {file}; make one with: tocsin backup PATH --new-key {file}")
    key = file.read_bytes().strip() if file else (settings.read("backup_key") or "").encode().strip()
    if (file or key) and len(key) < SHORTEST:
        raise BadInput(
            f"the backup key is shorter than {SHORTEST} characters; make one with: "
            "tocsin backup PATH --new-key FILE"
        )
    return key or None


def make(file: Path) -> bytes:
    """A new key in a new file that only its owner may read."""
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadInput(f"{file} is there already; use it with --key-file, or name another file") from error
    key = secrets.token_hex(32)
    with os.fdopen(made, "w") as out:
        out.write(key + "\n")
    return key.encode()
