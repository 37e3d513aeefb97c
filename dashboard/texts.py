"""The words for codes: what an incident is called, how precise it is, why we are unsure."""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from dashboard.fmt import apart, listed, missing, written
from dashboard.i18n import N_, _, language, n_
from db.spelling import is_arabic
from db.vocab import RUNG, IncidentType, Rung
from models.confidence import SENTENCES, SIMPLE

EXACT, GOVERNORATE = (
    2,
    4,
)  # as UCDP codes precision: up to 2 a place is known, from 4 on only a governorate or less
LIMITS = N_(
    "A score is a probability from past reports, not a prediction of intent; silence is not calm; "
    "an unknown number is not zero. Never act on a score alone."
)

MAP_TOLD = N_(
    "The highest level of any community of a place. Choose a place to see only its communities. Places are shown no "
    "finer than districts."
)

MAP_SCHEMATIC = N_(
    "Districts are schematic here: areas around known towns, not borders. {command} loads true outlines."
)

_sources: ContextVar[Mapping[str, str]] = ContextVar("sources", default=MappingProxyType({}))
_actors: ContextVar[Mapping[str, str]] = ContextVar("actors", default=MappingProxyType({}))
_places: ContextVar[Mapping[str, str]] = ContextVar("places", default=MappingProxyType({}))
WORDS: Mapping[str, Mapping[str, str]] = {
    "incident_type": {
        "discrimination": N_("Discrimination"),
        "protest": N_("Protest"),
        "hate_speech": N_("Hate speech"),
        "rumour": N_("Rumour"),
        "property_marking": N_("Marking of property"),
        "religious_insult": N_("Religious insult"),
        "threat": N_("Threat"),
        "ultimatum": N_("Ultimatum"),
        "harassment": N_("Harassment"),
        "arbitrary_arrest": N_("Arbitrary arrest"),
        "mobilisation": N_("Mobilisation"),
        "weapons_movement": N_("Movement of weapons"),
        "road_closure": N_("Road closed"),
        "communications_cut": N_("Communications cut"),
        "aid_denial": N_("Aid denied"),
        "kidnapping": N_("Kidnapping"),
        "disappearance": N_("Enforced disappearance"),
        "assassination": N_("Assassination"),
        "sexual_violence": N_("Sexual violence"),
        "arson_looting": N_("Arson or looting"),
        "desecration": N_("Desecration"),
        "mob_violence": N_("Mob violence"),
        "attack_on_civilians": N_("Attack on civilians"),
        "execution": N_("Execution"),
        "expulsion": N_("Expulsion"),
        "armed_clash": N_("Armed clash"),
        "nonstate_clash": N_("Clash of armed groups"),
        "bombardment": N_("Bombardment"),
        "explosion": N_("Explosion (mine, bomb)"),
        "territory_taken": N_("Territory taken"),
        "release_exchange": N_("Release or exchange"),
        "truce": N_("Truce"),
        "mediation": N_("Mediation"),
        "joint_patrol": N_("Joint patrol"),
        "return": N_("Return"),
        "aid_access": N_("Access for aid"),
        "other": N_("Other"),
        "nothing_to_report": N_("Nothing to report"),
    },
    "rung": {
        "context": N_("Discrimination"),
        "signals": N_("Signals"),
        "intimidation": N_("Intimidation"),
        "preparation": N_("Preparation"),
        "targeted": N_("Targeted violence"),
        "mass": N_("Mass violence"),
        "conflict": N_("Armed conflict"),
        "de_escalation": N_("De-escalation"),
        "other": N_("Other"),
    },
    "level": {
        "country": N_("country"),
        "governorate": N_("governorate"),
        "district": N_("district"),
        "subdistrict": N_("sub-district"),
        "settlement": N_("settlement"),
        "quarter": N_("quarter of a town"),
    },
    "origin": {
        "form": N_("filled in here"),
        "paste": N_("pasted here"),
        "feed": N_("from a feed"),
        "kobo": N_("from a survey"),
        "file": N_("from a file"),
    },
    "feed_kind": {
        "ucdp_api": N_("UCDP, its API"),
        "ucdp_download": N_("UCDP, its files"),
        "acled_api": N_("ACLED, its API"),
        "rss": N_("RSS or Atom"),
    },
    "feed_status": {
        "never": N_("never asked"),
        "running": N_("being asked"),
        "ok": N_("well"),
        "failed": N_("failed"),
        "no_access": N_("no access"),
    },
    "gap": {
        "failed": N_("could not be fetched"),
        "no_access": N_("gives this account no access"),
        "late": N_("has brought nothing for longer than usual"),
    },
    "geo_prec": {
        "1": N_("the exact place"),
        "2": N_("near the place named (within about 25 km)"),
        "3": N_("somewhere in the district"),
        "4": N_("somewhere in the governorate"),
        "5": N_("a wider region, not one governorate"),
        "6": N_("somewhere in the country"),
        "7": N_("at sea, in the air or across a border"),
    },
    "date_prec": {
        "1": N_("the exact day"),
        "2": N_("within 2 to 6 days"),
        "3": N_("within one week"),
        "4": N_("within one month"),
        "5": N_("within a span longer than a month"),
    },
    "basis": {
        "targeted_by_identity": N_("attacked for who they are"),
        "victims_identified": N_("victims belong to it"),
        "located_in_area": N_("happened in its area"),
        "affected_indirectly": N_("affected indirectly"),
        "perpetrator_claimed": N_("claimed by the perpetrator"),
    },
    "method": {
        "analyst": N_("decided by an analyst"),
        "text_rule": N_("found in the text by rule"),
        "spatial": N_("from the place"),
        "model": N_("suggested by a model"),
    },
    "verification": {
        "unreviewed": N_("not reviewed"),
        "single_source": N_("single source"),
        "corroborated": N_("corroborated"),
        "verified": N_("verified"),
        "contested": N_("contested"),
        "discounted": N_("discounted"),
        "unverifiable": N_("cannot be verified"),
    },
    "stance": {
        "supports": N_("supports"),
        "contradicts": N_("contradicts"),
        "mentions": N_("mentions"),
    },
    "available_basis": {
        "published": N_("published"),
        "assumed": N_("assumed from the end of the event and the source's usual delay"),
        "released": N_("from the release of the data"),
    },
    "harm": {
        "killed": N_("killed"),
        "injured": N_("injured"),
        "abducted": N_("abducted"),
        "detained": N_("detained"),
        "missing": N_("missing"),
        "displaced": N_("displaced"),
        "sexual_violence": N_("sexual violence"),
        "property": N_("property"),
    },
    "status": {
        "all": N_("all"),
        "civilian": N_("civilians"),
        "side_a": N_("side A"),
        "side_b": N_("side B"),
        "unknown": N_("status unknown"),
    },
    "role": {
        "alleged_perpetrator": N_("alleged perpetrator"),
        "participant": N_("participant"),
        "target": N_("target"),
        "claimant": N_("claims it"),
        "denier": N_("denies it"),
        "witness": N_("witness"),
    },
    "figure_rule": {
        "max_source": N_("the highest source"),
        "majority": N_("most sources agree"),
        "conservative": N_("the lowest source"),
        "analyst": N_("set by an analyst"),
    },
    "confidence": {"low": N_("low"), "moderate": N_("moderate"), "high": N_("high")},
    "condition": {
        "normal": N_("normal"),
        "pending": N_("pending: seen once"),
        "open": N_("open"),
        "recovering": N_("recovering"),
        "no_data": N_("no data"),
        "error": N_("error in scoring"),
    },
    "handling": {
        "draft": N_("new, nobody has acted"),
        "approved": N_("approved"),
        "sent": N_("sent"),
        "acknowledged": N_("acknowledged"),
        "resolved": N_("resolved"),
        "expired": N_("expired: its days are over"),
    },
    "rule": {
        "escalation_level": N_("forecast"),
        "novelty": N_("unlike its own past"),
        "surge": N_("surge of incidents"),
        "silence": N_("sources fallen silent"),
        "failed_run": N_("daily job or feed"),
    },
    "outcome": {
        "materialised": N_("it happened"),
        "did_not": N_("it did not happen"),
        "averted": N_("it was averted"),
        "unknown": N_("not known"),
    },
    "target": {
        "escalation": N_("Escalation"),
        "fatal": N_("Anyone killed"),
        "civilian": N_("Civilians killed"),
        "severe5": N_("An incident killing 5 or more"),
        "mass25": N_("An incident killing 25 or more"),
        "deaths": N_("Number of deaths"),
    },
    "model_status": {"promoted": N_("in use"), "shadow": N_("compared only"), "retired": N_("retired")},
    "measure": {
        "age": N_("Age in days"),
        "feature": N_("Shift of a feature"),
        "base_rate": N_("How often it happens"),
        "volume": N_("Reports a week"),
        "brier": N_("Brier score of live forecasts"),
    },
    "promotion_kind": {
        "auto": N_("passed the check"),
        "fallback": N_("the check's fallback: the best simple rule"),
        "manual": N_("by hand"),
    },
    "job": {
        "daily": N_("daily job"),
        "train": N_("training"),
        "score": N_("scoring"),
        "verify": N_("closing of forecasts"),
        "demo": N_("preparing the exercise"),
    },
    "importer": {
        "ucdp": N_("UCDP events"),
        "acled": N_("ACLED events"),
        "reports": N_("reports"),
        "table": N_("a table"),
        "kobo": N_("KoboToolbox form"),
        "covariates": N_("covariates"),
    },
    "run_status": {
        "running": N_("running"),
        "done": N_("done"),
        "failed": N_("failed"),
        "undone": N_("taken back"),
    },
    "severity": {"error": N_("refused"), "warning": N_("taken in with a remark")},
    "covers": {"deaths": N_("deaths only"), "incidents": N_("incidents, also without deaths")},
    "change": {"new": N_("new"), "revised": N_("revised")},
    "estimator": {
        "logit_mean": N_("Straight lines, smooth curves and boosted trees, averaged"),
        "additive": N_("Smooth curves"),
        "logistic": N_("Straight lines"),
        "boosting": N_("Boosted trees"),
        "hawkes": N_("Self-exciting intensity"),
        "ewma_logistic": N_("Simple baseline (fading memory)"),
        "pooled_rate": N_("One rate for all areas"),
        "climatology": N_("Each area's own long-run rate"),
        "climatology_pooled": N_("One long-run rate for all"),
        "persistence": N_("Same as the last window"),
        "conflictology": N_("Share of the last year's windows"),
        "conflictology_weighted": N_("The last year's windows, newer ones counting more"),
        "conflictology_mixture": N_("The last year's windows, here and everywhere"),
        "last": N_("As many as in the last window"),
        "ladder": N_("One logistic regression for each number of deaths"),
    },
    "step": {
        "simulate reports": N_("inventing reports"),
        "take in reports": N_("taking in reports"),
        "train": N_("training models"),
        "score": N_("scoring days"),
        "alerts": N_("applying the alert rules"),
        "verify": N_("closing forecasts"),
        "daily": N_("the daily job"),
        "demo": N_("the exercise"),
    },
    "judgement": {"positive": N_("one event"), "negative": N_("two events"), "unsure": N_("unsure")},
    "likeness": {
        "date same_day": N_("same day"),
        "date overlap": N_("days overlap"),
        "date next_day": N_("a day apart"),
        "date later": N_("two days apart"),
        "place same_place": N_("same place"),
        "place near": N_("less than 5 km apart"),
        "place around": N_("less than 12 km apart"),
        "place far": N_("more than 12 km apart"),
        "place same_district": N_("same district"),
        "place same_governorate": N_("same governorate"),
        "type same_type": N_("same kind"),
        "type same_family": N_("similar kind"),
        "type other_type": N_("another kind"),
        "deaths same_figure": N_("same number of dead"),
        "deaths same_small_figure": N_("same small number of dead"),
        "deaths near_figure": N_("similar number of dead"),
        "deaths other_figure": N_("another number of dead"),
        "harm same_figure": N_("same number of people harmed"),
        "harm same_small_figure": N_("same small number of people harmed"),
        "harm near_figure": N_("similar number of people harmed"),
        "harm other_figure": N_("another number of people harmed"),
        "number same_number": N_("the texts name the same number"),
        "number other_number": N_("the texts name other numbers"),
        "actor same_actor": N_("same actor"),
        "actor common_actor": N_("same actor, one often named"),
        "actor other_actor": N_("other actors"),
        "source same_files": N_("one source that keeps its cases apart"),
        "source same_outlet": N_("one outlet"),
        "source same_group": N_("sources that copy each other"),
        "source independent": N_("independent sources"),
        "address same_address": N_("same page on the web"),
        "text same_words": N_("nearly the same words"),
        "text alike_5": N_("very similar texts"),
        "text alike_4": N_("similar texts"),
        "text alike_3": N_("somewhat similar texts"),
        "text alike_2": N_("texts with little in common"),
        "text unlike": N_("texts with nothing in common"),
        "translation alike_5": N_("very similar texts in two languages"),
        "translation alike_4": N_("similar texts in two languages"),
        "translation alike_3": N_("somewhat similar texts in two languages"),
        "translation alike_2": N_("texts in two languages with little in common"),
        "translation unlike": N_("texts in two languages with nothing in common"),
    },
    "flag": {
        "implausible_source_date": N_("a source's date cannot be right and was not used"),
        "figures_inconsistent": N_("the source's low, best and high figures do not fit together"),
        "dates_reversed": N_("the dates came reversed"),
        "range_reversed": N_("the range came reversed"),
        "contradicted_since": N_("a report has denied it since somebody settled its state"),
        "responsibility_disputed": N_("responsibility is disputed"),
        "implausible_publication": N_("a date of publication cannot be right and was not used"),
    },
    "reliability": {
        "A": N_("a completely reliable source"),
        "B": N_("a usually reliable source"),
        "C": N_("a fairly reliable source"),
        "D": N_("a source that is not usually reliable"),
        "E": N_("an unreliable source"),
        "F": N_("a source whose reliability nobody can judge"),
    },
    "credibility": {
        "1": N_("confirmed by other sources"),
        "2": N_("probably true"),
        "3": N_("possibly true"),
        "4": N_("doubtful"),
        "5": N_("improbable"),
        "6": N_("its truth was not judged"),
    },
    "field": {
        "verification": N_("State"),
        "figure_rule": N_("Rule of the figures"),
        "figure": N_("Figures"),
        "incident_type": N_("What happened"),
        "dates": N_("When"),
        "place": N_("Where"),
        "summary": N_("Summary"),
        "sensitivity": N_("Who may read it"),
        "reviewed": N_("Reviewed"),
        "credibility": N_("Credibility of a report"),
        "stance": N_("What a report does with it"),
        "detached": N_("Report set aside"),
        "link": N_("Tie to a community"),
        "merged_into": N_("Counted under another incident"),
        "tombstone": N_("Taken out of what is believed"),
        "available_at": N_("When a report came out"),
        "erased": N_("Erased"),
    },
    "reason": {
        "At least one report denies it.": N_("At least one report denies it."),
        "No report tells of it itself; it is only mentioned.": N_(
            "No report tells of it itself; it is only mentioned."
        ),
        "One source, or several that share one origin, report it.": N_(
            "One source, or several that share one origin, report it."
        ),
        "At least two independent groups of sources report it.": N_(
            "At least two independent groups of sources report it."
        ),
    },
}


