"""The team's own plan as it is read: steps by level and audience, roles beside them; and who wrote it."""

from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from dashboard import fmt, levels, origins
from dashboard.i18n import _, language
from dashboard.markup import element, level_words, table, text
from dashboard.tables import Record

AUDIENCES = ("team", "partners", "community")


def words(row: Record) -> str:
    """A step in the reader's language where the plan has it, else as it stands."""
    arabic = row.get("step_ar")
    return str(arabic) if language() == "ar" and not fmt.missing(arabic) else str(row["step"])


def audience(code: str) -> str:
    """For whom a step is; a team's own word speaks for itself."""
    known = {"team": _("the team"), "partners": _("partners"), "community": _("the community")}
    return known.get(code, code)


def steps(rows: Iterable[Record]) -> str:
    """The steps of one level in order, each with its owner and contact."""
    items = [element("li", text("span", words(one), dir="auto"), _roles(one)) for one in rows]
    return element("ol", *items, css="tc-steps")


def _roles(row: Record) -> str:
    told = []
    if not fmt.missing(row["owner_role"]):
        told.append(_("owner: {role}").format(role=fmt.apart(row["owner_role"])))
    if not fmt.missing(row["contact_role"]):
        told.append(_("contact: {role}").format(role=fmt.apart(row["contact_role"])))
    return text("span", " (" + fmt.apiece(told) + ")", "tc-quiet") if told else ""


def whole(rows: pd.DataFrame, source: str) -> str:
    """The whole plan as a table, gravest level first; `source` says as of when."""
    body = [
        [
            level_words(int(one["level"])),
            escape(audience(str(one["audience"]))),
            escape(fmt.count(one["position"])),
            text("span", words(one), dir="auto"),
            escape(_said(one["owner_role"])),
            escape(_said(one["contact_role"])),
            escape(_written(one)),
        ]
        for one in rows.to_dict("records")
    ]
    columns = [_("Level"), _("For whom"), _("Order"), _("Step"), _("Owner"), _("Contact"), _("Set by")]
    caption = _("The team's own plan. {source}").format(source=source)
    return table(columns, body, caption=caption, source=origins.SETTINGS)


def _said(role: object) -> str:
    return _("not set") if fmt.missing(role) else str(role)


def _written(row: Record) -> str:
    if row["origin"] == "pack":
        return _("the region's pack, {day}").format(day=fmt.day(row["at"]))
    return _("{who}, {day}").format(who=fmt.apart(row["by"]), day=fmt.day(row["at"]))


def names(rows: Sequence[Record]) -> dict[str, str]:
    """Steps by their id, short enough to choose from."""
    return {str(one["step_id"]): _label(one) for one in rows}


def _label(row: Record) -> str:
    told = words(row)
    return _("{level}, {audience}, {order}: {step}").format(
        level=levels.word(int(row["level"])),
        audience=audience(str(row["audience"])),
        order=fmt.count(row["position"]),
        step=told if len(told) <= 60 else told[:59] + "…",
    )
