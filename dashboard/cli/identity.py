"""Who protected sources are: kept apart, encrypted, and every look written down."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, RegionId, Url, group
from db import clock, engine, identities, migrating
from db.errors import BadInput
from db.policy import LOCAL

app = group("Who protected sources are: encrypted, apart from the record; verifiers and approvers only.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="As sources.csv names it.")]


@app.command("set")
def set_(code: Code, url: Url = "", region: RegionId = None) -> None:
    """Keep who a protected source is; asked for at the keyboard, or read from the standard input.

    Example: tocsin identity set contact7
    """
    where = common.region_in(url, region)
    told = (
        typer.prompt("Who it is, and how to reach them", hide_input=True, err=True)
        if sys.stdin.isatty()
        else sys.stdin.read()
    )
    with engine.writing(url) as session:
        identities.keep(session, LOCAL, where.id, code, told, now=clock.now())
    output.say(f"{code}: kept, encrypted; keep a copy of the key elsewhere, nobody can read this without it")


@app.command()
def show(code: Code, url: Url = "", region: RegionId = None) -> None:
    """Print who a protected source is; the look is written down.

    Example: tocsin identity show contact7
    """
    where = common.region_in(url, region)
    with engine.writing(url) as session:
        told = identities.read(session, LOCAL, where.id, code, now=clock.now())
    print(told)


@app.command("list")
def list_(url: Url = "", region: RegionId = None, json: AsJson = False) -> None:
    """List the codes of the sources of which somebody keeps here who they are.

    Example: tocsin identity list
    """
    where = common.region_in(url, region)
    with engine.reading(url) as session:
        codes = identities.kept(session, LOCAL, where.id)
    if json:
        output.as_json(codes)
    else:
        print("\n".join(codes)) if codes else output.say("none")


@app.command()
def remove(
    code: Code,
    url: Url = "",
    region: RegionId = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget who a source is, for good.

    Example: tocsin identity remove contact7
    """
    where = common.region_in(url, region)
    if not yes:
        typer.confirm(f"Forget who {code} is? Nothing brings it back", abort=True, err=True)
    with engine.writing(url) as session:
        identities.remove(session, LOCAL, where.id, code, now=clock.now())
    engine.scrub(url)
    output.say(f"{code}: forgotten here; backups still hold it, encrypted")


@app.command()
def rekey(
    url: Url = "",
    new_key_file: Annotated[
        Path | None, typer.Option("--new-key-file", metavar="FILE", help="The new key. Default: one is made.")
    ] = None,
) -> None:
    """Encrypt all identities anew with another key, as when somebody who knew the old one left.

    Example: tocsin identity rekey
    """
    migrating.check(url)
    if new_key_file is not None and not new_key_file.is_file():
        raise BadInput(f"there is no file {new_key_file}; check the name")
    new = new_key_file.read_bytes().strip() if new_key_file else identities.new_key()
    with engine.writing(url) as session:
        count = identities.rekey(session, LOCAL, new, now=clock.now())
    if new_key_file is None:
        identities.use_new_key()
    engine.scrub(url)
    output.say(f"{count} identities encrypted anew; backups made before need the old key")
