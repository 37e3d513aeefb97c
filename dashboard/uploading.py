"""The part of the Data page where a table is handed over, looked at, taken in, and taken back."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, fmt, ledgers, markup, origins, texts
from dashboard.data import View, change, viewer
from dashboard.i18n import N_, _, n_
from db import clock, policy, queries, undo
from db.errors import TocsinError
from db.importers import tables, workbook
from db.importers.mapping import Spec
from db.importers.rows import Summary
from db.importers.tables import Plan, Request

FIELDS = {
    "date_start": N_("When it happened"),
    "date_end": N_("When it ended"),
    "incident_type": N_("What happened"),
    "place": N_("Place"),
    "admin1": N_("Governorate"),
    "admin2": N_("District"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "geopoint": N_("Both coordinates"),
    "killed": N_("Killed"),
    "killed_low": N_("Killed, at least"),
    "killed_high": N_("Killed, at most"),
    "civilians_killed": N_("Civilians killed"),
    "injured": N_("Injured"),
    "abducted": N_("Abducted"),
    "displaced": N_("Displaced"),
    "alleged_perpetrator": N_("Who is said to have done it"),
    "source_id": N_("Who publishes it (a column)"),
    "published_at": N_("When it was published"),
    "external_id": N_("The row's own id"),
    "title": N_("Title"),
    "text": N_("Text"),
    "url": N_("Address"),
}
UNUSED = ""
SHOWN = ("days", "type", "place", "point", "figures", "actors", "title")


def page(view: View) -> None:
    """Hand over a table; see how it is read; take it in."""
    policy.may_act(viewer())
    given = st.file_uploader(
        _("A table (CSV or Excel)"), type=["csv", "tsv", "txt", "gz", "zip", "xlsx", "xlsm"]
    )
    if given is None:
        st.caption(_("Nothing is stored before you have looked at it and pressed the button."))
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(given.name).name or "table.csv")
        path.write_bytes(given.getvalue())
        table(view, path)


def table(view: View, path: Path) -> None:
    """How a table would be read, with everything that can be changed about it."""
    try:
        sheets = workbook.names(path) if workbook.is_one(path) else []
        sheet = st.selectbox(_("Sheet"), sheets) if len(sheets) > 1 else None
        planned = tables.plan(view.store, Request(path, view.region.id, sheet=sheet))
        planned = replace(planned, spec=_edited(view, planned))
        _say(planned)
        _preview(planned)
        name = st.text_input(_("Keep this way of reading under the name"), value=planned.name, max_chars=64)
        if st.button(_("Take it in"), type="primary"):
            _done(
                tables.take(
                    view.store,
                    viewer(),
                    planned,
                    by=viewer().name,
                    now=clock.now(),
                    name=name.strip() or None,
                )
            )
    except TocsinError as error:
        components.note(components.ERROR, str(error))


def _edited(view: View, planned: Plan) -> Spec:
    """The mapping as the boxes say: a column for each field, who publishes it, and which number is the day."""
    spec = planned.spec
    codes: Mapping[str, str] = view.ask(queries.source_names)
    known = ["", *codes]
    at = known.index(spec.source) if spec.source in known else 0
    source = st.selectbox(
        _("Who publishes it"),
        known,
        index=at,
        format_func=lambda code: texts.source(codes[code]) if code else _("not said, or by a column"),
    )
    with st.expander(_("Which column says what"), expanded=planned.origin == "proposed"):
        day_first = st.toggle(_("In 03/04/2018 the day comes first"), value=spec.day_first)
        columns = {
            field: cols for field, cols in spec.columns.items() if field not in FIELDS or len(cols) > 1
        }
        asked = [field for field in FIELDS if field not in columns]
        for pair in zip(
            asked[::2], [*asked[1::2], None], strict=False
        ):  # in pairs, so that a phone keeps the order
            for side, field in zip(st.columns(2), pair, strict=True):
                if field and (picked := _picked(side, planned, field, FIELDS[field])):
                    columns[field] = (picked,)
    return replace(spec, columns=columns, source=source or None, day_first=day_first)


def _picked(where: Any, planned: Plan, field: str, words: str) -> str:
    options = [UNUSED, *planned.columns]
    before = planned.spec.columns.get(field, (UNUSED,))[0]
    at = options.index(before) if before in options else 0
    return str(
        where.selectbox(_(words), options, index=at, key=f"column_{field}_{planned.request.path.name}",
                        format_func=lambda one: one or _("no column"))
    )  # fmt: skip


def _say(planned: Plan) -> None:
    for remark in planned.remarks:
        components.note(components.WARNING, _("The file {remark}").format(remark=remark))
    for question in planned.proposal.questions if planned.proposal else ():
        components.note(components.WARNING, question)
    if planned.proposal:
        with st.expander(_("Why it is read so")):
            rows = [[escape(w.column), escape(w.field), escape(w.reason)] for w in planned.proposal.why]
            columns, caption = [_("Column"), _("Read as"), _("Because")], _("How each column would be read")
            st.html(markup.table(columns, rows, caption=caption, source=origins.FILE))


def _preview(planned: Plan) -> None:
    rows = [_row(one) for one in tables.preview(planned)]
    columns = [_("Row"), _("Days"), _("What"), _("Place"), _("Point"), _("Figures"), _("Actors"), _("Title"),
               _("Remarks")]  # fmt: skip
    told = [n for n in range(len(columns)) if any(row[n] for row in rows)]
    shown = [[row[n] for n in told] for row in rows]
    caption = _("The first rows as they would be read")
    st.html(markup.table([columns[n] for n in told], shown, caption=caption, source=origins.FILE))


def _row(one: Mapping[str, Any]) -> list[str]:
    if "problem" in one:
        told = escape(
            _("refused: {column}: {problem}").format(
                column=f"\u2068{one.get('column')}\u2069", problem=one["problem"]
            )
        )
        return [escape(str(one["row"])), *[""] * len(SHOWN), told]
    figures = fmt.apiece(f"{name}: {value}" for name, value in one["figures"].items())
    shown = {**one, "type": texts.word("incident_type", one["type"]), "figures": figures}
    cells = ["" if shown[name] is None else escape(str(shown[name])) for name in SHOWN]
    return [escape(str(one["row"])), *cells, escape(fmt.apiece(one["remarks"]))]


def _done(done: Summary) -> None:
    if done.brought_back:
        components.note(components.INFO, _("This import had been taken back; it counts again."))
    elif done.unchanged:
        components.note(components.INFO, _("This very file was taken in before; nothing changed."))
    else:
        told = _("{rows} rows: {new} new, {revised} revised, {already} known already, {bad} refused.")
        components.note(components.INFO, told.format(**{n: f"{v:,}" for n, v in _counts(done).items()}))


def _counts(done: Summary) -> dict[str, int]:
    return {name: int(done.counts()[name]) for name in ("rows", "new", "revised", "already", "bad")}


def imports(view: View) -> None:
    """The files taken in, and the way to take one back."""
    batches = view.plainly(queries.batches)
    if batches.empty:
        components.note(components.INFO, _("Nothing was imported yet. Take in a file with:"))
        components.command_line("tocsin import ucdp events.csv.gz\ntocsin import reports reports.csv")
        return
    st.html(ledgers.batches(batches))
    components.download(batches, view, "imports")
    take_back(view, batches)


def answers(row: Mapping[str, Any]) -> str:
    """What else a survey's form says: answers that are no part of the report, for the reviewer to see."""
    told = (row["fields"] or {}).get("answers")
    if not isinstance(told, dict):
        return ""
    lines = {
        name: "\n".join(value) if isinstance(value, list) else str(value) for name, value in told.items()
    }
    return markup.facts([(name, escape(value)) for name, value in lines.items()])


