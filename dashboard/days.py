"""Which day a page speaks of: what the address asks for, made safe, with what has to be said about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard import fmt
from dashboard.i18n import _

GRACE_DAYS = 7  # as models.coverage.GRACE_DAYS: so long after the last covered day a score still stands
EARLIEST = date(1900, 1, 1)  # a day further back has no day before it that every calendar and store can name
Span = tuple[date, date]


@dataclass(frozen=True)
class Choice:
    """The day a page speaks of, today's date, and a remark where the wish could not be met."""

    as_of: date
    today: date
    remark: str | None = None


def choose(asked: str | None, today: date) -> Choice:
    """The day asked for; today where nothing, nonsense or the future was asked for."""
    if not asked:
        return Choice(today, today)
    try:
        wanted = date.fromisoformat(asked.strip())
    except ValueError:
        said = asked if len(asked) <= 40 else asked[:40] + "…"
        return Choice(today, today, _("“{said}” is not a date (write 2018-07-24).").format(said=said))
    if wanted < EARLIEST:
        return Choice(today, today, _("No day before {day} can be shown.").format(day=fmt.day(EARLIEST)))
    if wanted > today:
        return Choice(today, today, _("{said} has not come yet.").format(said=fmt.day(wanted)))
    return Choice(wanted, today)


@dataclass(frozen=True)
class Covered:
    """The spans of days that any source covers, up to today, in order."""

    spans: tuple[Span, ...]

    @property
    def first(self) -> date | None:
        """The first covered day; None where nothing came in yet."""
        return min((start for start, _end in self.spans), default=None)

    @property
    def last(self) -> date | None:
        """The last covered day."""
        return max((end for _start, end in self.spans), default=None)

    def last_before(self, day: date) -> date | None:
        """The newest covered day up to a day."""
        return max((min(end, day) for start, end in self.spans if start <= day), default=None)

    def beyond(self, day: date) -> bool:
        """Whether a day lies so far behind the newest report before it that nothing may be said of it."""
        last = self.last_before(day)
        return last is not None and day > last + timedelta(days=GRACE_DAYS)

    def before(self, day: date) -> bool:
        """Whether a day lies before the first report."""
        return self.first is not None and day < self.first

    def gaps(self, since: date, until: date) -> list[Span]:
        """The spans of days within two days that no source covers."""
        found, free_from = [], since
        for start, end in sorted(self.spans):
            if start > free_from:
                found.append((free_from, min(start - timedelta(days=1), until)))
            free_from = max(free_from, end + timedelta(days=1))
        found.append((free_from, until))
        return [(start, end) for start, end in found if start <= end]


def covered(spans: Iterable[tuple[date | None, date | None]], today: date) -> Covered:
    """The days that the sources cover together, not looking beyond today."""
    known = [(a, min(b, today)) for a, b in spans if a and b and not fmt.missing(a) and not fmt.missing(b)]
    return Covered(tuple(sorted((a, b) for a, b in known if a <= b)))
