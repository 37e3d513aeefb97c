"""Who says what of whom, in structured clauses: the words follow from the status of each claim, never from us.

A name stands in no sentence without who says so; a denial stands beside what it denies. The languages
live in the dashboard, which turns each clause into one sentence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from db.vocab import ActorRole, Verification

if TYPE_CHECKING:
    from db.accounts import Account

Attribution = Mapping[str, Any]
_R = ActorRole
ACCUSED = (_R.ALLEGED_PERPETRATOR, _R.CLAIMANT)


class ClauseKind(StrEnum):
    """What a clause tells: how far the event stands, or who is said to have done what."""

    REPORTED = "reported"
    VERIFIED = "verified"
    CONTESTED = "contested"
    DISCOUNTED = "discounted"
    UNVERIFIABLE = "unverifiable"
    ALLEGED = "alleged"
    CLAIMED = "claimed"
    DENIED = "denied"
    INVOLVED = "involved"
    TARGETED = "targeted"
    WITNESSED = "witnessed"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing to say: what, of which actors, according to whom (both sorted, each once)."""

    kind: ClauseKind
    actors: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


OF_ROLE = {
    _R.ALLEGED_PERPETRATOR: ClauseKind.ALLEGED,
    _R.CLAIMANT: ClauseKind.CLAIMED,
    _R.DENIER: ClauseKind.DENIED,
    _R.PARTICIPANT: ClauseKind.INVOLVED,
    _R.TARGET: ClauseKind.TARGETED,
    _R.WITNESS: ClauseKind.WITNESSED,
}
OF_STATE = {
    Verification.VERIFIED: ClauseKind.VERIFIED,
    Verification.CONTESTED: ClauseKind.CONTESTED,
    Verification.DISCOUNTED: ClauseKind.DISCOUNTED,
    Verification.UNVERIFIABLE: ClauseKind.UNVERIFIABLE,
}


def attributions(known: Iterable["Account"]) -> list[dict[str, Any]]:
    """Who says what of whom, as it is kept with a version: actor_id, role, said_by, source_id; each once."""
    said = {(actor, role.value, by or "", a.source_id) for a in known for actor, role, by in a.actors}
    names = ("actor_id", "role", "said_by", "source_id")
    return [{**dict(zip(names, one, strict=True)), "said_by": one[2] or None} for one in sorted(said)]


def disputed(said: Sequence[Attribution]) -> bool:
    """Whether responsibility is disputed: somebody denies it, or two sources name nobody in common."""
    if any(one["role"] == _R.DENIER for one in said):
        return True
    accused: dict[str, set[str]] = defaultdict(set)
    for one in said:
        if one["role"] in ACCUSED:
            accused[one["source_id"]].add(one["actor_id"])
    named = list(accused.values())
    return any(not a & b for n, a in enumerate(named) for b in named[n + 1 :])


def clauses(state: str, said: Sequence[Attribution]) -> list[Clause]:
    """What may be said of an incident, in order: how far it stands, who is named by whom, whether that is disputed.

    `said` has `actor` (a name), `role`, `by` (a name, None: not shown) and `source_id`.
    """
    told = [Clause(OF_STATE.get(Verification(state), ClauseKind.REPORTED))]
    for role, kind in OF_ROLE.items():
        told += _grouped(kind, [one for one in said if one["role"] == role])
    if disputed([{**one, "actor_id": one["actor"]} for one in said]):
        told.append(Clause(ClauseKind.DISPUTED))
    return told


def _grouped(kind: ClauseKind, said: Sequence[Attribution]) -> list[Clause]:
    """One clause for each set of actors that the same voices name."""
    voices: dict[str, set[str]] = defaultdict(set)
    for one in said:
        voices[one["actor"]] |= {one["by"]} if one.get("by") else set()
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for actor in sorted(voices):
        together[tuple(sorted(voices[actor]))].append(actor)
    return [Clause(kind, tuple(actors), by) for by, actors in together.items()]