def word(kind: str, code: Any) -> str:
    """The word for a code in the reader's language; an unknown code speaks for itself."""
    if missing(code):
        return _("unknown")
    text = WORDS[kind].get(str(code))
    return _(text) if text else str(code).replace("_", " ")


def actor(name: Any) -> str:
    """Who did something; what Tocsin did by itself, the daily job did."""
    return _("the daily job") if str(name) == "tocsin" else apart(name)


def choices(kind: str) -> dict[str, str]:
    """All codes of a kind with their words."""
    return {code: _(text) for code, text in WORDS[kind].items()}


def doubts(reasons: Any) -> list[str]:
    """The reasons behind a confidence, in sentences."""
    return list(dict.fromkeys(_doubt(one) for one in reasons or []))


def _doubt(one: Mapping[str, Any]) -> str:
    """One reason; where it counts something, in the form that its number asks for."""
    code = str(one.get("code"))
    if code == "no_data_for":
        return n_(
            "No source has covered the last {count} day",
            "No source has covered the last {count} days",
            one["days"],
        )
    if code == "short_history":
        return n_(
            "Only {count} day of reports before this day: not assessed",
            "Only {count} days of reports before this day: not assessed",
            one["days"],
        )
    if code == "silent_source":
        return n_(
            "{source} has not spoken of this community for {count} day; a word is usual every {span}",
            "{source} has not spoken of this community for {count} days; a word is usual every {span}",
            one["days"],
            source=source(one["source"]),
            span=n_("{count} day", "{count} days", one["cadence"]),
        )
    sentence = SENTENCES.get(code)
    return _(sentence).format(**_translated(one)) if sentence else code.replace("_", " ")


