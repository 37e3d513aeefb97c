"""How this reader chose to be spoken to on the Settings page, remembered for a visit."""

import streamlit as st

from dashboard import data, i18n, speech
from db import clock, engine, queries


def recall() -> None:
    """Speak as this reader chose, looked up once a visit; what the address says goes before it."""
    store = data.url()
    if speech.OWN in st.session_state or data.check(store):
        return
    with engine.reading(store) as session:
        own = queries.own_settings(session, data.viewer(), as_of=clock.now().date())
    st.session_state[speech.OWN] = own
    before = i18n.speech()
    speech.listen()
    if i18n.speech() != before:
        st.rerun()  # titles and the way to other languages were drawn already