def take_back(view: View, batches: pd.DataFrame) -> None:
    """Take a whole import back, with the reason."""
    standing = batches[(batches["status"] != "undone") & batches["file_name"].notna()]  # all of it is seen
    if standing.empty or not policy.sight(viewer()).acts:
        return
    names = {
        str(one["batch_id"]): f"{one['file_name']}, {one['started_at']:%Y-%m-%d %H:%M}"
        for one in standing.to_dict("records")
    }
    with st.expander(_("Take an import back")), st.form("take_back", border=False):
        picked = st.selectbox(_("Import"), list(names), format_func=lambda one: names[one])
        reason = st.text_input(_("Why"), max_chars=300)
        if st.form_submit_button(_("Take it back")) and picked:
            _undo(view, picked, reason)
    st.caption(_("Nothing is deleted; importing the same file again brings it back."))


def _undo(view: View, batch_id: str, reason: str) -> None:
    done: list[undo.Undone] = []
    who = {"by": viewer().name, "now": clock.now()}
    try:
        policy.may_act(viewer())
        change(
            view.store,
            lambda session: done.append(undo.undo(session, viewer(), batch_id, reason=reason, **who)),
        )
    except TocsinError as error:
        components.note(components.ERROR, str(error))
        return
    count = n_(
        "{count} incident was derived anew.", "{count} incidents were derived anew.", done[0].incidents
    )
    components.note(components.INFO, f"{_('Taken back.')} {count}")
