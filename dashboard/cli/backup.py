"""Backups: make one, look one over, put one in the place of the store."""

import json as jsons
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, Url
from db import backup as backups
from db import clock
from db.backup import keys, restoring
from db.errors import BadInput

PathOut = Annotated[Path, typer.Argument(metavar="PATH", help="The file of the backup.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", metavar="FILE", help="The key that seals it, in a file. Default: TOCSIN_BACKUP_KEY."
    ),
]


def backup(
    path: PathOut,
    url: Url = "",
    key_file: KeyFile = None,
    new_key: Annotated[
        Path | None,
        typer.Option("--new-key", metavar="FILE", help="Make a key, in this new file, and use it."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: AsJson = False,
) -> None:
    """Write the whole store, models included, into one file, and read it again; encrypted where a key is given.

    Example: tocsin backup /backups/tocsin-monday.backup --key-file /etc/tocsin/backup.key
    """
    key = keys.make(new_key) if new_key else keys.given(key_file)
    made = backups.make(url, path, clock.now(), key=key, force=force)
    sealed = "encrypted" if made.encrypted else "NOT encrypted"
    output.say(f"{path}: {made.rows} rows, {made.size / 1e6:.1f} MB, {sealed}, read again and whole")
    if new_key:
        output.say(f"keep {new_key} elsewhere than the backup: without it nobody can open it, you neither")
    if not made.encrypted:
        output.say(
            "it holds everything, so keep it safe; the settings and the signing key are only in "
            "encrypted backups: --new-key FILE"
        )
    if json:
        output.as_json(
            {"path": path, "bytes": made.size, "encrypted": made.encrypted, **_facts(made.manifest)}
        )


def verify_backup(path: PathOut, key_file: KeyFile = None, json: AsJson = False) -> None:
    """Check a backup in every way, without a store: digests, pages, references, counts, chains.

    Example: tocsin verify-backup /backups/tocsin-monday.backup --key-file /etc/tocsin/backup.key
    """
    looked = restoring.verify(path, keys.given(key_file))
    output.say(f"{path} is whole: {_told(looked.manifest)}")
    for notice in looked.notices:
        output.say(f"warning: {notice}")
    if json:
        output.as_json({**_facts(looked.manifest), "notices": looked.notices})


def restore(
    path: PathOut,
    url: Url = "",
    key_file: KeyFile = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a store that is not empty; it is kept beside.")
    ] = False,
    erasures: Annotated[
        Path | None,
        typer.Option(
            "--erasures", metavar="FILE", help="What was erased since, as `tocsin erasures -o FILE` wrote it."
        ),
    ] = None,
    no_erasures: Annotated[
        bool, typer.Option("--no-erasures", help="Where nothing can tell what was erased since.")
    ] = False,
    take_key: Annotated[
        bool,
        typer.Option("--take-key", help="Sign models and the log with the key of the backup from now on."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Put a backup in the place of the store: checked first, upgraded if older, all of it or nothing.

    Example: tocsin restore /backups/tocsin-monday.backup --key-file /etc/tocsin/backup.key
    """
    entries = _entries(erasures) if erasures else [] if no_erasures else None
    looked = restoring.restore(
        url, path, clock.now(), key=keys.given(key_file), replace=replace, erasures=entries
    )
    output.say(f"{common.shown(url)} is restored: {_told(looked.manifest)}")
    for line in [*_erased(looked, entries), *looked.notices, *restoring.install(looked, take_key)]:
        output.say(line)
    if looked.kept:
        output.say(f"the store that was there is kept as {looked.kept}; remove it when all is well")
    if json:
        output.as_json({**_facts(looked.manifest), "erased": looked.erased, "kept": looked.kept})


def _erased(looked: restoring.Looked, entries: Sequence[Any] | None) -> list[str]:
    if looked.erased:
        return [f"{looked.erased} erasures that are newer than the backup were carried out again"]
    if entries is None and not looked.kept:
        return [
            "what was erased elsewhere since the backup is not known here; if anything was: --erasures FILE"
        ]
    return []


def _entries(file: Path) -> list[dict[str, Any]]:
    """The list of erasures that `tocsin erasures` wrote: JSON lines."""
    if not file.is_file():
        raise BadInput(f"there is no file {file}; check the name")
    try:
        lines = [jsons.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [{**one, "at": datetime.fromisoformat(one["at"])} for one in lines]
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(
            f"{file.name} is no list of erasures; make one with: tocsin erasures -o FILE"
        ) from error


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    names = ("schema", "database", "made_at", "program", "rows", "members")
    return {name: manifest[name] for name in names}


def _told(manifest: dict[str, Any]) -> str:
    rows = sum(manifest["rows"].values())
    return f"{rows} rows of {manifest['made_at'][:16].replace('T', ' ')} UTC, schema {manifest['schema']}"
