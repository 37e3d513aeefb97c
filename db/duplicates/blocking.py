"""Which accounts are compared at all: those of about the same days and the same part of the country."""

from collections.abc import Iterator

import numpy as np

from db.duplicates.records import LONGEST_DAYS, TYPES, Flags, Ints, Records
from db.places import chord
from db.vocab import RUNG, IncidentType, Rung

SLACK_DAYS = 2
REACH_KM = 25.0
CHUNK = 500_000
_CALM = np.array([RUNG[t] is Rung.DE_ESCALATION for t in TYPES])


def pairs(records: Records) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows that may tell of one event, at most `CHUNK` or so at a time, each pair once.

    Left out are accounts that span more than a month, "nothing to report", pairs of one incident, and
    two rows of one coded dataset, which tells its own events apart.
    """
    usable = (records.end - records.start < LONGEST_DAYS) & (
        records.type != TYPES.index(IncidentType.NOTHING_TO_REPORT)
    )
    for left, right in _of_one_time(records, usable):
        keep = _may_match(records, left, right)
        if keep.any():
            yield left[keep], right[keep]


def _of_one_time(records: Records, usable: Flags) -> Iterator[tuple[Ints, Ints]]:
    """Pairs within a governorate, then those of which one does not know its governorate."""
    rows = np.flatnonzero(usable)
    for governorate in np.unique(records.governorate[rows]):
        if governorate >= 0:
            yield from _sweep(records, rows[records.governorate[rows] == governorate])
    if (records.governorate[rows] < 0).any():
        for left, right in _sweep(records, rows):
            nowhere = (records.governorate[left] < 0) | (records.governorate[right] < 0)
            yield left[nowhere], right[nowhere]


def _sweep(records: Records, rows: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All pairs of rows whose days overlap or lie at most `SLACK_DAYS` apart."""
    rows = rows[np.argsort(records.start[rows], kind="stable")]
    until = np.searchsorted(records.start[rows], records.end[rows] + SLACK_DAYS, side="right")
    found = np.maximum(until - np.arange(len(rows)) - 1, 0)
    bounds = np.searchsorted(np.cumsum(found), np.arange(0, found.sum() + CHUNK, CHUNK), side="right")
    for first, last in zip(bounds[:-1], np.maximum(bounds[1:], bounds[:-1]), strict=True):
        counts = found[first:last]
        left = np.repeat(np.arange(first, last), counts)
        step = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield rows[left], rows[left + 1 + step]


def _may_match(records: Records, left: Ints, right: Ints) -> Flags:
    same_dataset = records.dataset[left] & (records.source[left] == records.source[right])
    keep = (records.incident[left] != records.incident[right]) & ~same_dataset
    keep &= _CALM[records.type[left]] == _CALM[records.type[right]]
    a, b = records.points[left], records.points[right]
    apart = np.sqrt(((a - b) ** 2).sum(axis=1))
    keep &= ~(apart > chord(REACH_KM))  # unknown is not far
    named = (records.district[left] >= 0) & (records.district[right] >= 0)
    elsewhere = named & (records.district[left] != records.district[right]) & np.isnan(apart)
    return np.asarray(keep & ~elsewhere, bool)
