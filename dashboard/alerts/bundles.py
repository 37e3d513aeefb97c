"""What of a day's alerts is told at once, what in a digest, what not at all. Pure: alerts in, bundles out.

Alerts of one group in one district make one bundle. A bundle is at once while the team's budget of the week
lasts, the gravest first; the rest goes into one digest of the day, so a surge costs the budget and one message.
What somebody silenced stays on the pages and in the record, with the silence named.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.vocab import Scope

A_WEEK = 10
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that opened, rose or recovered on a day, with what bundling needs to know of it."""

    alert_id: str
    community_id: str
    district_id: str
    group: str
    rule: str
    level: int
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """A silence in force: about what, up to which level, until when; `rule` None: of every rule."""

    id: str
    scope: Scope
    scope_id: str
    level: int
    until: datetime
    rule: str | None = None


class Fate(StrEnum):
    """What becomes of a bundle."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Alerts that are told of together, the gravest first."""

    key: tuple[str, str]
    members: tuple[Raised, ...]
    fate: Fate
    silence_id: str | None = None

    @property
    def level(self) -> int:
        """The highest level of its alerts."""
        return self.members[0].level


def bundled(
    raised: Iterable[Raised],
    *,
    now: datetime,
    silences: Sequence[Quiet] = (),
    spent: int = 0,
    a_week: int | None = A_WEEK,
    told: Mapping[tuple[str, str], int] | None = None,
) -> list[Bundle]:
    """The bundles of a day, the gravest first.

    `spent` is how many were told at once in the six days before, `a_week` the budget (None: there is none);
    `told` the level at which each key is told of at present: what is no graver than that waits for the digest.
    """
    loud: list[tuple[tuple[str, str], tuple[Raised, ...]]] = []
    bundles: list[Bundle] = []
    for key, members in sorted(_by_key(inhibited(raised)).items()):
        muted = {one.alert_id: _silence(one, silences, now) for one in members}
        kept = [one for one in members if muted[one.alert_id] is None]
        if kept:
            loud.append((key, tuple(sorted(kept, key=_gravest))))
        for one in members:
            if (by := muted[one.alert_id]) is not None:
                bundles.append(Bundle(key, (one,), Fate.SILENCED, by))
    left = None if a_week is None else max(0, a_week - spent)
    for key, kept_of in sorted(loud, key=lambda one: (_gravest(one[1][0]), one[0])):
        known = kept_of[0].level <= (told or {}).get(key, 0)
        fate = Fate.DIGEST if known or left == 0 else Fate.AT_ONCE
        left = left - 1 if left and fate is Fate.AT_ONCE else left
        bundles.append(Bundle(key, kept_of, fate))
    return sorted(bundles, key=lambda one: (_gravest(one.members[0]), one.key))


def inhibited(raised: Iterable[Raised]) -> list[Raised]:
    """Of several rules that speak of one community only the gravest; the others would say the same again."""
    best: dict[str, Raised] = {}
    for one in raised:
        known = best.get(one.community_id)
        if known is None or _gravest(one) < _gravest(known):
            best[one.community_id] = one
    return sorted(best.values(), key=_gravest)


def matches(scope: Scope, scope_id: str, one: Raised) -> bool:
    """Whether a scope (of a silence or a subscription) holds an alert."""
    of = {Scope.DISTRICT: one.district_id, Scope.GROUP: one.group, Scope.COMMUNITY: one.community_id}
    return scope is Scope.REGION or of[scope] == scope_id


def _by_key(raised: Iterable[Raised]) -> dict[tuple[str, str], list[Raised]]:
    found: dict[tuple[str, str], list[Raised]] = defaultdict(list)
    for one in raised:
        found[one.district_id, one.group].append(one)
    return found


def _silence(one: Raised, silences: Sequence[Quiet], now: datetime) -> str | None:
    """The silence that an alert falls under, if any."""
    for quiet in silences:
        about = quiet.rule in (None, one.rule) and matches(quiet.scope, quiet.scope_id, one)
        if about and one.level <= quiet.level and now < quiet.until:
            return quiet.id
    return None


def _gravest(one: Raised) -> tuple[int, float, str, str]:
    return -one.level, -(one.probability or 0.0), one.community_id, one.rule
