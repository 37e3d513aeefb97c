"""How to read this: what a level, a probability and a confidence mean, and what they do not."""

import streamlit as st

from dashboard import components, fmt, frame, markup, tour
from dashboard.i18n import N_, _
from db import queries

PARTS = (
    (
        N_("What a level says"),
        N_(
            "Each community has one level a day. It follows from the probability of an escalation: more deaths in the "
            "coming weeks than in nine of ten such spells of the community's own last year, and at least as many as "
            "the region's floor. Watch, warning and emergency begin where past forecasts would have given about "
            "four, one and a quarter false alerts per community and year."
        ),
    ),
    (
        N_("What a probability says"),
        N_(
            "“12 in 100” means: of a hundred cases that looked like this in the past, about twelve ended in an "
            "escalation. Even a warning is often unlikely to come true; it is raised because waiting for certainty "
            "would be too late. A number says nothing about who intends what."
        ),
    ),
    (
        N_("Why a number changed"),
        N_(
            "A change since the day before has three parts that add up to it. New data: incidents that became known "
            "since, and what the passing of a day does by itself. Revised: incidents known before that read "
            "otherwise now, or were taken back. Model: another model, or the same trained anew. Where a day was "
            "not assessed, no change is told."
        ),
    ),
    (
        N_("What confidence says"),
        N_(
            "Confidence is not probability. It tells how good the data behind the number are: how many sources look, "
            "what they would report, how recent they are, how many incidents the judgement rests on. Its reasons "
            "stand beside it."
        ),
    ),
    (
        N_("Silence is not calm"),
        N_(
            "Not assessed means that nobody looked, or too little is known. Where reports stop, a score stops too; it "
            "never falls to calm by itself. An unknown number of deaths is written as unknown, never as zero."
        ),
    ),
    (
        N_("Imprecise places"),
        N_(
            "Some incidents are known only to the governorate. They are shown with every community that lives there "
            "as possibly concerning it, and they do not count in a single village's own figures."
        ),
    ),
    (
        N_("How a score is made"),
        N_(
            "Reports become incidents, incidents are counted by place and week, and a model that learnt from the past "
            "turns the counts into a probability. It is put in force where it holds its own against the best simple "
            "rule on weeks it had not seen, unless a person overrules that in writing; the Models page shows both. Its "
            "reasons add up to the score."
        ),
    ),
    (
        N_("What it cannot do"),
        N_(
            "It sees nothing that no source reports. It knows no intent, no plan and no agreement. It was tried on "
            "past years and may fail when times change; the Scoreboard says how often it did. It is about communities, "
            "never about persons, and no decision should rest on it alone."
        ),
    ),
    (
        N_("The day at the top"),
        N_(
            "Every page shows what was known at the end of the day named at the top, and nothing later. The day is in "
            "the address, so a link shows a colleague the same."
        ),
    ),
)

view = frame.opened(_("How to read this"))
st.html(tour.invitation(frame.keep(view)))
st.html(markup.legend())
for title, told in PARTS:
    components.heading(_(title), _(told))
components.heading(_("Whom to ask"))
chosen = view.ask(queries.region_settings, as_of=view.today)
contact = next((one["value"] for one in chosen.to_dict("records") if one["name"] == "contact"), None)
if contact:
    pairs = [(_("Role"), contact["role"]), (_("Address"), contact["address"])]
    st.html(markup.facts([(name, markup.plain(fmt.apart(value))) for name, value in pairs]))
else:
    told = _(
        "No contact is set. An approver or an administrator can set one, as a role, on the Settings page."
    )
    components.note(components.INFO, told)
frame.foot(view)
