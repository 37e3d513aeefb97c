"""All commands in one place."""

from importlib.metadata import version
from typing import Annotated

import typer

from dashboard.cli import (
    alerts,
    audit,
    backtest,
    backup,
    brief,
    dossier,
    drafts,
    duplicates,
    erase,
    evidence,
    exercise,
    export,
    feeds,
    handover,
    identity,
    incident,
    intake,
    ledger,
    model,
    panel,
    places,
    plan,
    reading,
    recipients,
    record,
    region,
    remembering,
    retention,
    scores,
    sending,
    server,
    setting,
    store,
    tables,
    tokens,
    users,
    voices,
)

app = typer.Typer(
    help="Early warning of violence against minority communities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        print("tocsin", version("tocsin"))
        raise typer.Exit


@app.callback()
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


app.command()(store.init)
app.command()(store.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command("verify-backup")(backup.verify_backup)
app.add_typer(region.app, name="region")
app.add_typer(places.app, name="places")
app.add_typer(handover.app, name="handover")
app.command()(handover.note)
app.command()(handover.assign)
app.add_typer(plan.app, name="plan")
app.add_typer(setting.app, name="setting")
app.add_typer(intake.app, name="import")
intake.app.command("export")(export.take_export)
intake.app.command("store")(export.take_store)
app.command()(export.export)
app.command()(brief.brief)
app.add_typer(dossier.app, name="dossier")
app.add_typer(evidence.app, name="evidence")
app.add_typer(feeds.app, name="feed")
app.command()(intake.issues)
voices.report.command()(reading.draft)
intake.app.command()(tables.table)
intake.app.command()(tables.kobo)
app.command()(tables.batches)
app.command()(tables.undo)
app.add_typer(voices.report, name="report")
app.add_typer(drafts.app, name="drafts")
app.command()(voices.coverage)
app.add_typer(incident.app, name="incident")
app.add_typer(record.source, name="source")
app.command()(record.history)
app.add_typer(erase.app, name="erase")
app.command("erasures")(erase.entries)
app.add_typer(audit.app, name="audit")
app.add_typer(identity.app, name="identity")
app.add_typer(retention.app, name="retention")
app.command()(record.types)
app.command()(model.train)
app.command(cls=backtest.BareJson)(backtest.backtest)
app.command()(ledger.models)
app.command()(ledger.promote)
app.command()(panel.panel)
app.command()(scores.score)
app.command()(scores.daily)
app.command()(scores.scores)
app.command()(ledger.verify)
app.add_typer(alerts.app, name="alerts")
app.add_typer(recipients.app, name="recipients")
app.command()(sending.send)
app.command()(sending.schedule)
app.add_typer(duplicates.app, name="duplicates")
app.command()(exercise.exercise)
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.command()(server.serve)
app.command()(server.demo)
remembering.everywhere(app)
