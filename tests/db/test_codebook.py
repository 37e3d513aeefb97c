"""The codebook: complete, on the ladder, and the same in the documentation."""

import re
from pathlib import Path

import pytest

from db import acled_types, codebook
from db.codebook import CODEBOOK, FACTORS, INDICATORS
from db.importers.ucdp import UCDP_TYPES
from db.vocab import RUNG, IncidentType, Rung

README = (Path(__file__).parents[2] / "db" / "README.md").read_text("utf-8")


def test_every_type_has_its_line_and_its_rung() -> None:
    assert set(CODEBOOK) == set(RUNG) == set(IncidentType)
    for entry in CODEBOOK.values():
        assert re.fullmatch(r"[A-Z][^.]+(;[^.]+)?\.", entry.definition), entry.definition


@pytest.mark.parametrize("kind", IncidentType)
def test_every_tag_is_one_of_the_un_framework(kind: IncidentType) -> None:
    for tag in CODEBOOK[kind].tags:
        assert codebook.told(tag)
        assert tag.partition(".")[0] in FACTORS
    untagged = {IncidentType.PROTEST, IncidentType.OTHER, IncidentType.NOTHING_TO_REPORT}
    assert bool(CODEBOOK[kind].tags) == (kind not in untagged)
    assert codebook.lowers(kind) == (CODEBOOK[kind].tags == ("6",))


def test_the_fourteen_risk_factors_are_there() -> None:
    assert list(FACTORS) == [str(n) for n in range(1, 15)]
    used = {tag for entry in CODEBOOK.values() for tag in entry.tags if "." in tag}
    assert used == set(INDICATORS)


def test_violence_without_death_and_de_escalation_have_types() -> None:
    by_rung = {rung: [kind for kind in IncidentType if RUNG[kind] is rung] for rung in Rung}
    assert len(by_rung[Rung.DE_ESCALATION]) >= 5
    assert len(by_rung[Rung.SIGNALS] + by_rung[Rung.INTIMIDATION] + by_rung[Rung.PREPARATION]) >= 12


def test_what_others_call_it() -> None:
    assert {number: kind.value for number, kind in UCDP_TYPES.items()} == {
        **{1: "armed_clash", 2: "nonstate_clash", 3: "attack_on_civilians"}
    }
    assert len(acled_types.SUB_EVENTS) == 25
    assert sum(len(codebook.acled(kind)) for kind in IncidentType) == 25
    assert codebook.ucdp(IncidentType.ARMED_CLASH) == [1]


def test_the_readme_holds_the_table() -> None:
    told = re.search(r"<!-- codebook -->\n(.*)\n<!-- /codebook -->", README, re.DOTALL)
    assert told
    assert told[1] == codebook.markdown()
