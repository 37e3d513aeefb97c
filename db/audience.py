"""What leaves the house: how much less partners and the public are told than the reader who sends it.

Names and levels of communities are internal: only partners under an agreement get names, and only where
villages are named. Few people counted in one community of one village could be told apart, so such counts
are shown as "<5" there; a count of nobody stays 0, and an unknown one stays empty.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from db.policy import Sight
from db.vocab import Audience, Precision, Sensitivity

FEW = 5
SETTING = "suppress_below"
_S = Sensitivity
GOES_TO: Mapping[Audience, frozenset[Sensitivity]] = {
    Audience.INTERNAL: frozenset(_S),
    Audience.PARTNER: frozenset({_S.PUBLIC, _S.INTERNAL}),
    Audience.PUBLIC: frozenset({_S.PUBLIC}),
}
# The finest that may go out, and what goes out where nobody asks for anything.
FINEST: Mapping[Audience, tuple[Precision, Precision]] = {
    Audience.INTERNAL: (Precision.EXACT, Precision.EXACT),
    Audience.PARTNER: (Precision.SETTLEMENT, Precision.DISTRICT),
    Audience.PUBLIC: (Precision.DISTRICT, Precision.GOVERNORATE),
}


def narrowed(seen: Sight, audience: Audience) -> Sight:
    """What may be told to an audience of what somebody may see: never more than they see themselves."""
    if audience is Audience.INTERNAL:
        return seen
    nothing = dict.fromkeys(("texts", "exact", "panel", "staff", "settings", "acts"), False)
    told = replace(seen, sensitivities=seen.sensitivities & GOES_TO[audience], **nothing)
    return replace(told, settlements=told.settlements and audience is Audience.PARTNER)


def precision(finest: Precision, wanted: Precision | None, audience: Audience) -> Precision:
    """How finely places go out: as wanted, no finer than the reader sees and the audience may be told."""
    order = list(Precision).index
    limit, usual = FINEST[audience]
    return max(finest, limit, wanted or usual, key=order)


def few(value: Any, below: int = FEW) -> Any:
    """A count of persons as it may go out: "<5" for 1 to 4; 0 and unknown stay what they are."""
    return f"<{below}" if isinstance(value, int | float) and 0 < value < below else value


def below(settings: Mapping[str, Any]) -> int:
    """Below which count persons are not told, as a region's pack settles it."""
    return int(settings.get(SETTING, FEW))


def withheld(audience: Audience, finest: Precision, below: int = FEW) -> list[str]:
    """What a file for an audience leaves out or tells more coarsely, one line each."""
    if audience is Audience.INTERNAL:
        return []
    only = "public" if audience is Audience.PUBLIC else "public or internal"
    lines = [
        f"only incidents of which every report is {only}",
        f"places no finer than the {finest}",
        "titles, summaries, texts, addresses and raw rows",
        "names of protected sources, of who is quoted, and of who worked on it",
    ]
    if finest is Precision.SETTLEMENT:
        return [*lines, f"counts of persons below {below} in one community of one village, shown as <{below}"]
    lines.append("days of the last week, told by the week")
    known = (
        "communities and their groups" if audience is Audience.PUBLIC else "communities, told by their group"
    )
    return [*lines, known]
