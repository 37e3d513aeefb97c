from models import confidence
from models.confidence import SENTENCES, grade, of_area, of_model, reason
from models.estimators import BASELINES


def codes(**changes: object) -> list[str]:
    facts = {"events": 50.0, "imprecise": 0.0, "incidents_covered": True, "silent_days": 0}
    return [one["code"] for one in of_area(**{**facts, **changes})]  # type: ignore[arg-type]


def test_every_doubt_has_its_code() -> None:
    assert codes() == []
    assert codes(incidents_covered=False) == ["deaths_only"]
    assert codes(events=0.0, incidents_covered=False) == ["quiet_and_deaths_only"]
    assert codes(events=0.0) == codes(events=4.0) == ["few_events"]
    assert codes(imprecise=2.0) == ["imprecise_rows"]
    assert codes(silent_days=3) == ["no_data_for"]


def test_grades() -> None:
    assert grade([]) == "high"
    assert grade([reason("deaths_only")]) == "moderate"
    assert grade([reason("deaths_only"), reason("few_events"), reason("imprecise_rows")]) == "low"
    assert grade([reason("quiet_and_deaths_only")]) == "low"


def test_models_have_doubts_of_their_own() -> None:
    assert of_model("logit_mean", 500, 40) == []
    assert [one["code"] for one in of_model("ewma_logistic", 30, 9)] == ["simple_rule", "few_positives"]
    assert of_model("conflictology", 500, 40) == [reason("simple_rule", rule="conflictology")]
    assert [one["code"] for one in of_model("pooled_rate", 2, 1)] == ["pooled_rate_only", "few_positives"]


def test_every_grave_doubt_can_be_told() -> None:
    assert set(SENTENCES) >= confidence.GRAVE
    assert SENTENCES["no_data_since"].format(day="2018-12-31").endswith("not assessed")


def test_every_simple_rule_has_a_name() -> None:
    assert set(confidence.SIMPLE) == set(BASELINES)
