"""A notice in words: a subject that names nobody, and a body from its facts alone, in the reader's language.

Likelihood stands in its ICD 203 word with that word's range and the base rate in the same sentence;
confidence stands apart, with its reasons. What is not known is said to be so, never left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard import fmt, levels, texts, track_record
from dashboard.alerts import rule_words
from dashboard.alerts.judging import FAILED_RUN, LEVEL
from dashboard.fmt import missing
from dashboard.handover import speaking
from dashboard.i18n import N_, _, n_
from db.vocab import NoticeKind
from models.explain import sentence
from models.themes import OTHER

Facts = Mapping[str, Any]
NAMED = 12
SUBJECTS: Mapping[NoticeKind, str] = {
    NoticeKind.ALERT: N_("Tocsin: level {level}, notice {number}"),
    NoticeKind.UPDATE: N_("Tocsin: level {level}, an update, notice {number}"),
    NoticeKind.CANCEL: N_("Tocsin: a warning has ended, notice {number}"),
    NoticeKind.DIGEST: N_("Tocsin: digest of the day, notice {number}"),
    NoticeKind.REMINDER: N_("Tocsin: a warning waits for an answer, notice {number}"),
    NoticeKind.TEST: N_("Tocsin: a test, notice {number}"),
}
DRILL = N_("EXERCISE: {text}")
RESTRICTED = N_("Restricted: for those to whom it was sent. Do not pass it on, and do not publish it.")
OPEN_IT = N_("Read it, and answer for it, in Tocsin under Alerts.")


@dataclass(frozen=True, slots=True)
class Text:
    """What is sent: a subject without any name, the lines of the body, and those for a screen that others see.

    The handling comes before any name, so that a preview of a mail shows none.
    """

    subject: str
    lines: tuple[str, ...]
    brief: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    @property
    def letter(self) -> str:
        """The same for a mail: a blank line between parts, the steps of a list together."""
        return "\n".join(
            line if line.startswith("–") or not n else f"\n{line}" for n, line in enumerate(self.lines)
        )


def text(notice: Any, language: str, care: str | None = None) -> Text:
    """A notice (a row of `notice`) in a language; `care` says who answers for it, until when (None: not asked)."""
    with speaking(language):
        kind = NoticeKind(notice.kind)
        said = _(SUBJECTS[kind]).format(level=levels.named(notice.level), number=notice.id[:8])
        head, *told = _spoken(kind, notice.facts)
        if notice.exercise:
            said, head = (_(DRILL).format(text=one) for one in (said, head))
        if kind is NoticeKind.TEST:
            return Text(said, (head, *told), (head,))
        lines = (head, _(RESTRICTED), *told, *_closing(notice, care))
        return Text(said, lines, (head, _(OPEN_IT)))


def farewell(language: str, address: str) -> str:
    """How to be told no more, for the end of a mail; `address` is empty where the pages have no public one."""
    with speaking(language):
        if not address:
            return _("To be sent nothing any more, tell whoever runs Tocsin for you.")
        return f"{_('To be sent nothing any more, open this and press the button:')}\n{address}"


def _spoken(kind: NoticeKind, facts: Facts) -> list[str]:
    about_runs = facts.get("rule") == FAILED_RUN and kind is not NoticeKind.DIGEST
    return rule_words.of_runs(kind, facts) if about_runs else _LINES[kind](facts)


def _closing(notice: Any, care: str | None) -> list[str]:
    if notice.kind is NoticeKind.DIGEST:
        return [_(OPEN_IT)]
    end = _("This notice expires after {day} unless it is renewed.").format(day=fmt.day(notice.expires_on))
    if notice.kind is NoticeKind.CANCEL:
        return []
    held = [] if care is None else [care or _("Nobody has taken it on yet.")]
    return [*held, end, _(OPEN_IT)]


def _warning(facts: Facts) -> list[str]:
    lead = facts["members"][0]
    return [
        _head(facts),
        _where(facts),
        *rule_words.raised(facts),
        _chance(facts, lead),
        _sureness(lead),
        _because(_("Why: {reasons}"), lead["for"], _("Why: the model names no single reason.")),
        _because(
            _("What speaks against it: {reasons}"), lead["against"], _("Nothing known speaks against it.")
        ),
        _changed(lead),
        _affected(facts),
        _disputed(facts),
        *_consider(facts),
    ]


def _head(facts: Facts) -> str:
    now, before = levels.named(facts["level"]), facts["previous"]
    if facts["rule"] != LEVEL:
        own = levels.named(facts["members"][0].get("own_level", 0))
        rule = texts.word("rule", facts["rule"])
        return _("LEVEL {level}, by the rule “{rule}”; the level of the forecast is {own}.").format(
            level=now, rule=rule, own=own
        )
    if before is None:
        return _("LEVEL {level} (the day before: not assessed).").format(level=now)
    return _("LEVEL {level} (the day before: {before}).").format(level=now, before=levels.named(before))


def _where(facts: Facts) -> str:
    names = [texts.name(one) for one in facts["members"] if one.get("name")]
    told = fmt.apiece(fmt.apart(one) for one in names[:NAMED])
    more = len(names) - NAMED
    if more > 0:
        told = _("{names} and {count} more").format(names=told, count=fmt.count(more))
    return _("Where: {place}. {names}").format(place=_place(facts), names=told)


def _place(facts: Facts) -> str:
    group, district = _named(facts["group"]), _named(facts["district"])
    region = _named(facts["region"])
    if not facts["district"].get("name"):
        return _("{group}, {region}, district not known").format(group=group, region=region)
    return _("{group}, district {district}, {region}").format(group=group, district=district, region=region)


def _chance(facts: Facts, lead: Facts) -> str:
    probability, until = lead["probability"], fmt.day(date.fromisoformat(facts["until"]))
    if probability is None:
        return _("How likely an escalation is up to {until} is not known.").format(until=until)
    base = facts["base_rate"]
    return _(
        "How likely an escalation is in the next {days} days, up to {until}: {likelihood} ({range}; here "
        "{probability}; base rate {base}). An escalation is more deaths than in nine of ten windows of the year before."
    ).format(
        days=fmt.count(facts["horizon_days"]),
        until=until,
        likelihood=fmt.likelihood(probability),
        range=_range(probability),
        probability=fmt.percent(probability),
        base=_("not known") if base is None else fmt.percent(base),
    )


def _range(probability: float) -> str:
    """The range that the ICD 203 word for a probability stands for."""
    low = 0.01
    for bound, _word in fmt.LIKELIHOOD:
        if probability < bound:
            return fmt.percents(low, min(bound, 0.99))
        low = bound
    return fmt.percents(low, 0.99)


def _sureness(lead: Facts) -> str:
    reasons = texts.doubts(lead["doubts"])
    word = texts.word("confidence", lead["confidence"])
    if not reasons:
        return _("Confidence: {confidence}; no doubt is noted.").format(confidence=word)
    return _("Confidence: {confidence}. {reasons}").format(confidence=word, reasons=_sentences(reasons))


def _because(template: str, drivers: Iterable[Facts], nothing: str) -> str:
    known = list(drivers)
    told = [sentence(one, _) for one in known if one["feature"] != OTHER.name or len(known) == 1]
    return template.format(reasons=_sentences(told)) if told else nothing


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(one if one.endswith((".", "؟", "!")) else f"{one}." for one in parts)


def _changed(lead: Facts) -> str:
    parts = [lead.get(name) for name in ("new_data", "revised_data", "model_change")]
    if any(missing(one) for one in parts):
        return _("What changed since the day before cannot be told apart.")
    new, revised, model = (fmt.points(float(one or 0)) for one in parts)
    return _(
        "Changed since the day before: new reports {new}, revised reports {revised}, the model {model}."
    ).format(new=new, revised=revised, model=model)


def _affected(facts: Facts) -> str:
    count = n_("{count} community", "{count} communities", len(facts["members"]))
    return _("Who: {communities} of {group}. How many people live there is not recorded here.").format(
        communities=count, group=_named(facts["group"])
    )


def _disputed(facts: Facts) -> str:
    if not facts["disputed"]:
        return _("Disputed: no incident of the last 14 days is marked as contested.")
    told = [
        _("{what} of {day}, killed: {dead}").format(
            what=texts.word("incident_type", one["type"]),
            day=fmt.day(date.fromisoformat(one["day"])),
            dead=fmt.span(one["deaths_low"], one["deaths_high"]) or _("unknown"),
        )
        for one in facts["disputed"]
    ]
    return _("Disputed: {incidents}.").format(incidents=fmt.apiece(told))


def _consider(facts: Facts) -> list[str]:
    if not facts["plan"]:
        return [_("To consider: the team has set no plan for this level.")]
    return [_("To consider, by the team's own plan:"), *(_step(one) for one in facts["plan"])]


def _step(one: Facts) -> str:
    from dashboard import plans  # it draws tables, too: only for whom it has a plan to tell

    said = plans.words(dict(one))
    if missing(one["owner_role"]):
        return _("– {step}").format(step=said)
    return _("– {step} (owner: {role})").format(step=said, role=fmt.apart(one["owner_role"]))


def _ended(facts: Facts) -> list[str]:
    lead = facts["members"][0]
    code = lead["why"].get("code")
    why = rule_words.over(code, lead.get("rule", LEVEL))
    return [_("A warning has ended."), why, _where(facts), _chance(facts, lead), _sureness(lead)]


def _digest(facts: Facts) -> list[str]:
    day = fmt.day(date.fromisoformat(facts["day"]))
    head = _("Digest of {day}: {told}; {left} of them stand only here, because the week's budget is spent or because "
             "they are told of already.").format(
        day=day,
        told=n_("{count} bundle of alerts", "{count} bundles of alerts", len(facts["lines"])),
        left=fmt.count(facts["overflow"]),
    )  # fmt: skip
    worth = [track_record.told(facts["ledger"])] if facts.get("ledger") else []
    return [head, *(_line(facts, one) for one in facts["lines"]), *worth]


def _line(facts: Facts, one: Facts) -> str:
    place = _place({**one, "region": facts["region"]})
    count = n_("{count} community", "{count} communities", one["communities"])
    return _("– Level {level}: {place}; {communities}; chance {probability}; {rule}").format(
        level=levels.named(one["level"]),
        rule=texts.word("rule", one.get("rule", LEVEL)),
        place=place,
        communities=count,
        probability=fmt.percent(one["probability"]),
    )


def _reminder(facts: Facts) -> list[str]:
    return [
        _("A warning has waited for an answer past its deadline."),
        _where(facts),
        _("Whoever reads this takes it on, or finds somebody who does."),
    ]


def _test(facts: Facts) -> list[str]:
    return [_("This is a test of the way to you. There is nothing to do.")]


def _named(one: Facts) -> str:
    return fmt.apart(texts.name(one)) if one.get("name") else _("unknown")


_LINES = {
    NoticeKind.ALERT: _warning,
    NoticeKind.UPDATE: _warning,
    NoticeKind.CANCEL: _ended,
    NoticeKind.DIGEST: _digest,
    NoticeKind.REMINDER: _reminder,
    NoticeKind.TEST: _test,
}
