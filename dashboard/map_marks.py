"""The marks of a map: a shape with a number and a name for each place, moved apart where they would cover each other.

A mark that had to move is tied to its place by a line. Marks may be links, so that a map can be used by keyboard.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboard import fmt, levels, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, text
from dashboard.outlook import Shade

Point = tuple[float, float]
Size = tuple[
    float, float, float, float
]  # half the width, how far above the middle and below, how readily it gives way
LETTER, LINE, FONT = 6.4, 14.0, 11  # a letter's width and a line's height at the size of names
ROOM = 2.0
ROUNDS, HOME_PULL, LEAST = 320, 0.03, 0.01
FAR = 9.0  # a mark that moved further than this gets a line to its place
RING, BOLD = 3.0, 1.12
SMALL, CALM = 8.5, 7.5  # marks without a name; the lowest level's is calmer
TARGET = 27.0  # what a finger needs: 24 pixels where a phone shows the map somewhat smaller
_EIGHTH = ((-0.45, -1.1), (0.45, -1.1), (1.1, -0.45), (1.1, 0.45))
CORNERS: Mapping[str, Sequence[Point]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "octagon": (*_EIGHTH, *((-x, -y) for x, y in _EIGHTH)),
}
Linked = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Mark:
    """A place with its shade, where it lies on the picture (home), and where its mark stands (x, y).

    One without a name is as small as a finger can still hit. The more room there is around its home, the less it
    gives way; `inside` where it stands on its place's own ground.
    """

    place: Mapping[str, Any]
    shade: Shade | None
    home: Point
    x: float
    y: float
    ringed: bool = False
    named: bool = True
    room: float = 0.0
    inside: bool = False

    @property
    def reach(self) -> float:
        """How far its shape and ring reach."""
        return 1.3 * self.radius + (RING if self.ringed else 0)

    @property
    def at_home(self) -> bool:
        """Whether it stands where its place lies."""
        return self.inside or abs(self.x - self.home[0]) + abs(self.y - self.home[1]) <= FAR

    @property
    def gives(self) -> float:
        """How readily it gives way: 1 where its home is narrower than itself, less where it fits."""
        return 1 / (1 + (self.room / SMALL) ** 4)

    @property
    def radius(self) -> float:
        """The size of the shape, larger for more communities where its name stands below."""
        if not self.named:
            return SMALL
        return min(9 + self.shade.communities**0.5, 15) if self.shade else 3.0

    @property
    def half(self) -> float:
        """Half of the width that the mark and its name take."""
        if not self.named:
            return TARGET / 2
        return max(self.reach, (BOLD if self.ringed else 1) * LETTER * len(texts.name(self.place)) / 2) + ROOM

    @property
    def above(self) -> float:
        """How far it reaches above its middle."""
        return self.reach + ROOM if self.named else TARGET / 2

    @property
    def below(self) -> float:
        """How far it reaches below its middle, its name included."""
        return self.reach + LINE if self.named else TARGET / 2


def at(place: Mapping[str, Any], shade: Shade | None, home: Point, ringed: bool = False) -> Mark:
    """A mark where its place lies; a chosen one has a ring."""
    return Mark(place, shade, home, *home, ringed)


def apart(marks: Sequence[Mark]) -> list[Mark]:
    """The same marks, moved as little as needed so that none covers another (pushed apart, drawn back home)."""
    spots = [[one.x, one.y] for one in marks]
    sizes = [(one.half, one.above, one.below, one.gives) for one in marks]
    for turn in range(ROUNDS):
        near = _covering(spots, sizes)
        if not near:
            break
        for pair in near:
            _push(*pair, spots, sizes)
        if turn < ROUNDS // 2:
            for one, spot in zip(marks, spots, strict=True):
                spot[0] += HOME_PULL * (one.home[0] - spot[0])
                spot[1] += HOME_PULL * (one.home[1] - spot[1])
    return [replace(one, x=spot[0], y=spot[1]) for one, spot in zip(marks, spots, strict=True)]


def _covering(spots: Sequence[Sequence[float]], sizes: Sequence[Size]) -> list[tuple[int, int]]:
    """The pairs of which one covers the other."""
    if len(spots) < 2:
        return []
    (x, y), (half, above, below, _gives) = np.array(spots).T, np.array(sizes).T
    wide = half[:, None] + half - np.abs(x[:, None] - x)
    high = np.where(y[:, None] <= y, below[:, None] + above, above[:, None] + below) - np.abs(y[:, None] - y)
    firsts, seconds = np.nonzero(np.tril((wide > LEAST) & (high > LEAST), -1))
    return list(zip(firsts.tolist(), seconds.tolist(), strict=True))


def _push(first: int, second: int, spots: Sequence[list[float]], sizes: Sequence[Size]) -> None:
    """Push two that overlap apart, the short way."""
    here, there = spots[first], spots[second]
    upper, lower = (first, second) if here[1] <= there[1] else (second, first)
    wide = sizes[first][0] + sizes[second][0] - abs(here[0] - there[0])
    high = sizes[upper][2] + sizes[lower][1] - abs(here[1] - there[1])
    if wide > LEAST and high > LEAST:
        side = 0 if wide < high else 1
        step = (wide, high)[side] / (sizes[first][3] + sizes[second][3])
        sign = 1 if here[side] >= there[side] else -1
        here[side] += sign * step * sizes[first][3]
        there[side] -= sign * step * sizes[second][3]


def box(marks: Sequence[Mark], width: float, height: float) -> tuple[float, float, float, float]:
    """Left, top, width and height of a picture that holds the ground and every mark."""
    left = min([0.0, *(one.x - one.half for one in marks)])
    top = min([0.0, *(one.y - one.above for one in marks)])
    right = max([width, *(one.x + one.half for one in marks)])
    bottom = max([height, *(one.y + one.below for one in marks)])
    return left, top, right - left, bottom - top


def drawn(marks: Sequence[Mark], to: Linked | None = None) -> str:
    """All marks, the lines to their places beneath them."""
    moved = [one for one in marks if not one.at_home]
    return ties((one.home, (one.x, one.y)) for one in moved) + "".join(_mark(one, to) for one in marks)


def ties(ways: Iterable[tuple[Point, Point]]) -> str:
    """Lines from the places that marks and names speak of, a dot at each, to where these stand."""
    known = [((round(a, 1), round(b, 1)), (round(x, 1), round(y, 1))) for (a, b), (x, y) in ways]
    if not known:
        return ""
    lines = "".join(f"M{a:g} {b:g}L{x:g} {y:g}" for (a, b), (x, y) in known)
    dots = "".join(f"M{a:g} {b:g}h0" for (a, b), _end in known)
    style = {"fill": "none", "stroke": "currentColor", "stroke_linecap": "round"}
    return element("path", d=lines, stroke_opacity=0.6, stroke_width=0.8, **style) + element(
        "path", d=dots, stroke_opacity=0.7, stroke_width=3.4, **style
    )


def _mark(one: Mark, to: Linked | None) -> str:
    name = texts.name(one.place)
    if one.shade is None:
        dot = element("circle", cx=round(one.x), cy=round(one.y), r=3, fill="currentColor", fill_opacity=0.4)
        return dot + label(name, one.x, one.y + 15)
    level = levels.of(one.shade.level)
    ring = _ring(one) if one.ringed else ""
    if not one.named:
        rim = "" if one.at_home else element("use", href="#tc-rim", x=round(one.x, 1), y=round(one.y, 1))
        return linked(one.place, one.shade, rim + ring + used(level, one.x, one.y), one.ringed, to)
    below = label(name, one.x, one.y + one.reach + 10, bold=one.ringed)
    return linked(one.place, one.shade, ring + badge(level, one.x, one.y, one.radius) + below, one.ringed, to)


def badge(level: levels.Level, x: float, y: float, radius: float, *, still: bool = False) -> str:
    """A level's shape in its colour, its number inside; a `still` one keeps back among many."""
    size = 13 if radius > SMALL else 11
    style = {"text_anchor": "middle", "font_size": size, "font_weight": 700, "fill": level.ink}
    number = fmt.numeral(str(level.number)) if level.number else "–"
    spot = {"x": round(x, 1), "y": round(y + 0.35 * size, 1)}
    told = text("text", number, "tc-still-ink" if still else "", **spot, **style)
    return _shape(level, x, y, radius, "tc-still" if still else "") + told


