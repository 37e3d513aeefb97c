"""The marks of a map: a shape with a number and a name for each place, moved apart where they would cover each other.

A mark that had to move is tied to its place by a line. Marks may be links, so that a map can be used by keyboard.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard import fmt, levels, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, text
from dashboard.outlook import Shade

Point = tuple[float, float]
LETTER, LINE, FONT = 6.0, 14.0, 11  # a letter's width and a line's height at the size of names
ROOM = 2.0
ROUNDS, HOME_PULL = 240, 0.03
FAR = 9.0  # a mark that moved further than this gets a line to its place
RING, BOLD = 3.0, 1.12
_EIGHTH = ((-0.45, -1.1), (0.45, -1.1), (1.1, -0.45), (1.1, 0.45))
CORNERS: Mapping[str, Sequence[Point]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "octagon": (*_EIGHTH, *((-x, -y) for x, y in _EIGHTH)),
}
Linked = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Mark:
    """A place with its shade, where it lies on the picture (home), and where its mark stands (x, y)."""

    place: Mapping[str, Any]
    shade: Shade | None
    home: Point
    x: float
    y: float
    ringed: bool = False

    @property
    def reach(self) -> float:
        """How far its shape and ring reach."""
        return 1.3 * self.radius + (RING if self.ringed else 0)

    @property
    def radius(self) -> float:
        """The size of the shape, larger for more communities."""
        return min(9 + self.shade.communities**0.5, 15) if self.shade else 3.0

    @property
    def half(self) -> float:
        """Half of the width that the mark and its name take."""
        return max(self.reach, (BOLD if self.ringed else 1) * LETTER * len(texts.name(self.place)) / 2) + ROOM

    @property
    def above(self) -> float:
        """How far it reaches above its middle."""
        return self.reach + ROOM

    @property
    def below(self) -> float:
        """How far it reaches below its middle, its name included."""
        return self.reach + LINE


def at(place: Mapping[str, Any], shade: Shade | None, home: Point, ringed: bool = False) -> Mark:
    """A mark where its place lies; a chosen one has a ring."""
    return Mark(place, shade, home, *home, ringed)


def apart(marks: Sequence[Mark]) -> list[Mark]:
    """The same marks, moved as little as needed so that none covers another (pushed apart, drawn back home)."""
    spots = [[one.x, one.y] for one in marks]
    for turn in range(ROUNDS):
        moved = _push(marks, spots)
        if not moved:
            break
        if turn < ROUNDS // 2:
            for one, spot in zip(marks, spots, strict=True):
                spot[0] += HOME_PULL * (one.home[0] - spot[0])
                spot[1] += HOME_PULL * (one.home[1] - spot[1])
    return [replace(one, x=spot[0], y=spot[1]) for one, spot in zip(marks, spots, strict=True)]


def _push(marks: Sequence[Mark], spots: Sequence[list[float]]) -> bool:
    """Push each pair that overlaps apart, the short way; whether any did."""
    moved = False
    for first, one in enumerate(marks):
        for second in range(first):
            other, here, there = marks[second], spots[first], spots[second]
            wide = one.half + other.half - abs(here[0] - there[0])
            upper, lower = (one, other) if here[1] <= there[1] else (other, one)
            high = upper.below + lower.above - abs(here[1] - there[1])
            if wide > 0.01 and high > 0.01:
                moved, side = True, 0 if wide < high else 1
                step = (wide, high)[side] / 2
                sign = 1 if here[side] >= there[side] else -1
                here[side] += sign * step
                there[side] -= sign * step
    return moved


def box(marks: Sequence[Mark], width: float, height: float) -> tuple[float, float, float, float]:
    """Left, top, width and height of a picture that holds the ground and every mark."""
    left = min([0.0, *(one.x - one.half for one in marks)])
    top = min([0.0, *(one.y - one.above for one in marks)])
    right = max([width, *(one.x + one.half for one in marks)])
    bottom = max([height, *(one.y + one.below for one in marks)])
    return left, top, right - left, bottom - top


def drawn(marks: Sequence[Mark], to: Linked | None = None) -> str:
    """All marks, the lines to their places beneath them."""
    ties = [_tie(one) for one in marks if abs(one.x - one.home[0]) + abs(one.y - one.home[1]) > FAR]
    return "".join(ties + [_mark(one, to) for one in marks])


def _tie(one: Mark) -> str:
    (x, y), style = one.home, {"stroke": "currentColor", "stroke_opacity": 0.6, "stroke_width": 0.8}
    dot = element("circle", cx=round(x, 1), cy=round(y, 1), r=1.8, fill="currentColor", fill_opacity=0.7)
    line = element("line", x1=round(x, 1), y1=round(y, 1), x2=round(one.x, 1), y2=round(one.y, 1), **style)
    return line + dot


def _mark(one: Mark, to: Linked | None) -> str:
    name = texts.name(one.place)
    if one.shade is None:
        dot = element("circle", cx=round(one.x), cy=round(one.y), r=3, fill="currentColor", fill_opacity=0.4)
        return dot + _label(name, one.x, one.y + 15)
    level = levels.of(one.shade.level)
    number = text(
        *("text", fmt.numeral(str(level.number)) if level.number else "–"),
        **{"x": round(one.x, 1), "y": round(one.y + 4.5, 1), "text_anchor": "middle", "font_size": 13},
        **{"font_weight": 700, "fill": level.ink},
    )
    shape = _shape(level, one.x, one.y, one.radius) + number
    below = _label(name, one.x, one.y + one.reach + 10, bold=one.ringed)
    return linked(one.place, one.shade, (_ring(one) if one.ringed else "") + shape + below, one.ringed, to)


def linked(place: Mapping[str, Any], shade: Shade, inside: str, chosen: bool, to: Linked | None) -> str:
    """A shape with its words; a link where it leads somewhere."""
    words = _("{place}: {told}").format(place=texts.name(place), told=told(shade))
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


def _label(name: str, x: float, y: float, *, bold: bool = False) -> str:
    style = {"text_anchor": "middle", "font_size": FONT, "fill": "currentColor"}
    return text("text", name, x=round(x), y=round(y), **style, **({"font_weight": 700} if bold else {}))


def _ring(one: Mark) -> str:
    style = {"fill": "none", "stroke": "currentColor", "stroke_width": 2, "stroke_dasharray": "4 3"}
    return element("circle", cx=round(one.x, 1), cy=round(one.y, 1), r=round(one.reach, 1), **style)


def _shape(level: levels.Level, x: float, y: float, radius: float) -> str:
    style = {"fill": fill(level), "stroke": "#444"}
    corners = CORNERS.get(level.shape)
    if corners is None:
        return element("circle", cx=round(x, 1), cy=round(y, 1), r=round(radius, 1), **style)
    points = " ".join(f"{x + radius * dx:.1f},{y + radius * dy:.1f}" for dx, dy in corners)
    return element("polygon", points=points, **style)
