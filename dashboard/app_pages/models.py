"""Models: the cards of those in use, every version, two side by side, and putting one in force past the check."""

from dashboard import components, frame, model_cards, promotion
from dashboard.i18n import N_, _
from db import queries

PARTS = {
    "card": (N_("In use"), model_cards.drawn),
    "all": (N_("All versions"), promotion.listed),
    "compare": (N_("Compare"), promotion.compared),
    "promote": (N_("Put in force"), promotion.promoted),
}

view = frame.opened(_("Models"))
if view.ask(queries.models).empty:
    components.note(components.INFO, _("No model was trained by this day. Train one with:"))
    components.command_line(f"tocsin train --as-of {view.as_of}")
else:
    part = components.switch(
        _("Part"), {one: _(words) for one, (words, _draw) in PARTS.items()}, "part", "card"
    )
    PARTS[part][1](view)
frame.foot(view)
