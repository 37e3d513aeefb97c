"""What became of warnings, in words and as a table; small numbers are said as such."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, markup, origins, texts
from dashboard.alerts import ledger
from dashboard.i18n import N_, _, n_

ABOUT = N_(
    "A warning came true where an escalation followed in the days that it spoke of, and was false where none did; what "
    "is not closed yet counts for neither. An escalation is missed where no warning was in force before any part of "
    "it. Warnings that sources fell silent foretell nothing and are not judged."
)


def told(counts: Mapping[str, int]) -> str:
    """The last year in a few sentences: how many warnings came true, how many episodes had none, what was a replay."""
    if not counts.get("replayed"):
        return _told(counts)
    late = n_(
        "{count} of these warnings was raised after the fact, in a replay: that is no track record.",
        "{count} of these warnings were raised after the fact, in a replay: that is no track record.",
        counts["replayed"],
    )
    return _("{one} {other}").format(one=_told(counts), other=late)


def _told(counts: Mapping[str, int]) -> str:
    right, judged = counts["hit"], counts["hit"] + counts["false"] + counts["averted"]
    left = n_(
        "{count} is not judged yet.", "{count} are not judged yet.", counts["waiting"] + counts["unknown"]
    )
    share = ledger.interval(right, judged)
    if share is None:
        return _("No warning of the last year has been judged yet; {left}").format(left=left)
    return _(
        "Of {judged} judged warnings of the last year {right} came true (with so few, the true share may lie anywhere "
        "in {range}); {left} {missed}"
    ).format(
        judged=fmt.count(judged),
        right=fmt.count(right),
        range=fmt.percents(*share),
        left=left,
        missed=_missed(counts),
    )


def _missed(counts: Mapping[str, int]) -> str:
    """How many escalations nobody was warned of; one that may go on may still be warned of, and does not count."""
    if not counts["episodes"]:
        return _("No escalation is over for long enough to say whether one was missed.")
    return _("Of {episodes} escalations that are over {missed} came without a warning in force.").format(
        episodes=fmt.count(counts["episodes"]), missed=fmt.count(counts["missed"])
    )


def table(rows: pd.DataFrame) -> str:
    """The ledger, a row a rule and quarter, the newest first and all rules together before each of them."""
    rows = rows.sort_values("quarter", ascending=False, kind="stable")
    columns = [_("Quarter"), _("Raised by"), _("Raised"), _("Came true"), _("False"), _("Averted"), _("Not judged yet"),
               _("Escalations missed"), _("Days before, median"), _("Hours to an answer, median")]  # fmt: skip
    about: dict[str, Any] = {"numbers": range(2, 10), "units": ("each",), "source": origins.FORECASTS}
    body = [_cells(one) for one in rows.to_dict("records")]
    return markup.table(columns, body, caption=_("Warnings by quarter and rule"), **about)


def _cells(one: Mapping[str, Any]) -> list[str]:
    rule = _("all rules") if one["rule"] == ledger.ALL else texts.word("rule", one["rule"])
    judged = one["rule"] in (ledger.ALL, *ledger.FORETELL)
    counts = [fmt.count(one[name]) if judged else "–" for name in ("hit", "false", "averted")]
    waiting = fmt.count(one["waiting"] + one["unknown"]) if judged else "–"
    missed = _("{missed} of {all}").format(missed=fmt.count(one["missed"]), all=fmt.count(one["episodes"]))
    cells = [fmt.quarter(str(one["quarter"])), rule, fmt.count(one["raised"]), *counts, waiting]
    times = [_median(one["lead_days"], one["leads"]), _median(one["answer_hours"], one["answers"])]
    return [escape(part) for part in (*cells, missed if judged else "–", *times)]


def _median(value: Any, count: Any) -> str:
    if fmt.missing(value):
        return "–"
    return _("{value} (of {count})").format(value=fmt.number(float(value), 1), count=fmt.count(count))
