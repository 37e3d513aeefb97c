"""Whatever cannot be done on a page becomes one calm line with its cure, never a traceback."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from sqlalchemy.exc import DBAPIError

from dashboard import remembered
from dashboard.components import ERROR, note
from dashboard.i18n import _
from db.errors import TocsinError, Unreachable
from db.policy import Denied


def calmly(draw: Callable[[], None]) -> None:
    """Draw a page or a part of it that runs by itself; say calmly what hinders it."""
    try:
        draw()
    except Unreachable:
        logging.getLogger(__name__).warning("the store cannot be reached", exc_info=True)
        _later(
            _("The store cannot be reached just now. Nothing is lost; the page works again when it is back.")
        )
    except TocsinError as error:
        if isinstance(error, Denied):
            remembered.denied()
        note(ERROR, str(error))
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        said = _("The store did not answer ({reason}). It may be busy; try again in a moment.")
        _later(said.format(reason=reason))
    except Exception as error:  # the last resort: what nobody foresaw goes to the log, not to the reader
        logging.getLogger(__name__).error("a page could not be drawn: %s", _trail(error))
        _later(_("This page could not be drawn. Nothing is lost; the server's log says why."))


def _trail(error: Exception) -> str:
    """Where an error came from, in one line; not what it says, which may be a report's words."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    trail = " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
    return f"{type(error).__name__}: {trail}"


def _later(told: str) -> None:
    note(ERROR, told)
    st.button(_("Try again"))
