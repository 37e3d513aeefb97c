"""Numbers, days and ranges as readers meet them; what nobody knows is called unknown, never 0."""

import math
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.i18n import N_, PDI, _, direction, isolated, language, n_, numeral, speech

_zone: ContextVar[str] = ContextVar("zone", default="UTC")

FSI = "\u2068"
_LATIN, _FROM_RIGHT = re.compile("[A-Za-z]"), re.compile("[\u0590-\u08ff]")
MINUS = "\u2212"
MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July")),
    *(N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)
HIJRI_MONTHS = (
    *(N_("Muharram"), N_("Safar"), N_("Rabi I"), N_("Rabi II"), N_("Jumada I"), N_("Jumada II")),
    *(N_("Rajab"), N_("Shaban"), N_("Ramadan"), N_("Shawwal"), N_("Dhu al-Qadah"), N_("Dhu al-Hijjah")),
)
# ICD 203, the words of the United States' intelligence analysts for likelihood, by their upper bounds.
LIKELIHOOD = (
    (0.05, N_("almost no chance")),
    (0.20, N_("very unlikely")),
    (0.45, N_("unlikely")),
    (0.55, N_("roughly even")),
    (0.80, N_("likely")),
    (0.95, N_("very likely")),
    (1.01, N_("almost certain")),
)


def apart(text: Any) -> str:
    """A name that leaves the sentence around it in order: isolated where it may run against the reader's script."""
    said = str(text)
    with_it = direction(language()) == "rtl"
    against = _LATIN.search(said) if with_it else _FROM_RIGHT.search(said)
    return f"{FSI}{said}{PDI}" if against else said


def number(value: float, decimals: int = 0) -> str:
    """A number in the reader's digits, thousands apart."""
    return numeral(f"{value:,.{decimals}f}")


def listed(parts: Iterable[str]) -> str:
    """Words in a row, with the comma of the reader's script."""
    return _(", ").join(parts)


def apiece(parts: Iterable[str]) -> str:
    """Statements in a row, with the semicolon of the reader's script."""
    return _("; ").join(parts)


def counted(what: str, how_many: int) -> str:
    """A heading with how many stand below it: Watch (23)."""
    return _("{what} ({count})").format(what=what, count=number(how_many))


def turned(before: str, after: str) -> str:
    """What was and what is instead, with an arrow in the direction of reading."""
    return _("{before} → {after}").format(before=before, after=after)


def quarter(code: str) -> str:
    """A quarter of a year (2018-Q3), as the reader's language names it."""
    year, _q, number = code.partition("-Q")
    return _("{year}-Q{number}").format(year=year, number=number) if number else code


def quoted(text: Any) -> str:
    """Somebody's words in the quotation marks of the reader's script, kept apart from the sentence."""
    return _("“{text}”").format(text=apart(text))


def missing(value: Any) -> bool:
    """Whether a value is unknown."""
    return value is None or value != value or str(value) == "NaT"


def count(value: float | None) -> str:
    """A count, or "unknown"."""
    return _("unknown") if value is None or missing(value) else number(value)


def span(low: float | None, high: float | None) -> str:
    """A range of counts, or "unknown"."""
    if missing(low) and missing(high):
        return _("unknown")
    return count(low) if low == high else isolated(f"{_bound(low)}–{_bound(high)}")


def _bound(value: float | None) -> str:
    return "?" if missing(value) else f"{value:,.0f}"


def killed(best: float | None, low: float | None = None, high: float | None = None) -> str:
    """How many were killed: "4 killed", "unknown number killed", with the range where it is wider."""
    if missing(best):
        text = _("deaths unknown")
    elif best == 0:
        text = _("nobody killed")
    else:
        text = n_("{count} killed", "{count} killed", int(best or 0))
    wider = [v for v in (low, high) if not missing(v) and v != best]
    return f"{text} ({span(low, high)})" if wider else text


def percent(probability: float | None) -> str:
    """A probability in per cent, with a digit behind the point where it is small."""
    if missing(probability):
        return _("unknown")
    value = 100 * float(probability or 0)
    return isolated(f"{value:.1f}%" if value < 2 else f"{value:.0f}%")


def in_100(probability: float) -> str:
    """A probability as people count: 12 in 100."""
    if probability < 0.01:
        return _("fewer than 1 in 100")
    return _("{n} in 100").format(n=number(100 * probability))


def between(low: float, high: float) -> str:
    """An interval of a probability as people count: between 14 and 41 in 100."""
    if high < 0.01:
        return _("fewer than 1 in 100")
    ends = isolated(f"{100 * low:.0f}"), isolated(f"{100 * high:.0f}")
    if low < 0.01:
        return _("between fewer than 1 and {high} in 100").format(high=ends[1])
    return _("between {low} and {high} in 100").format(low=ends[0], high=ends[1])


def percents(low: float | None, high: float | None) -> str:
    """An interval of a probability in per cent, short enough for a table; nothing where none is known."""
    if missing(low) or missing(high):
        return ""
    ends = (100 * float(low or 0), 100 * float(high or 0))
    return isolated("–".join(f"{end:.1f}" if ends[1] < 2 else f"{end:.0f}" for end in ends) + "%")


