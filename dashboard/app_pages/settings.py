"""Settings: how a reader is spoken to, what alerts may cost, the team's plan, and what is set elsewhere."""

from dataclasses import replace

from dashboard import choosing, components, fmt, frame, origins, planning
from dashboard.i18n import N_, _

PARTS = {
    "you": (N_("For you"), choosing.of_reader),
    "alerts": (N_("Alerts"), choosing.of_region),
    "plan": (N_("Action plan"), planning.drawn),
    "files": (N_("Set elsewhere"), choosing.elsewhere),
}

view = frame.opened(_("Settings"), about_now=True)
if view.as_of != view.today:
    told = _("Settings are those of today, {day}, whatever day the other pages show.")
    components.note(components.INFO, told.format(day=fmt.day(view.today)))
part = components.switch(_("Part"), {one: _(words) for one, (words, _draw) in PARTS.items()}, "part", "you")
now = replace(view, as_of=view.today)
origins.know(now)
PARTS[part][1](now)
frame.foot(view)
