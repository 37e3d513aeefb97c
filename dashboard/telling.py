"""The parts of the Recipients page: who is told of what, putting somebody on the list, and what can be done for one.

The words and the limits are those of `tocsin recipients`; both go through `db.recipients` and `db.letterbox`.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import access, components, fmt, i18n, levels, origins, retold, texts
from dashboard.data import View, change, viewer
from dashboard.i18n import N_, _
from dashboard.markup import table
from db import clock, engine, letterbox, policy, queries, recipients
from db.errors import TocsinError
from db.vocab import AreaKind, Pace, Scope

NAME_LENGTH, LEAST, MOST, USUAL = 64, 2, 4, 3
SCOPES = {
    "region": N_("the whole region"),
    "district": N_("a district"),
    "group": N_("a group"),
    "community": N_("a community"),
}
PACES = {"at_once": N_("at once"), "digest": N_("with the digest of the day")}


@dataclass(frozen=True, slots=True)
class Names:
    """What may be asked for, by kind and id, in the reader's script."""

    by: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, view: View) -> "Names":
        """The region, its districts, groups and communities."""
        areas, kinds = view.ask(queries.areas).to_dict("records"), (AreaKind.DISTRICT, AreaKind.COMMUNITY)
        named = {
            kind.value: {str(one["area_id"]): texts.name(one) for one in areas if one["kind"] == kind}
            for kind in kinds
        }
        groups = {name: texts.name(one) for name, one in view.region.groups.items()}
        return cls({"region": {view.region.id: texts.title(view.region)}, "group": groups, **named})

    def told(self, one: Mapping[str, Any]) -> str:
        """One subscription as a sentence."""
        about = self.by[one["scope"]].get(str(one["scope_id"]), str(one["scope_id"]))
        level, pace = levels.named(int(one["level"])), PACES[one["pace"]]
        said = {"what": fmt.apart(about), "level": level, "pace": _(pace)}
        return _("{what}, from level {level} on, {pace}").format(**said)


def today(view: View) -> View:
    """The list is that of now, whatever day the other pages show."""
    return replace(view, as_of=view.today)


def table_of(rows: Sequence[Mapping[Any, Any]], names: Names) -> str:
    """Who is told of what; no address."""
    columns = [_("Who"), _("By"), _("Language"), _("Told of"), _("Quiet hours")]
    about = {"caption": _("Recipients"), "source": origins.RECORD, "headed": True}
    return table(columns, [_cells(one, names) for one in rows], **about)


def _cells(one: Mapping[Any, Any], names: Names) -> list[str]:
    told = [escape(names.told(part)) for part in one["told"]] or [escape(_("nothing yet"))]
    quiet = "" if fmt.missing(one["quiet_from"]) else _hours(one)
    lang = i18n.languages().get(one["lang"], one["lang"])
    plain = [escape(str(part)) for part in (one["name"], one["channel"], lang)]
    return [*plain, "<br>".join(told), escape(quiet)]


def _hours(one: Mapping[Any, Any]) -> str:
    return "–".join(f"{int(m) // 60:02}:{int(m) % 60:02}" for m in (one["quiet_from"], one["quiet_until"]))


def somebody_new(view: View) -> None:
    """The form that puts somebody on the list."""
    components.heading(_("Put somebody on the list"))
    name = st.text_input(_("Who, as a role"), max_chars=NAME_LENGTH, key="new_name")
    address = st.text_input(
        _("Address"),
        type="password",
        autocomplete="off",
        max_chars=recipients.ADDRESS_LENGTH,
        key="new_address",
        help=_("A mail address, or as apprise writes it: ntfy://host/topic, signal://…, matrix://…"),
    )
    left, right = st.columns(2)
    spoken = dict(i18n.languages())
    lang = left.selectbox(_("Language"), list(spoken), format_func=lambda one: spoken[one], key="new_lang")
    quiet = right.text_input(
        _("Quiet hours, if any"), placeholder=f"{fmt.FSI}22:00-06:00{fmt.PDI}", max_chars=11, key="new_quiet",
        help=_("In these hours only emergencies are sent; the rest waits."),
    )  # fmt: skip
    who = components.who(NAME_LENGTH)
    if st.button(_("Put on the list"), type="primary"):
        carry_out(view, who, lambda session: _add(session, view, who, (name, address.strip(), lang, quiet)))


def _add(session: Session, view: View, who: str, said: tuple[str, str, str, str]) -> None:
    from dashboard.alerts import channels  # the services are loaded by who needs them

    name, address, lang, quiet = said
    channels.check(address)
    channel = channels.known(address).lower()[:32]
    new = recipients.New(name, channel, address, lang, view.region.exercise, recipients.hours(quiet))
    made = recipients.add(session, viewer(), view.region.id, new, by=who, now=clock.now())
    st.query_params["recipient"] = made


