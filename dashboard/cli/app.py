"""All commands in one table; only the one that is asked for is loaded, for loading all of them takes a second."""

import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer

from dashboard.cli import remembering

COMMANDS: Mapping[str, str] = {
    "init": "store.init",
    "doctor": "store.doctor",
    "backup": "backup.backup",
    "restore": "backup.restore",
    "verify-backup": "backup.verify_backup",
    "region": "region.app",
    "places": "places.app",
    "handover": "handover.app",
    "note": "handover.note",
    "assign": "handover.assign",
    "plan": "plan.app",
    "setting": "setting.app",
    "import": "intake.app",
    "import export": "export.take_export",
    "import store": "export.take_store",
    "import table": "tables.table",
    "import kobo": "tables.kobo",
    "export": "export.export",
    "brief": "brief.brief",
    "dossier": "dossier.app",
    "evidence": "evidence.app",
    "feed": "feeds.app",
    "issues": "intake.issues",
    "batches": "tables.batches",
    "undo": "tables.undo",
    "report": "voices.report",
    "report draft": "reading.draft",
    "drafts": "drafts.app",
    "coverage": "voices.coverage",
    "incident": "incident.app",
    "source": "record.source",
    "history": "record.history",
    "erase": "erase.app",
    "erasures": "erase.entries",
    "audit": "audit.app",
    "identity": "identity.app",
    "retention": "retention.app",
    "types": "record.types",
    "train": "model.train",
    "backtest": "backtest.backtest",
    "models": "ledger.models",
    "promote": "ledger.promote",
    "panel": "panel.panel",
    "score": "scores.score",
    "daily": "scores.daily",
    "scores": "scores.scores",
    "verify": "ledger.verify",
    "alerts": "alerts.app",
    "alerts notices": "sending.listing",
    "alerts read": "sending.read",
    "alerts approve": "sending.approve",
    "alerts withdraw": "sending.withdraw",
    "alerts unclear": "unclear.unclear",
    "alerts settle": "unclear.settle",
    "alerts silence": "sending.silence",
    "alerts silences": "sending.silences",
    "recipients": "recipients.app",
    "send": "sending.send",
    "schedule": "sending.schedule",
    "duplicates": "duplicates.app",
    "exercise": "exercise.exercise",
    "users": "users.app",
    "tokens": "tokens.app",
    "serve": "server.serve",
    "demo": "server.demo",
}
"""Where each command or noun lives in this folder; a name of two words goes into a noun."""

KINDS = {"backtest": "backtest.BareJson"}  # of a class of its own


def _version(wanted: bool) -> None:
    if wanted:
        print("tocsin", version("tocsin"))
        raise typer.Exit


def root(
    context: typer.Context,
    db: Annotated[str, typer.Option("--db", metavar="URL", help="The store.", show_default=False)] = "",
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Early warning of violence against minority communities.

    Example: tocsin --db sqlite:///x.db init
    """
    context.obj = db


def wanted(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The app with the command that these arguments ask for, or with all where they name none."""
    rest = list(sys.argv[1:] if arguments is None else arguments)
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] == "--db" else rest[1:]
    return built((rest[0],)) if rest and rest[0] in COMMANDS else whole()


def whole() -> typer.Typer:
    """The app with all commands."""
    return built(tuple(name for name in COMMANDS if " " not in name))


@lru_cache(maxsize=len(COMMANDS) + 1)
def built(names: tuple[str, ...]) -> typer.Typer:
    """An app with some commands and nouns."""
    app = typer.Typer(
        help="Early warning of violence against minority communities.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(root)
    for name in names:
        _add(app, name)
    remembering.everywhere(app)
    return app


def _add(app: typer.Typer, name: str) -> None:
    found = _found(COMMANDS[name])
    if isinstance(found, typer.Typer):
        app.add_typer(_noun(name, found), name=name)
    else:
        app.command(name, cls=_found(KINDS[name]) if name in KINDS else None)(found)


@lru_cache
def _noun(name: str, noun: typer.Typer) -> typer.Typer:
    """A noun with its commands, those from other modules too."""
    for path, where in COMMANDS.items():
        if path.startswith(f"{name} "):
            noun.command(path.removeprefix(f"{name} "))(_found(where))
    return noun


def _found(where: str) -> Any:
    module, name = where.split(".")
    return getattr(import_module(f"dashboard.cli.{module}"), name)
