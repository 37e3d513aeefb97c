"""My access: who I am here, what I may do and where, my tokens, and the end of my signing in."""

from datetime import timedelta

import streamlit as st

from dashboard import access, components, data, fmt, frame, markup, origins, remembered, signing, welcome
from dashboard.data import change, check, url
from dashboard.i18n import _
from dashboard.routes import TOKENED
from db import clock, engine, moments, people, policy, sign_ins, tokens
from db.errors import TocsinError
from db.vocab import AccessAct

MOST_DAYS, LABEL_LENGTH = 365, 80


def mine(store: str, me: str) -> None:
    """My tokens: their ends, and the way to take one back."""
    components.heading(
        _("Your tokens"), _("For a program of yours that fetches files; it may do what you may.")
    )
    with engine.reading(store) as session:
        rows = tokens.listing(session, access.standing().anywhere(), clock.now(), me)
    good = [row for row in rows if row["state"] == "good"]
    if not good:
        st.html(markup.text("p", _("You have none."), "tc-told"))
    for row in good:
        left, right = st.columns([3, 1], vertical_alignment="center")
        ends = fmt.day(row["expires_at"].date())
        about = {"name": fmt.apart(str(row["label"])), "routes": fmt.listed(row["routes"]), "day": ends}
        left.html(markup.text("p", _("{name} ({routes}), until {day}").format(**about)))
        if right.button(_("Take back"), key=f"revoke_{row['token_id']}"):
            take_back(store, me, str(row["token_id"]))


def take_back(store: str, me: str, token_id: str) -> None:
    """Take one of my tokens back."""
    who, now = access.standing().anywhere(), clock.now()
    change(store, lambda session: tokens.revoke(session, who, token_id, by=me, now=now, login=me))
    signing.remember(store, me, AccessAct.TOKEN, "tokens revoke", {"id": token_id})
    st.rerun()


def another(store: str, me: str) -> None:
    """Make a token; its secret is shown this once."""
    with st.form("token", clear_on_submit=True):
        label = st.text_input(_("What a new token is for"), max_chars=LABEL_LENGTH)
        chosen = sorted(st.multiselect(_("What it opens"), list(TOKENED)))
        days = st.number_input(_("For how many days"), min_value=1, max_value=MOST_DAYS, value=90)
        made = st.form_submit_button(_("Make a token"))
    if made:
        now = clock.now()
        asked = {"label": label, "routes": chosen, "now": now, "expires_at": now + timedelta(days=int(days))}
        with engine.writing(store) as session:
            moments.refuse_earlier(session, now)
            token_id, secret = tokens.make(session, access.standing().anywhere(), me, **asked)
            given = people.standing(session, me, now).held
        signing.remember(store, me, AccessAct.TOKEN, "tokens make", {"id": token_id, "routes": chosen})
        components.note(
            components.WARNING, _("Copy it now: it is not shown again, and nobody can look it up.")
        )
        components.command_line(secret)
        if access.standing().held - given:
            told = _(
                "It counts only the roles that were given to you here, not those that your sign-in brings."
            )
            components.note(components.INFO, told)


def everywhere(store: str, me: str) -> None:
    """End all that I have open, on every device."""
    if st.button(_("Sign out everywhere")):
        who, now = policy.Viewer(me, frozenset()), clock.now()
        change(store, lambda session: sign_ins.end_all(session, who, me, sign_ins.OUT, now))
        signing.remember(store, me, AccessAct.SIGN_OUT, "sign out everywhere", {})
        welcome.sign_out()


def looked(store: str) -> None:
    """Who looked at what; for most people what they looked at themselves."""
    if found := data.regions(store, data.stamp(store)):
        asked = st.query_params.get("region")
        access.look_at(next((one.id for one in found if one.id == asked), found[0].id))
    remembered.page(store)
    remembered.draw(store)


def draw() -> None:
    """The whole page."""
    st.title(_("My access"), anchor=False)
    me, store = access.named(), url()
    origins.know_day(clock.now().date())
    trouble = check(store)
    if me is None:
        welcome.local()
        if trouble is None:
            looked(store)
        return
    if trouble:
        raise TocsinError(trouble)
    st.html(markup.text("p", _("You are signed in as {name}.").format(name=me), "tc-told"))
    welcome.roles()
    mine(store, me)
    another(store, me)
    components.heading(_("Signing out"))
    with st.container(horizontal=True):
        welcome.sign_out_button()
        everywhere(store, me)
    looked(store)


draw()
frame.foot()