def _translated(one: Mapping[str, Any]) -> dict[str, Any]:
    """A doubt with the rule it names in the reader's words, and its day in words."""
    told = {**one, "rule": _(SIMPLE[one["rule"]])} if one.get("rule") in SIMPLE else dict(one)
    return {**told, "day": written(one["day"])} if "day" in one else told


def name(row: Any) -> str:
    """A place's or community's name in the reader's script."""
    own, arabic = row["name"], row.get("name_ar")
    return str(arabic) if language() == "ar" and not missing(arabic) else str(own)


def other_name(row: Any) -> str:
    """A community's name in the other script, where it has one."""
    other = row["name"] if name(row) != row["name"] else row.get("name_ar")
    return "" if missing(other) else str(other)


def note(row: Any) -> tuple[str, bool]:
    """What a pack says of something, and whether in the reader's language; the other's words where that lacks."""
    own, arabic = (None if missing(row.get(one)) else str(row[one]) for one in ("note", "note_ar"))
    mine, other = (arabic, own) if language() == "ar" else (own, arabic)
    return mine or other or "", mine is not None


def know_sources(found: Iterable[Mapping[str, Any]]) -> None:
    """Learn the names of a region's sources in the reader's script, in this thread of work only."""
    known = list(found)
    codes = {str(one["source_id"]).upper(): name(one) for one in known}  # SOHR is what others write of it
    _sources.set(codes | {str(one["name"]): name(one) for one in known})


