"""Two models side by side, and what the check of models says of one: from their cards alone."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard import fmt, origins, retold, texts
from dashboard.i18n import _
from dashboard.markup import facts, plain, table
from models import promoting
from models.confidence import SIMPLE

Card = Mapping[str, Any]


def named(row: Mapping[str, Any]) -> str:
    """A version by its kind, the day it was trained for, and the beginning of its id."""
    return _("{kind}, trained {day} ({id})").format(
        kind=texts.word("estimator", row["estimator"]),
        day=fmt.day(row["train_as_of"]),
        id=fmt.apart(str(row["model_version_id"])[:8]),
    )


def verdict(card: Card) -> tuple[str, str]:
    """What the check says of a model: the kind of a remark, and its words."""
    gate = (card.get("choice") or {}).get("gate") or {}
    if refusal := promoting.refused(card):
        return "warning", _("The check of models refused this version: {why}").format(
            why=retold.said(refusal)
        )
    if not gate:
        return "warning", _("The check of models was never asked about this version: its card says nothing.")
    return "info", _(
        "This version passed the check of models. Skill against the best simple rule: {skill}"
    ).format(skill=skill(card))


def skill(card: Card) -> str:
    """How much better than the best simple rule a model was on past weeks, with its interval."""
    gate = (card.get("choice") or {}).get("gate") or {}
    if gate.get("skill") is None:
        return _("unknown")
    if gate.get("reference") == card.get("estimator"):
        return _("it is the best simple rule itself")
    said = _("{skill}, in 95 of 100 resamplings {low} to {high}")
    ends = {name: _points(gate.get(name)) for name in ("skill", "low", "high")}
    return said.format(**ends)


def _points(value: float | None) -> str:
    return _("unknown") if fmt.missing(value) else fmt.signed_percent(float(value or 0))


def beside(rows: Sequence[Mapping[str, Any]]) -> str:
    """Two versions of one question, a line a fact."""
    cards = [one["card"] for one in rows]
    lines = [
        (_("State"), [texts.word("model_status", one["status"]) for one in rows]),
        (_("Trained on what was known by"), [fmt.day(one["train_as_of"]) for one in rows]),
        (_("Learnt from"), [_learnt(one) for one in cards]),
        (_("Past weeks it was tried on"), [fmt.count(_tried(one).get("weeks")) for one in cards]),
        (_("How often it happened"), [fmt.percent(_tried(one).get("base_rate")) for one in cards]),
        (_error_name(cards[0]), [_digits(_error(one)) for one in cards]),
        (_("Best simple rule"), [_reference(one) for one in cards]),
        (_("Skill against it"), [skill(one) for one in cards]),
        (_("Probabilities off by (mean)"), [_digits(_gate(one).get("ece")) for one in cards]),
        (_("The check of models"), [_checked(one) for one in cards]),
    ]
    body = [[escape(name), *(plain(value) for value in values)] for name, values in lines]
    caption = _("A lower score is better; a skill above zero is better than the best simple rule.")
    title = _("Two versions beside each other")
    columns = [_("What"), *_heads(rows)]
    return table(columns, body, caption=title, told=caption, source=origins.CARDS)


def _heads(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Two versions by their kind; by their days too where the kinds are the same."""
    kinds = [texts.word("estimator", one["estimator"]) for one in rows]
    return kinds if kinds[0] != kinds[1] else [named(one) for one in rows]


def beside_one(row: Mapping[str, Any]) -> str:
    """One version's facts."""
    cards = (
        (_("Learnt from"), _learnt(row["card"])),
        (_error_name(row["card"]), _digits(_error(row["card"]))),
        (_("Best simple rule"), _reference(row["card"])),
        (_("Skill against it"), skill(row["card"])),
        (_("Probabilities off by (mean)"), _digits(_gate(row["card"]).get("ece"))),
    )
    return facts([(name, plain(value)) for name, value in cards])


def same_weeks(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two versions were tried on the same past weeks, as far as their cards tell."""
    told = [(one["train_as_of"], _tried(one["card"]).get("weeks")) for one in rows]
    return told[0] == told[1]


def rules(rows: Sequence[Mapping[str, Any]]) -> str:
    """How much better each of two versions is than every simple rule."""
    skills = [_tried(one["card"]).get("skill") or {} for one in rows]
    own = [one["card"].get("estimator") for one in rows]
    body = [
        [
            escape(texts.word("estimator", name)),
            *(
                "–" if name == me else escape(_points(one.get(name)))
                for one, me in zip(skills, own, strict=True)
            ),
        ]
        for name in dict.fromkeys([*skills[0], *skills[1]])
        if name in SIMPLE
    ]
    caption = _("How much lower the error is than that of each simple rule; minus means worse.")
    columns, title = [_("Rule"), *_heads(rows)], _("Each version beside simple rules")
    about: dict[str, Any] = {"numbers": (1, 2), "units": ("percent",)}
    return table(columns, body, caption=title, told=caption, source=origins.CARDS, **about)


def _tried(card: Card) -> Mapping[str, Any]:
    return card.get("out_of_sample") or {}


def _gate(card: Card) -> Mapping[str, Any]:
    return (card.get("choice") or {}).get("gate") or {}


def _learnt(card: Card) -> str:
    return _("{rows} area-weeks with {positives} cases in {areas} areas").format(
        rows=fmt.count(card.get("rows")),
        positives=fmt.count(card.get("positives")),
        areas=fmt.count(card.get("areas_with_positives")),
    )


def _error_name(card: Card) -> str:
    return _("Error (CRPS of log deaths)") if "crps_log1p" in _tried(card) else _("Brier score")


def _error(card: Card) -> float | None:
    errors = _tried(card).get("crps_log1p") or _tried(card).get("brier") or {}
    found: float | None = errors.get(card.get("estimator"))
    return found


def _digits(value: float | None) -> str:
    return _("unknown") if value is None or fmt.missing(value) else fmt.number(value, 4)


def _reference(card: Card) -> str:
    name = _gate(card).get("reference")
    return texts.word("estimator", name)


def _checked(card: Card) -> str:
    if not _gate(card):
        return _("not asked")
    return _("refused") if promoting.refused(card) else _("passed")
