"""The end of a run names dear tests, and only those."""

import pytest

from tests.spent import DEAR, dear


def report(name: str, *seconds: float) -> pytest.TestReport:
    told = [("processor", one) for one in seconds] + [("other", "words")]
    return pytest.TestReport(name, (name, 1, name), {}, "passed", None, "teardown", user_properties=told)


def test_what_costs_too_much_with_its_fixtures_is_named_first_the_dearest() -> None:
    found = dear([report("a", DEAR - 1, 1.5), report("b", DEAR, 9), report("c", 0.1)])
    assert found == [(DEAR + 9, "b"), (DEAR + 0.5, "a")]
