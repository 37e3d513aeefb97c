"""Charts in the reader's script: their texts keep their own direction, time runs left to right in both."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard import fmt, i18n
from dashboard.charts import CONFIG
from dashboard.i18n import _

ARABIC = re.compile("[\u0590-\u08ff]")
TEXTS = (
    "text",
    "name",
    "ticktext",
    "hovertemplate",
    "hovertext",
    "title",
    "x",
    "y",
)  # of x and y: categories


def config() -> dict[str, Any]:
    """How charts behave, with the names of the months in the reader's language."""
    lang = i18n.language()
    if lang == i18n.DEFAULT:
        return dict(CONFIG)
    months = [_(name) for name in fmt.MONTHS]
    return {
        **CONFIG,
        "locale": lang,
        "locales": {lang: {"format": {"months": months, "shortMonths": months}}},
    }


def spoken(figure: Any) -> Any:
    """A figure for the reader: within a chart, which runs from the left, texts from the right are kept apart."""
    if i18n.direction(i18n.language()) == "ltr":
        return figure
    drawn = figure if isinstance(figure, dict) else figure.to_plotly_json()
    return _kept_apart(drawn)


def _kept_apart(part: Any, named: str = "") -> Any:
    if isinstance(part, Mapping):
        return {name: _kept_apart(one, str(name)) for name, one in part.items()}
    if named in TEXTS and isinstance(part, str):
        return f"{fmt.FSI}{part}{fmt.PDI}" if ARABIC.search(part) else part
    if named in TEXTS and isinstance(part, list | tuple):
        return [_kept_apart(one, named) for one in part]
    if isinstance(part, list | tuple) and part and isinstance(part[0], Mapping):
        return [_kept_apart(one) for one in part]
    return part
