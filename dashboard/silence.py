"""Who has spoken of which community and who has fallen silent, in words and tables."""

from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, markup, origins, texts
from dashboard.i18n import N_, _, n_

TOLD = N_("Silence is not calm: it lowers the confidence of the score.")


def overdue(found: pd.DataFrame) -> str | None:
    """One line for the overview: of how many communities a word is overdue; nothing where none is."""
    late = found[found["overdue"]]
    if late.empty:
        return None
    count = late["community_id"].nunique()
    longest = late.iloc[0]
    told = n_(
        "A word is overdue about {count} community: silence is not calm.",
        "A word is overdue about {count} communities: silence is not calm.",
        count,
    )
    longest_told = n_(
        "The longest: {name}, {count} day without {source}.",
        "The longest: {name}, {count} days without {source}.",
        int(longest["silent_days"]),
        name=texts.name(longest),
        source=texts.source(longest["source"]),
    )
    return _("{one} {other}").format(one=told, other=longest_told)


def table(found: pd.DataFrame, keep: links.Kept, *, named: bool = True) -> str:
    """Who is expected to speak, when they last did, and how often of late."""
    rows = [
        [
            *([_community(one, keep)] if named else []),
            escape(texts.source(one["source"])),
            escape(fmt.day(one["last_day"])),
            escape(n_("{count} day", "{count} days", int(one["silent_days"]))),
            escape(_("{got} of {due}").format(got=int(one["received"]), due=int(one["expected"]))),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Source"), _("Last word"), _("Silent for"), _("Received in 28 days")]
    head = [_("Community"), *columns] if named else columns
    caption = _("Who speaks of which community") if named else _("Who speaks of it")
    about: dict[str, Any] = {
        "numbers": range(len(head) - 2, len(head)),
        "units": ("days", "reports"),
        "headed": True,
    }
    told = _("The longest silence first.")
    return markup.table(head, rows, caption=caption, told=told, source=origins.RECORD, **about)


def of_community(found: pd.DataFrame, community_id: str, keep: links.Kept) -> str | None:
    """Who is expected to speak of one community; nothing where nobody is."""
    mine = found[found["community_id"] == community_id]
    return None if mine.empty else table(mine, keep, named=False)


def _community(one: dict[str, object], keep: links.Kept) -> str:
    return markup.link(texts.name(one), links.to("community", keep, community=one["community_id"]))
