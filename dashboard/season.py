"""A community beside its own past: the last four weeks, the same weeks of former years, and its last twelve months.

Violence has seasons (harvest, feasts, passable roads), so the same calendar weeks are the fair comparison; the
months just before tell what has become usual. Weeks that no source covered are named, never counted as calm.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd

from dashboard import chart_bars, fmt, origins, texts
from dashboard.days import Covered
from dashboard.i18n import _, n_, numeral
from dashboard.markup import table, text
from db.vocab import Rung

LENGTH_DAYS, MONTHS, YEARS = 28, 12, 5
YEAR_DAYS = 364  # whole weeks, so that markets, Fridays and Sundays fall on each other
Span = tuple[date, date]


@dataclass(frozen=True)
class Window:
    """What is known of a span of days: incidents by step of the ladder; None where a day of it was not covered."""

    start: date
    end: date
    counts: Mapping[Rung, int] | None
    deaths: tuple[float, float, float] | None = None
    unknown: int = 0

    @property
    def total(self) -> int | None:
        """All incidents."""
        return None if self.counts is None else sum(self.counts.values())


@dataclass(frozen=True)
class Season:
    """The last weeks, the same weeks of former years (newest first), and the windows of the last year."""

    now: Window
    years: Sequence[Window]
    months: Sequence[Window]

    @property
    def covered(self) -> list[Window]:
        """The same weeks of the former years that were covered."""
        return [one for one in self.years if one.counts is not None]

    @property
    def rungs(self) -> list[Rung]:
        """The steps of the ladder of which anything is known in any of the windows, gravest first."""
        seen = {rung for one in (self.now, *self.years, *self.months) for rung in one.counts or {}}
        return [rung for rung in chart_bars.RUNGS if rung in seen]


def first_day(as_of: date) -> date:
    """The first day that the comparison looks at."""
    return as_of - timedelta(days=YEARS * YEAR_DAYS + LENGTH_DAYS - 1)


def compare(counts: pd.DataFrame, covered: Covered, as_of: date) -> Season:
    """The comparison of the days up to one day; `counts` as `queries.daily_counts` gives them."""
    rows = counts.assign(rung=chart_bars.rungs(counts), day=pd.to_datetime(counts["date_end"]))
    years = [_window(rows, covered, as_of - timedelta(days=YEAR_DAYS * n)) for n in range(1, YEARS + 1)]
    months = [_window(rows, covered, as_of - timedelta(days=LENGTH_DAYS * n)) for n in range(1, MONTHS + 1)]
    first = covered.first
    return Season(_window(rows, covered, as_of), [one for one in years if first and one.end >= first], months)


def _window(rows: pd.DataFrame, covered: Covered, end: date) -> Window:
    start = end - timedelta(days=LENGTH_DAYS - 1)
    if covered.gaps(start, end):
        return Window(start, end, None)
    inside = rows[(rows["day"] >= pd.Timestamp(start)) & (rows["day"] <= pd.Timestamp(end))]
    counts = {Rung(rung): int(count) for rung, count in inside.groupby("rung")["incidents"].sum().items()}
    return Window(start, end, counts, _toll(inside), int(inside["unknown"].sum()))


def _toll(inside: pd.DataFrame) -> tuple[float, float, float] | None:
    """Lowest, best and highest figure of the deaths; none where incidents are known but no figure is."""
    if inside.empty:
        return (0.0, 0.0, 0.0)
    sums = inside[["deaths_low", "deaths", "deaths_high"]].sum(min_count=1)
    return None if sums.isna().any() else (float(sums.iloc[0]), float(sums.iloc[1]), float(sums.iloc[2]))


def usual(values: Iterable[int | None]) -> tuple[float, int, int] | None:
    """Median, lowest and highest of what is known; None where nothing is."""
    known = pd.Series([one for one in values if one is not None], dtype=float)
    return None if known.empty else (float(known.median()), int(known.min()), int(known.max()))


def told(season: Season) -> str:
    """The comparison in a sentence or two."""
    now = season.now.total
    if now is None:
        return _("Not every day of the last four weeks is covered, so they are not compared.")
    last = n_("{count} incident in the last four weeks", "{count} incidents in the last four weeks", now)
    found = usual(one.total for one in season.months)
    if found is None:
        return _("{last}; there is no covered year to compare them with.").format(last=last)
    words = _(
        "{last}; in spans of four weeks in the year before, {median} in the middle one, {range} over all."
    )
    return words.format(last=last, median=_middle(found[0]), range=fmt.span(found[1], found[2]))


def _middle(value: float) -> str:
    return fmt.number(value, 0 if value == int(value) else 1)


def uncovered(season: Season) -> str:
    """Which windows are left out because no source covered all their days; nothing where all are in."""
    missing = [one for one in season.years if one.counts is None]
    months = sum(one.counts is None for one in season.months)
    parts = [_("Not covered and so not compared: {spans}.").format(
        spans=fmt.apiece(fmt.days(one.start, one.end) for one in missing))] if missing else []  # fmt: skip
    if months:
        parts.append(
            n_(
                "Of the twelve spans of the last year {count} is not covered.",
                "Of the twelve spans of the last year {count} are not covered.",
                months,
            )
        )
    return " ".join(parts)


def show(season: Season) -> str:
    """The comparison as a table: a row for each step of the ladder, one for all, one for the deaths."""
    columns = [_("What"), _("Last four weeks"), _("Four weeks of the last year")]
    columns += [_("Same weeks of {year}").format(year=numeral(str(one.end.year))) for one in season.covered]
    rows = [_row(season, rung) for rung in season.rungs]
    rows += [_row(season, None), _deaths(season)]
    caption = _(
        "Incidents that count for this community, {start} to {end}; beside them the middle of the twelve spans of four "
        "weeks before, with the lowest and the highest, and the same weeks of former years."
    )
    caption = caption.format(start=fmt.day(season.now.start), end=fmt.day(season.now.end))
    about: dict[str, Any] = {"numbers": range(1, len(columns)), "units": ("incidents", "persons")}
    title = _("Four weeks beside the past")
    return table(columns, rows, caption=title, told=caption, source=origins.REPORTS, **about)


def _row(season: Season, rung: Rung | None) -> list[str]:
    def of(one: Window) -> int | None:
        return one.total if rung is None or one.counts is None else one.counts.get(rung, 0)

    found = usual(of(one) for one in season.months)
    middle = "–" if found is None else f"{_middle(found[0])} ({fmt.span(found[1], found[2])})"
    name = _("All incidents") if rung is None else texts.word("rung", rung)
    cells = [_cell(of(season.now)), escape(middle), *[_cell(of(one)) for one in season.covered]]
    return [text("b", name) if rung is None else escape(name), *cells]


def _cell(value: int | None) -> str:
    return escape("–" if value is None else fmt.number(value))


def _deaths(season: Season) -> list[str]:
    totals = [one.deaths[1] for one in season.months if one.deaths]
    found = usual(int(one) for one in totals)
    middle = "–" if found is None else f"{_middle(found[0])} ({fmt.span(found[1], found[2])})"
    windows = [season.now, *season.covered]
    told = [escape(_killed(one)) for one in windows]
    return [text("b", _("Deaths")), told[0], escape(middle), *told[1:]]


def _killed(one: Window) -> str:
    """The deaths of a window with their range; a plus where an incident has no figure."""
    if one.counts is None:
        return "–"
    if one.deaths is None:
        return _("unknown")
    low, best, high = one.deaths
    figure = fmt.count(best) if low == high else f"{fmt.count(best)} ({fmt.span(low, high)})"
    silent = n_("{count} incident without a figure", "{count} incidents without a figure", one.unknown)
    return f"{figure}; {silent}" if one.unknown else figure


def frame(season: Season) -> pd.DataFrame:
    """The same as plain rows, for a file: one a window and step of the ladder."""
    named = [("last", season.now), *[("same_weeks", one) for one in season.years]]
    named += [("last_year", one) for one in season.months]
    return pd.DataFrame(
        [
            {"window": name, "start": one.start, "end": one.end, "covered": one.counts is not None, "rung": rung,
             "incidents": None if one.counts is None else one.counts.get(rung, 0)}
            for name, one in named
            for rung in season.rungs
        ]
    )  # fmt: skip
