"""The lists of Today, as the Early Warning Project reads its results: who is on which, and why, in words."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard import levels
from dashboard.i18n import N_, _
from dashboard.outlook import Before, Row, by_level

MOST = 5
LEAST_DAYS = 30  # of one's own past, before anything is called unusual or lasting
NOTABLE = 0.01
WATCH, WARNING = 2, 3
UNUSUAL, SELDOM, LASTING = 0.95, 0.2, 0.8
TOP, SURPRISES, MOVERS, LASTING_LIST, ALL = "top", "surprises", "movers", "lasting", "all"
WORDS = {
    TOP: N_("Most endangered"),
    SURPRISES: N_("Unlike their past"),
    MOVERS: N_("Moved most"),
    LASTING_LIST: N_("High for long"),
    ALL: N_("All"),
}
TOLD = {
    TOP: N_("The {most} communities with the highest level and chance."),
    SURPRISES: N_(
        "At watch or higher, with a chance above that of {unusual} in 100 of their own days of the past year, "
        "though at warning or emergency on fewer than {seldom} in 100 of them. Needs {least} scored days."
    ),
    MOVERS: N_("The {most} largest changes of the chance, of at least one percentage point, either way."),
    LASTING_LIST: N_(
        "At warning or emergency on at least {lasting} in 100 of the scored days of the last three months. "
        "Needs {least} scored days."
    ),
    ALL: N_("Every community, by level."),
}


def told(name: str) -> str:
    """What puts a community on a list."""
    shares = {"unusual": UNUSUAL, "seldom": SELDOM, "lasting": LASTING}
    return _(TOLD[name]).format(
        most=MOST, least=LEAST_DAYS, **{word: f"{100 * share:.0f}" for word, share in shares.items()}
    )


def top(rows: Sequence[Row]) -> list[Row]:
    """The most endangered."""
    said = [one for one in rows if one.level > 0 and one.probability is not None]
    return sorted(said, key=lambda one: (-one.level, -(one.probability or 0), one.name))[:MOST]


def surprises(rows: Sequence[Row]) -> list[Row]:
    """Those who stand high and seldom did: the score is unlike its own past year."""
    found = [one for one in rows if one.level >= WATCH and _unusual(one)]
    return sorted(found, key=lambda one: (-one.level, -(one.probability or 0), one.name))


def _unusual(one: Row) -> bool:
    past = one.past
    if past is None or past.days < LEAST_DAYS:
        return False
    return past.lower >= UNUSUAL * past.days and past.high < SELDOM * past.days


def movers(rows: Sequence[Row], *, week: bool = False) -> list[Row]:
    """Those whose chance changed most since the day before, or since a week before."""
    moved = [one for one in rows if abs(change(one, one.last_week if week else one.yesterday)) >= NOTABLE]
    return sorted(moved, key=lambda one: -abs(change(one, one.last_week if week else one.yesterday)))[:MOST]


def lasting(rows: Sequence[Row]) -> list[Row]:
    """Those who have stood at warning or higher for most of three months."""
    found = [
        one
        for one in rows
        if one.past and one.past.season >= LEAST_DAYS and one.past.season_high >= LASTING * one.past.season
    ]
    return sorted(found, key=lambda one: (-one.level, -(one.probability or 0), one.name))


def worsened(rows: Sequence[Row]) -> Row | None:
    """Whose chance rose most since the day before; nobody where none rose by as much as can be shown."""
    rose = [one for one in rows if change(one, one.yesterday) >= NOTABLE / 10]
    return max(rose, key=lambda one: (change(one, one.yesterday), one.level), default=None)


def change(row: Row, earlier: Before | None) -> float:
    """How much a chance changed; 0 where either day was not assessed."""
    if earlier is None or earlier.probability is None or row.probability is None:
        return 0.0
    return row.probability - earlier.probability if earlier.level and row.level else 0.0


class Part(NamedTuple):
    """A part of a list: its title where it has one, who stands on it, and whether the week's change is shown."""

    title: str
    rows: list[Row]
    week: bool = False


def parts(name: str, rows: Sequence[Row]) -> list[Part]:
    """What a list shows."""
    if name == MOVERS:
        return [
            Part(_("Since the day before"), movers(rows)),
            Part(_("Since a week before"), movers(rows, week=True), week=True),
        ]
    if name == ALL or (
        name == TOP and not top(rows)
    ):  # where nobody is assessed, that is what there is to see
        return [
            Part(levels.heading(level, len(those)), those) for level, those in by_level(rows).items() if those
        ]
    return [Part("", {TOP: top, SURPRISES: surprises, LASTING_LIST: lasting}[name](rows))]


def named(rows: Sequence[Row]) -> dict[str, list[str]]:
    """On which lists each community stands, by its id, for a file."""
    on = {
        TOP: top(rows),
        SURPRISES: surprises(rows),
        "movers_day": movers(rows),
        "movers_week": movers(rows, week=True),
        LASTING_LIST: lasting(rows),
    }
    found: dict[str, list[str]] = {}
    for name, standing in on.items():
        for row in standing:
            found.setdefault(row.community_id, []).append(name)
    return found
