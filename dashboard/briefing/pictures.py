"""The chart and the map of a briefing as SVG: no script, no other host, the same bytes for the same numbers."""

from collections.abc import Sequence
from datetime import date

from dashboard import fmt, i18n, land, maps, texts
from dashboard.briefing import sums
from dashboard.briefing.making import Facts, Making
from dashboard.briefing.model import Block, Para, Picture, Runs, Section, say, settled
from dashboard.briefing.sums import Bin
from dashboard.i18n import _, n_
from dashboard.markup import element, text
from models.svg import ticks

WIDTH, PANEL, GAP, LEFT, TOP = 640.0, 100.0, 42.0, 40.0, 24.0
HEIGHT = TOP + 2 * PANEL + GAP + 30
INK, GRID, BARS, DEAD = "#222222", "#cccccc", "#4a6f8a", "#a3432c"
FONT = {"font_family": "Noto Sans, Noto Naskh Arabic, sans-serif", "font_size": 11}
HATCH = (
    '<defs><pattern id="brief-gap" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#f4f4f4"/><rect width="1.5" height="6" '
    'fill="#9a9a9a"/></pattern></defs>'
)


def part(making: Making) -> Section:
    """The trend and the map, or that there is nothing to draw."""
    blocks: list[Block] = []
    if making.facts:
        drawn = map_of(making)
        blocks = [trend(making), *([drawn] if drawn else [])]
    elif making.found.uncovered:
        blocks = [Para((_("No data for this time; an empty chart would look like calm."),))]
    else:
        blocks = [Para((_("There is no incident to tell of in this time, so nothing is drawn."),))]
    return Section("trend", _("Trend and map"), tuple(blocks))


def trend(making: Making) -> Picture:
    """Incidents and deaths by week or month, days without a source hatched."""
    asked = making.found.asked
    unit, bins = sums.bins(making.facts, asked.since, asked.as_of)
    weekly = unit == "week"
    told = say(
        _("Incidents by week, and the deaths reported in them.")
        if weekly
        else _("Incidents by month, and the deaths reported in them.")
    )
    note = making.cite(f"trend.{unit}", told, sums.ids(making.facts), by=unit)
    tolls = [sums.total(one.facts, making.found.below) for one in bins]
    panels = [
        _panel(
            0,
            _("Incidents a week") if weekly else _("Incidents a month"),
            [(len(b.facts), None, None) for b in bins],
            BARS,
        ),
        _panel(
            1,
            _("Reported killed"),
            [(t.best if t.best is not None else t.low, t.low, t.high) for t in tolls],
            DEAD,
        ),
    ]
    unknown = [_question(n, len(bins), t) for n, t in enumerate(tolls) if t.unknown]
    inside = HATCH + _gaps(making, bins) + "".join(panels) + "".join(unknown) + _days(bins)
    svg = _svg(inside, WIDTH, HEIGHT)
    caption = say(
        _(
            "Bars: incidents by the time in which they ended, and the deaths reported in them, with a "
            "line from the "
            "lowest to the highest figure. A question mark: an incident without a figure. Hatched: no "
            "source covers "
            "these days."
        )
    )
    return Picture(svg, _alt(making, bins), caption, note)


def _svg(inside: str, width: float, height: float) -> str:
    return settled(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" '
        f'height="{height:.0f}" direction="ltr">{inside}</svg>'
    )


def _base(panel: int) -> float:
    return TOP + panel * (PANEL + GAP) + PANEL


def _words(words: str, x: float, y: float, anchor: str = "middle", **style: object) -> str:
    return text(
        "text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, **{"fill": INK, **FONT, **style}
    )


def _panel(
    panel: int, title: str, values: Sequence[tuple[int | None, int | None, int | None]], colour: str
) -> str:
    """One row of bars with its grid; an unknown value has no bar."""
    most = max([1, *(v for three in values for v in three if v is not None)])
    base, inside = _base(panel), [_title(title, _base(panel))]
    for tick in [one for one in ticks(0, most, 3) if float(one).is_integer()]:
        y = base - PANEL * tick / most
        inside.append(
            element("path", d=f"M{LEFT:.1f} {y:.1f}H{WIDTH:.1f}", stroke=GRID, stroke_width=0.7, fill="none")
        )
        inside.append(_words(fmt.number(tick), LEFT - 6, y + 4, "end"))
    wide = (WIDTH - LEFT) / len(values)
    for at, (best, low, high) in enumerate(values):
        if best:
            tall = PANEL * best / most
            x, y = LEFT + at * wide + wide * 0.12, base - tall
            inside.append(
                element(
                    "rect",
                    x=f"{x:.1f}",
                    y=f"{y:.1f}",
                    width=f"{wide * 0.76:.1f}",
                    height=f"{tall:.1f}",
                    fill=colour,
                )
            )
        if low is not None and high is not None and low != high:
            x = LEFT + (at + 0.5) * wide
            ends = (base - PANEL * low / most, base - PANEL * high / most)
            inside.append(
                element(
                    "path",
                    d=f"M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}",
                    stroke=INK,
                    stroke_width=1.4,
                    fill="none",
                )
            )
    return "".join(inside)


