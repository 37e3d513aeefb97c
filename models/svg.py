"""Small charts as SVG text: no library, no script, the same bytes for the same numbers.

Colours are classes that the page's style sheet fills in for light, dark and print.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 340.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 10.0, 10.0, 34.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """From numbers to the picture."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float = WIDTH
    height: float = HEIGHT

    def at(self, x: float, y: float) -> Point:
        """Where a pair of numbers lies."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        wide, high = self.width - LEFT - RIGHT, self.height - TOP - BOTTOM
        return LEFT + across * wide, TOP + (1 - up) * high

    def frame(self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_title: str, y_title: str) -> str:
        """Grid lines, tick labels and titles."""
        parts = []
        for tick in y_ticks:
            (x1, y), (x2, _) = self.at(self.x[0], tick), self.at(self.x[1], tick)
            parts.append(f'<line class="grid" x1="{x1:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y:.1f}"/>')
            parts.append(_text(x1 - 5, y + 4, number(tick), "end"))
        for tick in x_ticks:
            x, y = self.at(tick, self.y[0])
            parts.append(_text(x, y + 14, number(tick), "middle"))
        parts.append(_text((LEFT + self.width - RIGHT) / 2, self.height - 4, x_title, "middle"))
        parts.append(_text(LEFT, TOP - 1, y_title, "start"))
        return "".join(parts)

    def line(self, points: Sequence[Point], style: str) -> str:
        """A line through points."""
        places = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in points)
        return f'<polyline class="{style}" points="{places}"/>' if points else ""

    def dots(self, points: Sequence[Point], style: str, radius: float = 3) -> str:
        """A dot at each point."""
        places = [self.at(*point) for point in points]
        return "".join(
            f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>' for x, y in places
        )

    def upright(self, x: float, low: float, high: float, style: str) -> str:
        """A vertical line from one value to another."""
        return self.line([(x, low), (x, high)], style)

    def picture(self, inside: str, title: str) -> str:
        """The whole picture with the words that a screen reader says."""
        return (
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="img" aria-label="{escape(title)}">'
            f"<title>{escape(title)}</title>{inside}</svg>"
        )


def number(value: float) -> str:
    """A number as short as it can be."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-0.", "−0.").replace("-", "−") if value else "0"


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers between two values."""
    span = (high - low) or 1.0
    step = next(
        scale * unit
        for scale in (0.001, 0.01, 0.1, 1, 10, 100, 1000)
        for unit in (1, 2, 5)
        if span / (scale * unit) <= about + 1
    )
    first = -(-low // step)
    return [round((first + at) * step, 9) for at in range(int((high - first * step) / step + 1e-9) + 1)]


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
