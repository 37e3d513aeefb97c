"""What stands before the pages where a login is configured: the way in, why it ended, how to ask for a role."""

import shlex

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.user_info import generate_login_redirect_url

from dashboard import access, landing, markup, seats, signing, sittings
from dashboard.components import INFO, WARNING, command_line, heading, note
from dashboard.i18n import N_, _
from dashboard.seats import Seat
from db import clock, policy, sign_ins

WHY = {
    sign_ins.IDLED: N_("You were signed out because nothing was done for a while. Nothing is lost."),
    sign_ins.OVER: N_("You were signed out because every sign-in ends after some hours. Nothing is lost."),
    sign_ins.OUT: N_("You are signed out."),
    sign_ins.BY_ADMIN: N_("An administrator ended your sign-in. Ask them if that surprises you."),
}
FAILED = N_(
    "Signing in did not succeed. Try once more; if it fails again, tell the administrator, and check that this "
    "device's clock is right."
)


def seated(seat: Seat, page: str = "") -> bool:
    """Whether somebody may go on to the pages; else say what they can do, and nothing about what is behind.

    `page` is the one they came for, where signing in leads back to.
    """
    if not seat.trouble and seat.standing:
        return True
    st.title("Tocsin", anchor=False)
    if seat.trouble == seats.NO_STORE:
        note(INFO, _("Nothing is set up here yet; the administrator can do it."))
    elif seat.trouble:
        _way_in(seat, page)
    else:
        _no_role(seat)
    return False


def _way_in(seat: Seat, page: str) -> None:
    if st.query_params.get("signin") == "failed":
        note(WARNING, _(FAILED))
    if seat.trouble == seats.ENDED:
        note(INFO, _(WHY.get(seat.why, WHY[sign_ins.OUT])))
    elif seat.trouble == seats.UNNAMED:
        note(WARNING, _("Your sign-in carries no name that can be used here. Tell the administrator."))
    else:
        note(INFO, _("This is for people who are let in. Please sign in."))
    if signing.configured().mode == "oidc":
        st.button(_("Sign in"), type="primary", on_click=sign_in, args=(page,))
    else:
        st.html(markup.text("p", _("Open this page anew to sign in."), "tc-told"))


def sign_in(page: str) -> None:
    """Go to the provider, and from there back to the page; as `st.login` does, which knows the first only."""
    st.query_params.pop(landing.FAILED, None)
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        asked = landing.asked(page, st.query_params.to_dict())
        message.auth_redirect.url = f"{generate_login_redirect_url('default')}&{asked}"
        context.enqueue(message)


def _no_role(seat: Seat) -> None:
    name = seat.standing.login
    note(INFO, _("You are signed in as {name}, and you have no role here yet.").format(name=name))
    told = _("An administrator can give you one. Tell them this name, and what you need to do:")
    st.html(markup.text("p", told, "tc-told"))
    command_line(f"tocsin users add {shlex.quote(name)} --role ROLE --reason WHY")
    sign_out_button()


def sign_out_button() -> None:
    """End this signing in."""
    if access.named() is not None:
        st.button(_("Sign out"), on_click=sign_out)


def sign_out() -> None:
    """End it here first, so that the cookie opens nothing any more, then at the provider."""
    here = access.seat()
    if here.key:
        sittings.sign_out(here, clock.now())
    if signing.configured().mode == "oidc":
        st.logout()


def may_act() -> bool:
    """Whether whoever is there may change anything where they look."""
    return policy.sight(access.viewer()).acts


def not_yours(title: str) -> None:
    """A page that a role has no use for."""
    st.title(title, anchor=False)
    note(
        INFO,
        _("Your role may read but not change anything, so this page is not for you. Ask an administrator."),
    )


def local() -> None:
    """Without a login there is nobody to tell apart."""
    note(
        INFO,
        _("No login is configured: this machine alone is served, and whoever sits at it may do everything."),
    )
    st.html(markup.text("p", _("How to configure one stands in db/README.md."), "tc-told"))


def roles() -> None:
    """What this reader may do, and where."""
    heading(_("What you may do"))
    held = sorted((str(role), region or _("all regions")) for role, region in access.standing().held)
    st.html(markup.element("ul", *(markup.text("li", f"{role}: {where}") for role, where in held)))
