"""Cells that open safely in a spreadsheet, and come back as they were."""

import math
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.exports.cells import DANGEROUS, bare, cell, guard, unguard
from db.vocab import IncidentType

RISKY = st.text(alphabet=[*DANGEROUS, "'", "a", "س", " "], max_size=6)


@given(RISKY | st.text())
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert not guard(text).startswith(tuple(DANGEROUS))
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("harmless", ["plain", "'tis", "", "السويداء", "a=b", " =1"])
def test_a_harmless_text_stays_as_it_is(harmless: str) -> None:
    assert guard(harmless) == harmless == unguard(harmless)


def test_unknown_is_empty_and_never_zero() -> None:
    for unknown in (None, math.nan, np.float64("nan"), pd.NaT):
        assert cell(unknown) == ""
    assert cell(0) == 0 and cell(0.0) == 0 and cell(False) is False


def test_cells_hold_plain_values() -> None:
    assert cell(IncidentType.THREAT) == "threat"
    assert cell(date(2025, 3, 1)) == "2025-03-01"
    assert cell(datetime(2025, 3, 1, 12, tzinfo=UTC)) == "2025-03-01T12:00:00+00:00"
    assert cell(np.float64(3)) == 3 and isinstance(cell(np.float64(3)), int)
    assert cell(-0.5) == -0.5
    assert cell(["=a"]) == '["=a"]'
    assert bare({"a": [date(2025, 3, 1), math.nan]}) == {"a": ["2025-03-01", None]}
