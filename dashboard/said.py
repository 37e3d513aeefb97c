"""What is said of an incident, in sentences that never say more than the claims do."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import fmt, texts
from dashboard.fmt import missing
from dashboard.i18n import N_, _
from db import codebook
from db.vocab import IncidentType
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
    _K.DENIED: N_("{actors} denied it, according to {by}."),
    _K.INVOLVED: N_("Reportedly involved: {actors}, according to {by}."),
    _K.TARGETED: N_("Reportedly aimed at {actors}, according to {by}."),
    _K.WITNESSED: N_("Reportedly witnessed by {actors}, according to {by}."),
    _K.DISPUTED: N_("Responsibility is disputed."),
}


def sentences(facts: Mapping[str, Any]) -> list[str]:
    """The sentences about an incident: how far it stands, who names whom, whether that is disputed."""
    return [_sentence(one) for one in clauses(str(facts["verification"]), facts["attributions"])]


def _sentence(one: Clause) -> str:
    actors = [fmt.apart(texts.party(name)) for name in one.actors]
    by = [texts.source(name) for name in one.by]
    return _(SENTENCES[one.kind]).format(actors=_list(actors), by=_list(by or [_("a report")]))


def _list(names: Sequence[str]) -> str:
    """Names in a row, as a reader expects them."""
    if len(names) < 2:
        return "".join(names)
    return _("{first} and {last}").format(first=fmt.listed(names[:-1]), last=names[-1])


REPORTEDLY = N_("{told} (reportedly)")
QUALIFIED: Mapping[str, str] = {
    "verified": N_("{told}"),
    "contested": N_("{told} (contested)"),
    "discounted": N_("{told} (not believed)"),
    "unverifiable": N_("{told} (cannot be verified)"),
}


def qualified(told: str, verification: Any) -> str:
    """A few words about an incident with how far they stand: what nobody verified is only reported."""
    return _(QUALIFIED.get(str(verification), REPORTEDLY)).format(told=told)


def grade(code: Any) -> str:
    """An Admiralty grade with what it means: B2, a usually reliable source, probably true."""
    if missing(code):
        return _("not graded")
    who, what = texts.word("reliability", code[0]), texts.word("credibility", code[1])
    return _("{grade}: {source}; {content}").format(grade=code, source=who, content=what)


def state(facts: Mapping[str, Any]) -> str:
    """How far an incident stands, and why."""
    word, reason = texts.word("verification", facts["verification"]), facts.get("verification_reason")
    if missing(reason):
        return word
    return _("{state}. {reason}").format(state=word, reason=texts.word("reason", reason))


def indicators(incident_type: str) -> list[str]:
    """The UN Framework's indicators that an incident of this type bears on, with their numbers."""
    kind = IncidentType(incident_type)
    told = [f"{tag} {_(codebook.told(tag))}" for tag in codebook.CODEBOOK[kind].tags]
    return (
        [_("{indicator} (it lowers this)").format(indicator=one) for one in told]
        if codebook.lowers(kind)
        else told
    )
