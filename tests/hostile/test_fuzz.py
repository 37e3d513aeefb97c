"""Every parser keeps the law on sound bytes, on hostile versions of them, and on any bytes at all.

The long form is `make campaign` (tests/campaigns/fuzz.py): a million inputs, led by the coverage of the code.
"""

import random
import warnings
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.law import UNDER_LOAD, breach
from tests.hostile.mutants import mutant
from tests.hostile.parsers import PARSERS
from tests.hostile.world import World

MUTANTS = 25
REFUSED = {"exported store", "feed acled", "kobo"}  # their seeds end in a refusal, on purpose


@pytest.fixture(autouse=True)
def _remarks() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries remark on what is broken; that is no breach
        yield


@pytest.mark.parametrize("name", PARSERS)
def test_hostile_bytes_are_read_or_refused(here: World, name: str) -> None:
    """Seeds as they are, and changed at random, the same each time."""
    parser, chance = PARSERS[name], random.Random(name)  # noqa: S311  (no secret)
    seeds = parser.seeds()
    for data in [*seeds, *(mutant(seeds, chance) for _ in range(MUTANTS))]:
        assert breach(partial(parser.read, here), data, UNDER_LOAD) is None, data[:2000]


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=8, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(here: World, name: str, data: bytes) -> None:
    assert breach(partial(PARSERS[name].read, here), data, UNDER_LOAD) is None


@pytest.mark.parametrize("name", sorted(PARSERS.keys() - REFUSED))
def test_a_sound_seed_is_read(here: World, name: str) -> None:
    """What the fuzzing begins from reaches the parser's inside: it is not refused at the door."""
    PARSERS[name].read(here, PARSERS[name].seeds()[0])