def likelihood(probability: float) -> str:
    """The word for a probability."""
    return _(next(word for bound, word in LIKELIHOOD if probability < bound))


def points(change: float) -> str:
    """A change of probability in percentage points, with its sign."""
    shown = bare_points(change)
    return _("{points} points").format(points=shown) if shown else _("unchanged")


def bare_points(change: float) -> str:
    """The same without its unit, for a column that names it; empty where nothing changed."""
    value = 100 * change
    shown = f"{abs(value):.1f}" if abs(value) < 2 else f"{abs(value):.0f}"
    return isolated(("+" if value > 0 else MINUS) + shown) if float(shown) else ""


def shares(total: float, parts: Sequence[float]) -> list[str]:
    """The parts of a change of probability in percentage points, rounded so that they add up to it as it is shown."""
    decimals = 1 if abs(100 * total) < 2 else 0
    rounded = [round(100 * part, decimals) for part in parts]
    largest = max(range(len(parts)), key=lambda at: abs(parts[at]))
    rounded[largest] += round(100 * total, decimals) - sum(rounded)
    return [_share(value, decimals) for value in rounded]


def _share(value: float, decimals: int) -> str:
    shown = f"{abs(value):.{decimals}f}"
    if float(shown) == 0:
        return numeral("0")
    return isolated(("+" if value > 0 else MINUS) + shown)


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, safe in a right-to-left sentence."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return isolated(f"{sign}{abs(value):.{digits}f}")


def signed_percent(share: float, digits: int = 1) -> str:
    """A share in per cent with its sign, in one piece."""
    sign = "+" if share > 0 else MINUS if share < 0 else ""
    return isolated(f"{sign}{100 * abs(share):.{digits}f}%")


def day(value: Any, *, year: bool = True) -> str:
    """A day in words: 24 July 2018; with the Islamic day beside it where the reader asked for both."""
    if missing(value):
        return _("unknown")
    named = {"day": numeral(str(value.day)), "month": _(MONTHS[value.month - 1])}
    if not year:
        return _("{day} {month}").format(**named)
    told = _("{day} {month} {year}").format(**named, year=numeral(str(value.year)))
    beside = hijri(value) if speech().calendar == "both" else ""
    return _("{day} ({other})").format(day=told, other=beside) if beside else told


def written(value: Any) -> str:
    """A day that a card holds as text (2018-07-24), in words; what is no such day stays as it is."""
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return apart(value)


def hijri(value: Any) -> str:
    """The day of the Umm al-Qura calendar; nothing outside its tables (1924 to 2077)."""
    from hijridate import Gregorian  # which few ask for

    try:
        one = Gregorian(value.year, value.month, value.day).to_hijri()
    except (OverflowError, ValueError):
        return ""
    return _("{day} {month} {year} AH").format(
        day=numeral(str(one.day)), month=_(HIJRI_MONTHS[one.month - 1]), year=numeral(str(one.year))
    )


def days(start: date, end: date, *, year: bool = True) -> str:
    """One day or a span of days in words."""
    if start == end:
        return day(end, year=year)
    if (start.year, start.month) == (end.year, end.month) and speech().calendar != "both":
        both = {"day": isolated(f"{start.day}–{end.day}"), "month": _(MONTHS[end.month - 1])}
        said = _("{day} {month} {year}") if year else _("{day} {month}")
        return said.format(**both, year=numeral(str(end.year)))
    return _("{since} – {until}").format(since=day(start, year=year), until=day(end, year=year))


def use_zone(name: str) -> None:
    """Tell instants in a region's time zone from here on, in this thread of work only."""
    _zone.set(name)


def instant(value: Any) -> str:
    """A moment in the region's time zone, to the minute."""
    if missing(value):
        return _("unknown")
    local = value.astimezone(ZoneInfo(_zone.get()))
    return listed([day(local), clock_time(local)])


def clock_time(local: datetime) -> str:
    """The time of day, with whose time it is: the city that gives the time zone its name."""
    time, city = isolated(f"{local:%H:%M}"), _city(_zone.get(), language())
    if city == "UTC":
        return _("{time} UTC").format(time=time)
    return _("{time} {city} time").format(time=time, city=apart(city))


@lru_cache(maxsize=64)
def _city(zone: str, lang: str) -> str:
    """A time zone's city in a language (CLDR's exemplar cities); English needs no list."""
    if lang == "en":
        return zone.split("/")[-1].replace("_", " ")
    from babel.dates import get_timezone_location  # which nobody needs who reads English

    return get_timezone_location(zone, locale=lang, return_city=True)


def ago(since: date | datetime, today: date) -> str:
    """How long ago a day was."""
    gone = (today - (since.date() if isinstance(since, datetime) else since)).days
    if gone == 0:
        return _("the same day")
    return n_("{count} day earlier", "{count} days earlier", gone)


def logit(probability: float) -> float:
    """The log-odds of a probability."""
    return math.log(probability / (1 - probability))


def logistic(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -500 else 0.0
