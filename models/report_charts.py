"""The charts of the report: skill by horizon, reliability, alerts against their budget, scores around events."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.svg import Axes, ticks

Line = Mapping[str, Any]


def skill(lines: Sequence[Line], against: str) -> str:
    """Skill of one estimator at each horizon with its interval; 0 is no better than the rule."""
    found = [one for one in lines if one[f"skill_{against}"] is not None]
    if not found:
        return ""
    ends = [one[f"{end}_{against}"] or 0.0 for one in found for end in ("low", "high")]
    low, high = min(-0.05, *ends), max(0.1, *ends)
    axes = Axes((0.5, len(found) + 0.5), (low, high), height=200)
    inside = axes.frame([], ticks(low, high), "", "skill")
    inside += axes.line([(0.5, 0), (len(found) + 0.5, 0)], "zero")
    for at, one in enumerate(found, start=1):
        inside += axes.upright(at, one[f"low_{against}"] or 0, one[f"high_{against}"] or 0, "bar")
        inside += axes.dots([(at, one[f"skill_{against}"])], "dot", 4)
        x, y = axes.at(at, low)
        inside += f'<text x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle">{one["horizon_days"]} days</text>'
    return axes.picture(inside, f"Brier skill of {found[0]['estimator']} for {found[0]['target']} by horizon")


def reliability(bins: Mapping[str, Sequence[Line]]) -> str:
    """What was said against how often it happened; on the diagonal both agree."""
    top = max([0.1, *(max(b["said"], b["happened"]) for lines in bins.values() for b in lines)])
    axes = Axes((0, top), (0, top), height=260)
    inside = axes.frame(ticks(0, top), ticks(0, top), "said", "happened")
    inside += axes.line([(0, 0), (top, top)], "zero")
    for style, lines in zip(("a", "b", "c", "d", "e"), bins.values(), strict=False):
        points = [(b["said"], b["happened"]) for b in lines]
        inside += axes.line(points, f"line {style}") + axes.dots(points, f"dot {style}", 2.5)
    return axes.picture(inside, "Reliability: share that happened against the probability said")


def alerts(series: Mapping[str, Sequence[Line]]) -> str:
    """Recall against realised false alerts, with alerts at random beside it (dashed)."""
    rows = [one for lines in series.values() for one in lines if one["recall"] is not None]
    if not rows:
        return ""
    most = max([1.0, *(one["false_per_year"] or 0.0 for one in rows)])
    axes = Axes((0, most), (0, 1), height=240)
    inside = axes.frame(ticks(0, most), [0, 0.25, 0.5, 0.75, 1], "false alerts per area and year", "recall")
    for style, lines in zip(("a", "b", "c", "d", "e"), series.values(), strict=False):
        kept = [one for one in lines if one["recall"] is not None]
        points = [(one["false_per_year"], one["recall"]) for one in kept]
        chance = [(one["false_per_year"], one["random_recall"]) for one in kept]
        inside += axes.line(points, f"line {style}") + axes.dots(points, f"dot {style}")
        inside += axes.line(chance, f"line dashed {style}")
    return axes.picture(inside, "Recall of episodes by false alerts per area and year")


def trace(area: Line) -> str:
    """The probability of an area around a named event (the upright line)."""
    points = [(float(day), float(said)) for day, said in area["trace"]]
    if not points:
        return ""
    top = max(0.1, *(said for _, said in points))
    axes = Axes((points[0][0], max(points[-1][0], 7.0)), (0, top), height=150)
    inside = axes.frame(
        [x for x in (-182, -91, -28, 0, 28) if axes.x[0] <= x <= axes.x[1]], ticks(0, top, 3), "", ""
    )
    inside += axes.upright(0, 0, top, "event") + axes.line(points, "line a")
    return axes.picture(inside, f"Scores of {area['name']} around the event, days before and after")
