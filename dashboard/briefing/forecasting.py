"""The forecast in a briefing: chance with base rate and range, confidence apart from it, reasons, track record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboard import fmt, levels, retold, standing, texts
from dashboard.briefing.asked import COMMUNITY, DISTRICT
from dashboard.briefing.gather import Forecast
from dashboard.briefing.making import Making
from dashboard.briefing.model import (
    Block,
    Bullets,
    Figure,
    Heading,
    Label,
    Para,
    Runs,
    Section,
    Table,
    joined,
    say,
)
from dashboard.i18n import _, n_
from db.vocab import Audience
from models import explain

BASELINES = ("climatology", "persistence", "conflictology_weighted", "ewma_logistic")
SHOWN_REASONS, SHOWN_AREAS = 5, 12


def part(making: Making) -> Section:
    """What may come next, as far as any model in force says something."""
    return Section("forecast", _("Forecast"), tuple(_blocks(making)))


def _blocks(making: Making) -> list[Block]:
    nothing, said = none(making), chosen(making)
    if nothing or said is None:
        return [Para((nothing,))]
    meaning = str(said.card.get("target_doc") or "")
    blocks: list[Block] = [Para(sentence(making)), Para(confidence(making, said))]
    if meaning:
        blocks.append(
            Para(
                say(_("What counts as an escalation: {meaning}"), meaning=Label(retold.said(meaning))),
                "quiet",
            )
        )
    if begin := _begins(making, said):
        blocks.append(Para(begin, "quiet"))
    if not making.found.outside:
        blocks += reasons(making, said)
    if making.found.subject.kind not in (COMMUNITY, DISTRICT):
        blocks.append(areas(making))
    limits = _(
        "A chance is not an intent: it says where reported violence looks like what came before more "
        "violence. "
        "What no report announces is not in it."
    )
    return [*blocks, *record(making, said), Para((limits,), "quiet")]


def _begins(making: Making, said: Forecast) -> Runs:
    """Where the level begins: levels say how unusual a chance is, not how high."""
    name = levels.NAMES.get(int(said.score["level"]))
    begins = (said.score.get("begins") or {}).get(name)
    if begins is None:
        return ()
    words = _("Levels say how unusual a chance is here, not how high it is: {level} begins at {begins}.")
    figure = Figure(fmt.percent(begins), _cite(making, said), "forecast.begins", begins)
    return say(words, level=Label(levels.named(int(said.score["level"]))), begins=figure)


def none(making: Making) -> str:
    """Why there is no forecast; empty where there is one."""
    if making.found.asked.audience is Audience.PUBLIC:
        return _(
            "Forecasts and levels are not given to the public: they would tell who is thought to be in "
            "danger where."
        )
    if making.found.scored_on is None:
        return _("No forecast: nothing has been scored up to this day.")
    if _stale(making):
        return _("No forecast: the newest scores are too old to say anything about this day.")
    if chosen(making) is None:
        return _("No forecast: no model in force says anything of this area.")
    return ""


def _stale(making: Making) -> bool:
    day = making.found.scored_on
    return day is not None and (making.found.asked.as_of - day).days > 7


def chosen(making: Making) -> Forecast | None:
    """The forecast that is told in a sentence: of a group that of its most endangered community."""
    known = [one for one in making.found.forecasts if not fmt.missing(one.score["probability"])]
    return known[0] if known else None


def sentence(making: Making) -> Runs:
    """The chance in a sentence with its range and what is usual; empty where nothing is said."""
    said = None if none(making) else chosen(making)
    if said is None:
        return ()
    score, whom = said.score, _whom(making, said)
    key = _cite(making, said)
    parts: dict[str, Any] = {
        "whom": Label(whom),
        "day": Label(fmt.day(score["as_of"])),
        "days": Figure(n_("{count} day", "{count} days", int(score["horizon_days"])), key),
        "percent": Figure(fmt.percent(score["probability"]), key, "forecast", float(score["probability"])),
        "word": fmt.likelihood(float(score["probability"])),
        "level": Label(levels.named(int(score["level"]))),
    }
    told = say(
        _("Forecast of {day} for {whom}: an escalation within {days} is {word} ({percent}); level {level}."),
        **parts,
    )
    return joined([told, _range(said, key), _usual(making, said)])


def _whom(making: Making, said: Forecast) -> str:
    return texts.name(said.name) if making.found.named or not making.found.outside else making.subject


def _cite(making: Making, said: Forecast) -> str:
    score = said.score
    told = say(
        _("The score {id} of {day} by the model {model}."),
        id=Label(str(score["score_id"])[:12]),
        day=Label(fmt.day(score["as_of"])),
        model=Label(str(score["model_version_id"])[:12]),
    )
    ids = [i for one in score["drivers"] for i in one.get("incident_ids", []) if i in making.marks]
    query = {
        "query": "scores",
        "as_of": _iso(score["as_of"]),
        "score_id": score["score_id"],
        "model_version_id": score["model_version_id"],
        "data_version": score["data_version"],
    }
    return making.notes.cite(f"score:{score['score_id']}", told, query, dict.fromkeys(ids))


def _iso(day: date) -> str:
    return day.isoformat()


def _range(said: Forecast, key: str) -> Runs:
    low, high = said.score["low"], said.score["high"]
    if fmt.missing(low) or fmt.missing(high):
        return ()
    words = _("In eight of ten such cases the true chance lies {between}.")
    return say(
        words, between=Figure(fmt.between(low, high), key, "forecast.range", [float(low), float(high)])
    )


def _usual(making: Making, said: Forecast) -> Runs:
    """The base rate, from the card of the model."""
    past = said.card.get("out_of_sample") or {}
    rate = past.get("base_rate" if making.found.subject.kind == DISTRICT else "base_rate_communities")
    if rate is None:
        return ()
    figure = Figure(fmt.percent(rate), _card_note(making, said), "forecast.base_rate", rate)
    return say(_("Average of all such areas in the past: {usual}."), usual=figure)


def _card_note(making: Making, said: Forecast) -> str:
    version = str(said.score["model_version_id"])
    told = say(
        _("The card of the model {model}: its forecasts of past weeks that it had not seen."),
        model=Label(version[:12]),
    )
    return making.notes.cite(f"card:{version}", told, {"query": "model_card", "model_version_id": version})


def confidence(making: Making, said: Forecast) -> Runs:
    """How sure we are of the data, apart from the chance, with the reasons."""
    score = said.score
    why = fmt.apiece(texts.doubts(score["confidence_reasons"])) or _("nothing speaks against the data")
    words = _("Confidence in the data behind it: {word}. {why}.")
    key = _cite(making, said)
    return say(words, word=texts.word("confidence", score["confidence"]), why=Figure(why, key))


def reasons(making: Making, said: Forecast) -> list[Block]:
    """What makes the score, with the incidents behind each reason."""
    found = sorted(said.score["drivers"], key=lambda one: -abs(one["contribution"]))[:SHOWN_REASONS]
    items = [_reason(making, said, one) for one in found]
    return [Heading(_("What makes it")), Bullets(tuple(items))] if items else []


def _reason(making: Making, said: Forecast, one: Any) -> Runs:
    words = _("Raises it: {why}") if one["contribution"] > 0 else _("Lowers it: {why}")
    told = say(words, why=Figure(explain.sentence(one, _), _cite(making, said)))
    refs = making.refs(one.get("incident_ids", []))
    return (*told, " ", *say(_("(among them {incidents})"), incidents=Label(refs))) if refs else told


def areas(making: Making) -> Table:
    """The communities of a group with level and chance, the highest first."""
    rows = []
    for one in making.found.forecasts[:SHOWN_AREAS]:
        key = _cite(making, one)
        chance = fmt.percent(one.score["probability"])
        rows.append(
            (
                (Label(_whom(making, one)),),
                (Label(levels.named(int(one.score["level"]))),),
                (Figure(chance, key),),
            )
        )
    columns = (_("Community"), _("Level"), _("Chance"))
    return Table((_("The communities with the highest levels."),), columns, tuple(rows), (2,), (5, 3, 2))


def record(making: Making, said: Forecast) -> list[Block]:
    """How such forecasts did: by level, and against simple rules."""
    blocks: list[Block] = [Heading(_("How such forecasts did")), Para(_hits(making, said))]
    past = said.card.get("out_of_sample") or {}
    errors = dict(past.get("brier") or {})
    own = str(said.card.get("estimator", ""))
    if own not in errors:
        return blocks
    key = _card_note(making, said)
    listed = [own, *(one for one in BASELINES if one in errors and one != own)]
    rows = tuple(
        (
            (texts.word("estimator", one) + (" " + _("(in force)") if one == own else ""),),
            (Figure(fmt.number(errors[one], 4), key, f"brier.{one}", errors[one]),),
        )
        for one in listed
    )
    weeks = Figure(n_("{count} past week", "{count} past weeks", int(past.get("weeks", 0))), key)
    caption = say(
        _(
            "Brier score over {weeks}, all areas; nought is best. The rules below are the simple ones it "
            "is measured "
            "against."
        ),
        weeks=weeks,
    )
    blocks.append(Table(caption, (_("Model or rule"), _("Brier score")), rows, (1,), (4, 1)))
    return [*blocks, *_why(said, key)]


def _why(said: Forecast, key: str) -> Sequence[Block]:
    why = (said.card.get("choice") or {}).get("why")
    if not why:
        return []
    return [Para(say(_("Why this model is in force: {why}."), why=Figure(retold.said(why), key)), "quiet")]


def _hits(making: Making, said: Forecast) -> Runs:
    """How often such a level was followed by an escalation, live and in replays of the past."""
    level = int(said.score["level"])
    found = standing.hits(said.hits).get(level, standing.Hits()) if len(said.hits) else standing.Hits()
    told_what = say(
        _("Closed forecasts of communities at level {level}, the first of each week."),
        level=Label(levels.named(level)),
    )
    query = {"query": "hit_rates", "as_of": _iso(said.score["as_of"]), "level": level}
    key = making.notes.cite(f"hits:{level}", told_what, query)
    told = [
        _rate(words, weeks, key, name)
        for words, weeks, name in (
            (_("Of {weeks} at this level, violence escalated in {happened}."), found.live, "live"),
            (
                _("Replayed over the past: of {weeks} at this level, violence escalated in {happened}."),
                found.replayed,
                "replayed",
            ),
        )
        if weeks.enough
    ]
    few = found.live.weeks + found.replayed.weeks
    words = _("Too few past weeks at this level to say how often it was right: {weeks}.")
    return joined(told) or say(words, weeks=Figure(fmt.number(few), key, "hits.few", few))


def _rate(words: str, found: standing.Weeks, key: str, name: str) -> Runs:
    weeks = Figure(
        n_("{count} past week", "{count} past weeks", found.weeks), key, f"hits.{name}.weeks", found.weeks
    )
    happened = Figure(fmt.number(found.happened), key, f"hits.{name}.happened", found.happened)
    return say(words, weeks=weeks, happened=happened)
