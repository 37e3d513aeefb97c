"""A briefing as a file, in English and Arabic, for one of three audiences."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from dashboard import i18n
from dashboard.briefing import annex, asked, gather, make, making, model, style, twin
from dashboard.cli import common, output
from dashboard.cli.common import AsOf, RegionId, Url, day_option
from dashboard.handover import speaking
from db import clock, engine, queries
from db.errors import BadInput
from db.policy import LOCAL, Denied
from db.vocab import Audience, Precision

SPAN_DAYS = 90
NOT_ALONE = (
    "a briefing for the public needs the consent of a second person, and without accounts there is only "
    "one: set up a "
    "login (README, “For a team”), and release it on the page Briefings"
)


def brief(
    about: Annotated[
        str,
        typer.Argument(
            metavar="COMMUNITY|GROUP|DISTRICT", help="Whom or where it is about: an id or a name."
        ),
    ],
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    since: Annotated[date | None, day_option("--since", "From this day on. Default: 90 days before.")] = None,
    format: Annotated[
        str, typer.Option("--format", help="html, pdf or docx.", show_default="by the name")
    ] = "",
    lang: Annotated[str, typer.Option("--lang", help="en, ar or both.")] = "en",
    audience: Annotated[Audience, typer.Option(help="For whom: others are told less.")] = Audience.INTERNAL,
    precision: Annotated[Precision | None, typer.Option(help="No finer places than this.")] = None,
    words: Annotated[
        Path | None,
        typer.Option("--words", metavar="FILE.toml", help="The author's ask, context, recommendations."),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="DIR", help="The organisation's own logo, colour and words."),
    ] = None,
    dossier: Annotated[
        str | None, typer.Option("--dossier", metavar="NAME", help="Rest on this hand-picked set only.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="OLD.json", help="Say what has changed since that one."),
    ] = None,
) -> None:
    """Write a briefing on a community, a group or a district, every number with what it rests on.

    A file for programs with the same name and .json lies beside it.

    Example: tocsin brief sy-druze-as-suwayda --as-of 2018-08-31 --format pdf --lang both -o briefing.pdf
    """
    if audience is Audience.PUBLIC:
        raise Denied(NOT_ALONE)
    form, languages = _form(file, format, list(make.FORMATS)), _languages(lang, make.LANGUAGES)
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    first = since or day - timedelta(days=SPAN_DAYS)
    if first > day:
        raise BadInput(f"--since {first} is after --as-of {day}")
    own = make.words(words) if words else {}
    look = style.read(template, languages) if template else style.Style()
    older = twin.read(compare) if compare else None
    i18n.use(i18n.DEFAULT)
    with engine.reading(url) as session:
        ids = _picked(session, where.id, dossier) if dossier else None
        want = asked.Asked(where.id, about, day, first, audience, precision, ids, own)
        found = gather.gather(session, replace(LOCAL), want, clock.today(where.time_zone))
    made = make.make(found, form, languages, look, older)
    file.write_bytes(made.body)
    file.with_suffix(".json").write_bytes(made.twin)
    _tell(file, found, made)


def _picked(session: Session, region_id: str, name: str) -> tuple[str, ...]:
    """The incidents of a dossier."""
    rows = queries.dossiers(session, LOCAL, region_id=region_id, as_of=clock.now().date())
    mine = rows[rows["name"] == name]
    if mine.empty:
        raise BadInput(f"there is no dossier {name[:40]!r}; list them with: tocsin dossier list")
    return tuple(mine.iloc[0]["incident_ids"])


def _form(file: Path, given: str, known: list[str]) -> str:
    """The format asked for, or the one that the name of the file says."""
    form = given or file.suffix.lstrip(".").lower()
    if form not in known:
        raise BadInput(f"{form!r} is no format of a briefing; choose one of: {', '.join(known)}")
    if file.suffix == ".json":
        raise BadInput("the .json beside a briefing is written by itself; give the briefing another name")
    return form


def _languages(given: str, known: Any) -> tuple[str, ...]:
    if given not in known:
        raise BadInput(f"{given!r} is no language of a briefing; choose one of: {', '.join(known)}")
    return tuple(known[given])


def _tell(file: Path, found: Any, made: Any) -> None:
    """What was written, and what was left out or told more coarsely."""
    output.say(
        f"{file}: {len(found.entries)} incidents, {sum(1 for _ in model.figures(made.documents[0]))} figures"
    )
    output.say(f"{file.with_suffix('.json')}: the same for programs")
    with speaking("en"):
        for line in annex.withheld(making.Making(found)):
            output.say("  " + "".join(one if isinstance(one, str) else one.text for one in line))
    if found.held_back:
        output.say(f"  incidents left out for this audience: {found.held_back}")