def small() -> str:
    """The small mark of each level, drawn once and used many times, with what a finger may touch around it."""
    touched = element("rect", x=-TARGET / 2, y=-TARGET / 2, width=TARGET, height=TARGET, fill_opacity=0)
    still = {one: one.number == 1 for one in levels.LEVELS.values()}
    parts = [
        element("g", touched, badge(one, 0, 0, CALM if calm else SMALL, still=calm), id=f"tc-l{one.number}")
        for one, calm in still.items()
    ]
    # In the colour of the page: it lifts a mark off a ground which is not its own.
    rim = {"css": "tc-rim", "fill": "#fcfbf8", "fill_opacity": 0.9}
    return element("defs", *parts, element("circle", id="tc-rim", r=SMALL + 2.5, **rim))


def used(level: levels.Level, x: float, y: float) -> str:
    """The small mark of a level at a spot."""
    return element("use", href=f"#tc-l{level.number}", x=round(x, 1), y=round(y, 1))


def linked(place: Mapping[str, Any], shade: Shade, inside: str, chosen: bool, to: Linked | None) -> str:
    """A shape with its words; a link where it leads somewhere."""
    words = _("{place}: {told}").format(place=texts.name(place), told=told(shade))
    return leading(place, words, inside, chosen, to)


def leading(place: Mapping[str, Any], words: str, inside: str, chosen: bool, to: Linked | None) -> str:
    """A part of the drawing with what is said of it; a link where it leads somewhere."""
    title = text("title", words)
    if to is None:
        return element("g", title, inside)
    about = {"href": to(place), "target": "_self", "aria_label": words}
    return element("a", title, inside, **about, **({"aria_current": "true"} if chosen else {}))