def source(named: Any) -> str:
    """A source's name in the reader's script, apart from the sentence around it."""
    return apart(_sources.get().get(str(named), named))


def know_names(settings: Mapping[str, Any]) -> None:
    """Learn the Arabic names of a region's actors and places, in this thread of work only."""
    _actors.set(settings.get("actors") or {})
    _places.set(settings.get("place_names") or {})


def _listed(names: ContextVar[Mapping[str, str]], written: Any) -> str:
    """The Arabic name that a region's pack lists, for who reads Arabic; empty where there is none."""
    return "" if language() != "ar" or missing(written) else names.get().get(_single(written), "")


def party(named: Any) -> str:
    """A party's name in the reader's script, where the region's pack has it there."""
    return _listed(_actors, named) or str(named)


def title(region: Any) -> str:
    """A region's title in the reader's script."""
    return str(region.title_ar) if language() == "ar" and region.title_ar else str(region.title)


def rung(incident_type: str) -> Rung:
    """The step of the ladder an incident stands on."""
    return RUNG.get(IncidentType(incident_type), Rung.OTHER)


def where(row: Any) -> str:
    """Where an incident happened, as precisely as it is known: place, district, governorate."""
    written = row.get("place_text")
    wide = _("place unknown") if missing(written) else _listed(_places, written) or str(written)
    return listed(apart(one) for one in parts(row)) or apart(wide)


