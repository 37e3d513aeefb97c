"""What can be counted in an incident: each channel gives every version one number, never below 0.

An unknown number of deaths is not zero deaths: such an incident counts as an event and as nothing else.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.days import Array

Channel = Callable[[pd.DataFrame], Array]

VIOLENT = ("targeted", "mass", "conflict")
WARNING = ("signals", "intimidation", "preparation")
MAX_DATE_PREC = 3


def at_least(column: str, least: int) -> Channel:
    """1 where a known count reaches a number."""
    return lambda events: (events[column].to_numpy(float) >= least).astype(float)


def known(column: str) -> Channel:
    """The count where it is known."""
    return lambda events: np.nan_to_num(events[column].to_numpy(float), nan=0.0)


def told(column: str) -> Channel:
    """1 for an incident that kills and of which this count is known."""
    return lambda events: (at_least("deaths", 1)(events) * events[column].notna().to_numpy()).astype(float)


def rung(*names: str) -> Channel:
    """1 for the incidents of these rungs of the ladder."""
    return lambda events: events["rung"].isin(names).to_numpy().astype(float)


def severity(events: pd.DataFrame) -> Array:
    """Deaths on a log scale, so that one catastrophe does not hide a hundred attacks."""
    return np.log1p(known("deaths")(events))


CHANNELS: dict[str, Channel] = {
    "events": rung(*VIOLENT),
    "deaths": known("deaths"),
    "severity": severity,
    "fatal": at_least("deaths", 1),
    "civilian": at_least("civilians", 1),
    "severe5": at_least("deaths", 5),
    "mass25": at_least("deaths", 25),
    "civilian_told": told("civilians"),
    "warnings": rung(*WARNING),
    "targeted": rung("targeted"),
    "calming": rung("de_escalation"),
}
