"""Whatever cannot be done on a page becomes one calm line with its cure, never a traceback."""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import streamlit as st
from sqlalchemy.exc import DBAPIError

from dashboard import data, remembered
from dashboard.components import ERROR, note
from dashboard.i18n import N_, _
from db import disks, migrating
from db.errors import TocsinError, Unreachable
from db.policy import Denied

AGAIN_SECONDS = 5
_AWAY = "_tocsin_away"
_HINDERED = {
    disks.FULL: N_(
        "The disk of the store is full, so nothing can be written. Nothing is lost; whoever runs this must make room."
    ),
    disks.LOCKED: N_(
        "The disk of the store may not be written just now. Nothing is lost; whoever runs this must look at it."
    ),
}


class Ended(Exception):  # noqa: N818  (no fault)
    """There is no more to a page than what was drawn; unlike `st.stop` it lets the frame draw its last line."""


def calmly(draw: Callable[[], None]) -> None:
    """Draw a page or a part of it that runs by itself; say calmly what hinders it."""
    try:
        draw()
    except Ended:
        return
    except Unreachable as error:
        logging.getLogger(__name__).warning("%s", error)  # one line, however many pages are open
        _later(
            _("The store cannot be reached just now. Nothing is lost; the page works again when it is back.")
        )
        _when_it_is_back()
    except TocsinError as error:
        if isinstance(error, Denied):
            remembered.denied()
        note(ERROR, str(error))
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        told = _HINDERED.get(disks.cure(reason) or "")
        said = _("The store did not answer ({reason}). It may be busy; try again in a moment.")
        _later(_(told) if told else said.format(reason=reason))
        if error.connection_invalidated:
            _when_it_is_back()
    except Exception as error:  # the last resort: what nobody foresaw goes to the log, not to the reader
        logging.getLogger(__name__).error("a page could not be drawn: %s", _trail(error))
        _later(_("This page could not be drawn. Nothing is lost; the server's log says why."))


def _when_it_is_back() -> None:
    st.session_state[_AWAY] = True
    _look_for_it(data.url())


@st.fragment(run_every=AGAIN_SECONDS)
def _look_for_it(store: str) -> None:
    """Draw the page anew as soon as the store answers again; not at once, or it might go round and round."""
    if st.session_state.pop(_AWAY, False):
        return
    with suppress(TocsinError, DBAPIError):
        migrating.revision(store)
        st.rerun(scope="app")


def _trail(error: Exception) -> str:
    """Where an error came from, in one line; not what it says, which may be a report's words."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    trail = " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
    return f"{type(error).__name__}: {trail}"


def _later(told: str) -> None:
    note(ERROR, told)
    st.button(_("Try again"))