def _title(title: str, base: float) -> str:
    """The title of a row of bars, where a line of the document's script begins."""
    from_left = i18n.direction(i18n.language()) == "ltr"
    x, anchor = (LEFT, "start") if from_left else (WIDTH, "end")
    return _words(title, x, base - PANEL - 8, anchor, font_weight=700)


def _question(at: int, count: int, toll: sums.Toll) -> str:
    wide = (WIDTH - LEFT) / count
    return _words("?", LEFT + (at + 0.5) * wide, _base(1) - PANEL - 2, font_weight=700)


def _gaps(making: Making, bins: Sequence[Bin]) -> str:
    """Hatching behind the days that no source covers."""
    first, days = bins[0].first, (bins[-1].last - bins[0].first).days + 1
    a_day = (WIDTH - LEFT) / days
    drawn = []
    for since, until in making.found.gaps:
        x, wide = LEFT + (since - first).days * a_day, ((until - since).days + 1) * a_day
        for panel in (0, 1):
            y = _base(panel) - PANEL
            drawn.append(
                element(
                    "rect",
                    x=f"{x:.1f}",
                    y=f"{y:.1f}",
                    width=f"{wide:.1f}",
                    height=f"{PANEL:.1f}",
                    fill="url(#brief-gap)",
                )
            )
    return "".join(drawn)


def _days(bins: Sequence[Bin]) -> str:
    """The first days of some bins below the bars."""
    wide, every = (WIDTH - LEFT) / len(bins), max(1, -(-len(bins) // 6))
    return "".join(
        _words(_short(one.first), LEFT + (at + 0.5) * wide, HEIGHT - 10)
        for at, one in enumerate(bins)
        if at % every == 0 and at + every / 2 < len(bins)
    )


def _short(day: date) -> str:
    return fmt.day(day, year=day.month == 1 and day.day <= 7)


def _alt(making: Making, bins: Sequence[Bin]) -> str:
    """The chart in words."""
    busiest = max(bins, key=lambda one: len(one.facts))
    said = _("{count} in all; most of them, {most}, from {since} to {until}.")
    return said.format(
        count=n_("{count} incident", "{count} incidents", len(making.facts)),
        most=fmt.number(len(busiest.facts)),
        since=fmt.day(busiest.first),
        until=fmt.day(busiest.last),
    )


def map_of(making: Making) -> Picture | None:
    """The number of incidents by district (or governorate), never a pin; nothing where no place is known."""
    fine = making.found.precision.value != "governorate"
    by = sums.grouped(making.facts, "district_id" if fine else "governorate_id")
    places = {
        one["place_id"]: one for one in making.found.places.to_dict("records") if not fmt.missing(one["lat"])
    }
    shown = {place: facts for place, facts in by.items() if place in places}
    if not shown:
        return None
    frame = land.frame_for(_bounds([places[one] for one in shown]))
    most = max(len(facts) for facts in shown.values())
    dots = [_bubble(places[place], facts, most, frame) for place, facts in shown.items()]
    ground = maps.ground(making.found.region.map, frame).replace("currentColor", INK)
    svg = _svg(ground + "".join(dots), land.WIDTH, frame.height)
    alt = fmt.apiece(
        _("{place}: {told}").format(place=texts.name(places[one]), told=_many(facts))
        for one, facts in shown.items()
    )
    note = making.cite(
        "map",
        (_("Incidents by the unit in which they happened."),),
        [i for facts in shown.values() for i in sums.ids(facts)],
        by="district" if fine else "governorate",
    )
    return Picture(svg, alt, _map_caption(making, shown), note)


def _many(facts: Sequence[Facts]) -> str:
    return n_("{count} incident", "{count} incidents", len(facts))


def _map_caption(making: Making, shown: dict[str, list[Facts]]) -> Runs:
    told = say(
        _(
            "Number of incidents, shown at the middle of each unit, never at the place itself. Outline: "
            "Natural Earth."
        )
    )
    drawn = {i for facts in shown.values() for i in sums.ids(facts)}
    left = [f for f in making.facts if str(f["incident_id"]) not in drawn]
    if not left:
        return told
    note = (_("Incidents of which no place on this map is known."),)
    more = say(
        _("Not on the map, for the place is not known finely enough: {count}."),
        count=making.count("map.left", left, note),
    )
    return (*told, " ", *more)


def _bounds(places: Sequence[Facts]) -> list[float]:
    """West, south, east, north with room around."""
    lats, lons = ([float(one[name]) for one in places] for name in ("lat", "lon"))
    room = [max(1.4 - (max(lons) - min(lons)), 0) / 2 + 0.4, max(0.6 - (max(lats) - min(lats)), 0) / 2 + 0.2]
    return [min(lons) - room[0], min(lats) - room[1], max(lons) + room[0], max(lats) + room[1]]


def _bubble(place: Facts, facts: Sequence[Facts], most: int, frame: land.Frame) -> str:
    x, y = frame((float(place["lon"]), float(place["lat"])))
    radius = 8 + 12 * (len(facts) / most) ** 0.5
    dot = element(
        "circle",
        cx=f"{x:.1f}",
        cy=f"{y:.1f}",
        r=f"{radius:.1f}",
        fill=BARS,
        stroke="#ffffff",
        stroke_width=1.5,
    )
    count = _words(fmt.number(len(facts)), x, y + 4, font_weight=700, fill="#ffffff")
    return dot + count + _words(texts.name(place), x + radius + 5, y + 4, "start")
