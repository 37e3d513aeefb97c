"""What is said of an incident, in sentences that never say more than the claims do."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.i18n import N_, _
from db.wording import Clause, ClauseKind, clauses

_K = ClauseKind
SENTENCES: Mapping[ClauseKind, str] = {
    _K.REPORTED: N_("This is reported; nobody here has verified it."),
    _K.VERIFIED: N_("It was verified."),
    _K.CONTESTED: N_("Whether it happened is contested."),
    _K.DISCOUNTED: N_("It was looked into and is not believed."),
    _K.UNVERIFIABLE: N_("It cannot be verified."),
    _K.ALLEGED: N_("Reportedly by {actors}, according to {by}."),
    _K.CLAIMED: N_("Claimed by {actors}, according to {by}."),
    _K.DENIED: N_("{actors}: denied, according to {by}."),
    _K.INVOLVED: N_("Reportedly involved: {actors}, according to {by}."),
    _K.TARGETED: N_("Reportedly aimed at {actors}, according to {by}."),
    _K.WITNESSED: N_("Reportedly witnessed by {actors}, according to {by}."),
    _K.DISPUTED: N_("Responsibility is disputed."),
}


def sentences(facts: Mapping[str, Any]) -> list[str]:
    """The sentences about an incident: how far it stands, who names whom, whether that is disputed."""
    return [_sentence(one) for one in clauses(str(facts["verification"]), facts["attributions"])]


def _sentence(one: Clause) -> str:
    return _(SENTENCES[one.kind]).format(actors=_list(one.actors), by=_list(one.by or (_("a report"),)))


def _list(names: Sequence[str]) -> str:
    """Names in a row, as a reader expects them."""
    if len(names) < 2:
        return "".join(names)
    return _("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])