def about(view: View, row: Mapping[Any, Any]) -> None:
    """What can be done for one recipient."""
    name, names = str(row["recipient_id"]), Names.of(view)
    components.heading(_("Of what they are told"))
    who = components.who(NAME_LENGTH)
    _subscribe(view, name, names, who)
    if row["told"]:
        _end_one(view, row["told"], names, who)
    components.heading(
        _("Reaching them"), _("A test names nothing. An address is shown once you ask, and noted.")
    )
    acts = {"test": (_("Send a test"), _test), "look": (_("Show the address"), _look),
            "feed": (_("New address of their feed"), _feed)}  # fmt: skip
    with st.container(horizontal=True):
        pressed = [act for key, (label, act) in acts.items() if st.button(label, key=f"{key}_{name}")]
    for act in pressed:
        act(view, name)
    components.heading(
        _("Tell them nothing any more"), _("Their address is forgotten; what they were told stays.")
    )
    if st.button(_("Take off the list"), key=f"end_{name}"):
        st.query_params.pop("recipient", None)
        carry_out(view, who, lambda session: recipients.end(session, viewer(), name, by=who, now=clock.now()))


def _subscribe(view: View, name: str, names: Names, who: str) -> None:
    left, middle = st.columns(2)
    scope = left.selectbox(_("Told of"), list(SCOPES), format_func=lambda one: _(SCOPES[one]), key="scope")
    offered = names.by[scope]
    which = middle.selectbox(
        _("Which"), list(offered), format_func=lambda one: offered[one], key=f"which_{scope}"
    )
    left, right = st.columns(2)
    level = left.selectbox(
        _("From level"), range(LEAST, MOST + 1), index=USUAL - LEAST, format_func=levels.named, key="level"
    )
    pace = right.selectbox(_("When"), list(PACES), format_func=lambda one: _(PACES[one]), key="pace")
    if st.button(_("Tell them of this"), type="primary", disabled=which is None):
        how: dict[str, Any] = {"level": level, "pace": Pace(pace), "by": who, "now": clock.now()}
        carry_out(
            view,
            who,
            lambda session: recipients.subscribe(session, viewer(), name, Scope(scope), str(which), **how),
        )


def _end_one(view: View, told: Sequence[Mapping[str, Any]], names: Names, who: str) -> None:
    said = {str(one["subscription_id"]): names.told(one) for one in told}
    picked = st.selectbox(
        _("What they are told of now"), list(said), format_func=lambda one: said.get(one, one), key="ending"
    )
    if st.button(_("End this")):
        carry_out(
            view,
            who,
            lambda session: recipients.unsubscribe(session, viewer(), picked, by=who, now=clock.now()),
        )


def _test(view: View, name: str) -> None:
    from dashboard.alerts import dispatch  # as above

    access.look_at(view.region.id)
    with engine.reading(view.store) as session:
        result = dispatch.try_out(session, viewer(), name, secrets.token_hex(8))
    if result.error:
        told = _("The test did not arrive: {why}").format(why=retold.said(result.error))
        components.note(components.ERROR, told)
    else:
        components.note(components.INFO, _("The test was sent."))


def _look(view: View, name: str) -> None:
    from dashboard.alerts import channels  # as above

    found: list[str] = []
    if _done(view, lambda s: found.append(recipients.look(s, viewer(), name, now=clock.now()))):
        st.code(channels.shown(found[0]), language=None)


def _feed(view: View, name: str) -> None:
    from dashboard.alerts import addresses  # as above

    made: list[str] = []
    if _done(view, lambda s: made.append(letterbox.open_feed(s, viewer(), name, now=clock.now()))):
        st.code(addresses.feed(made[0], host=_here()), language=None)
        told = _(
            "Shown only now. Whoever has it reads what is sent to them; the address before it opens nothing."
        )
        components.note(components.INFO, told)


def _here() -> str:
    """The address under which these pages are open, for where no public one is configured."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def carry_out(view: View, who: str, act: Callable[[Session], Any]) -> None:
    """Do it and show the list anew, or say what is missing."""
    if not who.strip():
        components.note(components.ERROR, _("Please give your name or initials first."))
    elif _done(view, act):
        st.rerun()


def _done(view: View, act: Callable[[Session], Any]) -> bool:
    access.look_at(view.region.id)
    try:
        change(view.store, act)
    except policy.Denied:
        raise
    except TocsinError as error:
        components.note(components.ERROR, str(error))
        return False
    return True