def told(shade: Shade) -> str:
    """What a place on the map shows, in words."""
    number = n_("{count} community", "{count} communities", shade.communities)
    return _("highest level {level} {word}, {number}").format(
        level=shade.level, word=levels.word(shade.level), number=number
    )


def fill(level: levels.Level) -> str:
    """A level's colour; hatched where nothing was assessed."""
    return level.colour if level.number else "url(#tc-hatch)"


def label(name: str, x: float, y: float, *, bold: bool = False) -> str:
    """A name in the colour of the page, with a rim that keeps it legible on any ground."""
    style = {"text_anchor": "middle", "font_size": FONT, "fill": "currentColor", "css": "tc-place"}
    return text("text", name, x=round(x), y=round(y), **style, **({"font_weight": 700} if bold else {}))


def _ring(one: Mark) -> str:
    style = {"fill": "none", "stroke": "currentColor", "stroke_width": 2, "stroke_dasharray": "4 3"}
    reach = one.reach if one.named else TARGET / 2
    return element("circle", cx=round(one.x, 1), cy=round(one.y, 1), r=round(reach, 1), **style)


def _shape(level: levels.Level, x: float, y: float, radius: float, css: str = "") -> str:
    style = {"css": css, "fill": fill(level), "stroke": "#444"}
    corners = CORNERS.get(level.shape)
    if corners is None:
        return element("circle", cx=round(x, 1), cy=round(y, 1), r=round(radius, 1), **style)
    points = " ".join(f"{x + radius * dx:.1f},{y + radius * dy:.1f}" for dx, dy in corners)
    return element("polygon", points=points, **style)