def parts(row: Any) -> list[str]:
    """The names of an incident's place, from the finest that is known, in the reader's script where there is one."""
    found = [spot(row), local(row, "district"), local(row, "governorate")]
    return list(dict.fromkeys(str(part) for part in found if part and not missing(part)))


def spot(row: Any) -> str:
    """The name of an incident's place in the reader's script; else the source's own, beside a place it lies near."""
    written = row.get("place_text")
    if int(row.get("geo_prec", EXACT)) > EXACT:
        return ""
    known = _listed(_places, written) or local(row, "place_name")
    if missing(written) or (known and not foreign(known)):
        return known
    near = row.get("near_ar" if language() == "ar" else "near")
    if missing(near) or not foreign(str(written)):
        return str(written)
    return _("near {place} ({name})").format(place=near, name=apart(written))


def foreign(name: str) -> bool:
    """Whether a name is written in another script than the reader's."""
    return is_arabic(name) != (language() == "ar")


def _single(text: Any) -> str:
    return "" if missing(text) else " ".join(str(text).split())


def where_other(row: Any) -> str:
    """The same place in the other script, where it has names there; empty where it has none."""
    columns = ("district", "governorate")
    pairs = [(row.get(one), row.get(f"{one}_ar")) for one in columns]
    if int(row["geo_prec"]) <= EXACT:
        written = row.get("place_name") if not missing(row.get("place_name")) else row.get("place_text")
        arabic = _places.get().get(_single(written), row.get("place_name_ar"))
        pairs = [(written, arabic), *pairs]
    other = [
        own if language() == "ar" else arabic
        for own, arabic in pairs
        if not (missing(own) or missing(arabic))
    ]
    comma = ", " if language() == "ar" else "، "  # of the other script, not of the reader's
    return comma.join(dict.fromkeys(map(str, other)))


def local(row: Any, column: str) -> str:
    """A name out of a row that has it in both scripts, in the reader's; empty where there is none."""
    own, arabic = row.get(column), row.get(f"{column}_ar")
    found = arabic if language() == "ar" and not missing(arabic) else own
    return "" if missing(found) else str(found)


def imprecise(row: Any) -> bool:
    """Whether an incident's place is known no better than the governorate."""
    return int(row["geo_prec"]) >= GOVERNORATE


def vague(row: Any) -> str:
    """How little is known of an incident's place, in a few words, where it is no settlement and no district."""
    if int(row["geo_prec"]) <= GOVERNORATE:
        return _("governorate only")
    return _("no governorate known")


PERSONAL = {
    "name": N_("names"),
    "telephone number": N_("telephone numbers"),
    "e-mail address": N_("e-mail addresses"),
    "id number": N_("id numbers"),
    "account": N_("accounts"),
    "bank account": N_("bank accounts"),
}
