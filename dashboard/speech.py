"""How this reader is spoken to: by the address, else as they chose for themselves, else as their browser asks."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import i18n, markup
from dashboard.i18n import Speech, _

HELD = "_tocsin_speech"
OWN = "_tocsin_own_speech"  # what the reader chose on the Settings page, for this visit
KNOWN: Mapping[str, tuple[str, ...]] = {"digits": i18n.DIGITS, "calendar": i18n.CALENDARS}
KEPT = ("lang", *KNOWN)
LONGEST = 1000  # what somebody pasted into an address by mistake does not go along


def listen() -> None:
    """Find out how to speak, at the beginning of a run of a page."""
    own = st.session_state.get(OWN) or {}
    lang = _known("lang", tuple(i18n.languages())) or own.get("lang") or _of_browser() or i18n.DEFAULT
    rest = {name: _known(name, those) or own.get(name) or those[0] for name, those in KNOWN.items()}
    i18n.use(lang, **rest)
    st.session_state[HELD] = i18n.speech()


def _known(name: str, those: tuple[str, ...]) -> str | None:
    asked = st.query_params.get(name)
    return asked if asked in those else None


def _of_browser() -> str | None:
    asked = (st.context.locale or "").replace("_", "-").split("-")[0].lower()
    return asked if asked in i18n.languages() else None


def _held() -> Speech:
    """How the page spoke to which a button's act or a part that runs by itself belongs."""
    told = st.session_state.get(HELD) if get_script_run_ctx(suppress_warning=True) else None
    return told if isinstance(told, Speech) else i18n.PLAIN


i18n.unless_told(_held)


def unknown() -> str | None:
    """A remark where the address asks for a language that is not here; None where it does not."""
    asked = st.query_params.get("lang")
    if not asked or asked in i18n.languages():
        return None
    return _("“{said}” is not a language of these pages.").format(said=asked[:20])


def kept() -> dict[str, str]:
    """What the address says of how to speak, which goes along with every link."""
    return {name: st.query_params[name] for name in KEPT if st.query_params.get(name)}


def marker() -> str:
    """Tells the script of the page which language and direction the document has."""
    lang = i18n.language()
    return markup.element("i", css="tc-speech", lang=lang, dir=i18n.direction(lang), hidden="hidden")


def away() -> str:
    """What the page says while it has no connection; the style shows it only then, in the place of Streamlit's words.

    A live region that is announced even where a dialog hides the rest from readers of screens.
    """
    told = _(
        "There is no connection just now. What you see may be old; please wait with changes. The page goes on by "
        "itself when the connection is back."
    )
    return markup.text("p", told, "tc-away", role="status", data_live_announcer="true")


def switch(page: str) -> str:
    """The same page in the other languages, each by its own name."""
    others = [_other(page, code, name) for code, name in i18n.languages().items() if code != i18n.language()]
    return markup.element("nav", *others, css="tc-languages", aria_label=_("Language")) if others else ""


def _other(page: str, code: str, name: str) -> str:
    short = {key: value for key, value in st.query_params.items() if value and len(value) <= LONGEST}
    asked = {**short, "lang": code}
    return markup.element(
        "a", escape(name), href=f"./{page}?{urlencode(asked)}", lang=code, dir=i18n.direction(code), target="_self"
    )  # fmt: skip
