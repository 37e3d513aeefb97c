"""A walk of two minutes through the pages, for whoever opens the exercise for the first time.

Where somebody is on it stands in the address (`tour`), so that it can be left, sent and taken again.
"""

from dataclasses import dataclass

from dashboard import links, markup
from dashboard.i18n import N_, _

NAME = "tour"


@dataclass(frozen=True)
class Step:
    """One stop: the page it is on, and what is to be seen there."""

    page: str
    title: str
    told: str


STEPS = (
    Step(
        "today",
        N_("What changed"),
        N_(
            "Today is read from the top: which community worsened most, why, how sure that is, and what the team's "
            "own plan says. A level is a number, a word and a shape, never a colour alone."
        ),
    ),
    Step(
        "today",
        N_("Why"),
        N_(
            "Each community has up to three reasons, and each reason opens the reports behind it. Open one: no number "
            "here has to be believed."
        ),
    ),
    Step(
        "incidents",
        N_("Who says so"),
        N_(
            "An incident shows what each report says, side by side, also where they contradict each other. A number "
            "that nobody knows stays unknown; it is never counted as none."
        ),
    ),
    Step(
        "community",
        N_("How sure"),
        N_(
            "The chart shows the score with its range over the incidents. Hatched days are days without data: silence "
            "is not calm. Below stands what makes the score, and how often it was right before."
        ),
    ),
    Step(
        "about",
        N_("What it cannot say"),
        N_(
            "A score is a probability for a community, never for a person, and never a certainty. This page says what "
            "each word means. The tour can be taken again from here."
        ),
    ),
)


def at(asked: str | None) -> int | None:
    """The number of the step that an address asks for, from 1; None where it asks for none."""
    return (
        int(asked)
        if asked and asked.isascii() and asked.isdigit() and 1 <= int(asked[:3]) <= len(STEPS)
        else None
    )


def kept(asked: str | None) -> dict[str, str]:
    """What links take along while somebody is on the tour."""
    step = at(asked)
    return {NAME: str(step)} if step else {}


def invitation(keep: links.Kept) -> str:
    """The way into the tour."""
    return markup.link(
        _("Take the tour (two minutes)"), links.to(STEPS[0].page, _plain(keep), tour=1), "tc-tour-in"
    )


def panel(step: int, page: str, keep: links.Kept) -> str:
    """A step in words, with the ways back, on and out."""
    one, plain = STEPS[step - 1], _plain(keep)
    head = _("Tour, {step} of {steps}: {title}").format(step=step, steps=len(STEPS), title=_(one.title))
    ways = [markup.link(_("Leave the tour"), links.to(page, plain))]
    if step > 1:
        ways.insert(0, _way(_("Back"), step - 1, plain))
    if step < len(STEPS):
        ways.insert(0, _way(_("Next"), step + 1, plain))
    return markup.element(
        "aside",
        markup.text("b", head),
        markup.text("p", _(one.told)),
        markup.element("nav", *ways, aria_label=_("Tour")),
        css=f"tc-tour tc-tour-{step}",
        aria_label=head,
    )


def _way(words: str, step: int, plain: links.Kept) -> str:
    return markup.link(words, links.to(STEPS[step - 1].page, plain, tour=step))


def _plain(keep: links.Kept) -> dict[str, str]:
    return {name: value for name, value in keep.items() if name != NAME}
