"""Regions: packs are checked and loaded."""

from typing import Annotated

import typer

from dashboard.cli import output
from dashboard.cli.common import Url, group
from db import clock, engine, incidents, migrating, packs, store
from db.errors import BadInput
from db.packs import Pack

app = group("Region packs: check them, load them.")
NameOrFolder = Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A shipped pack, or a folder.")]
SHOWN_PROBLEMS = 50


@app.command()
def load(pack: NameOrFolder, url: Url = "") -> None:
    """Take a region pack into the store; loading an edited pack again updates it.

    Example: tocsin region load syria
    """
    read = _sound(packs.read(packs.find(pack)))
    migrating.check(url)
    now = clock.now()
    with engine.writing(url) as session:
        changed = store.load_region(session, read, now)
        relinked = incidents.relink(session, read.region_id, now) if changed else 0
    _told(read, "loaded" if changed else "unchanged")
    if relinked:
        output.say(f"{relinked} incidents were tied to their places anew")


@app.command()
def check(pack: NameOrFolder) -> None:
    """Read a region pack and name every problem with file and line; changes nothing.

    Example: tocsin region check my-region/
    """
    _told(_sound(packs.read(packs.find(pack))), "sound")


def _sound(pack: Pack) -> Pack:
    for problem in [*pack.problems, *pack.warnings, *pack.remarks][:SHOWN_PROBLEMS]:
        output.say(str(problem))
    if pack.problems:
        raise BadInput(
            f"the pack in {pack.folder} has {len(pack.problems)} problems (above); mend them first"
        )
    return pack


def _told(pack: Pack, how: str) -> None:
    output.say(
        f"{pack.settings['title']}: {how} ({len(pack.places)} places, {len(pack.communities)} communities, "
        f"{len(pack.sources)} sources)"
    )
    if pack.remarks:
        output.say(
            f"{len(pack.remarks)} problems of the plan (above): its other {len(pack.actions)} steps are used"
        )
