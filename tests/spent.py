"""What each test costs in processor time, so that a suite that grows slow says where."""

import os
from collections.abc import Iterator

import pytest

DEAR = 4.0  # seconds; a busy machine changes little of them, unlike of the time that passes
SHOWN = 15


def processor() -> float:
    """The seconds that this process and the programs it waited for have computed."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _noted(item: pytest.Item) -> Iterator[None]:
    began = processor()
    try:
        return (yield)
    finally:
        item.user_properties.append(("processor", processor() - began))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Note what its fixtures cost, if it is the first to need them."""
    return (yield from _noted(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note what it costs itself."""
    return (yield from _noted(item))


def dear(reports: list[pytest.TestReport]) -> list[tuple[float, str]]:
    """The tests beyond what one test should cost, the dearest first."""
    costs = [
        (
            sum(float(str(value)) for name, value in report.user_properties if name == "processor"),
            report.nodeid,
        )
        for report in reports
    ]
    return sorted((one for one in costs if one[0] > DEAR), reverse=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name them at the end; none of this fails anything."""
    every = [one for found in terminalreporter.stats.values() for one in found]
    ended = [one for one in every if isinstance(one, pytest.TestReport) and one.when == "teardown"]
    if found := dear(ended):
        terminalreporter.section(f"dear tests: {len(found)} of more than {DEAR:g} s of processor time")
        for seconds, name in found[:SHOWN]:
            terminalreporter.write_line(f"{seconds:6.1f} s  {name}")
