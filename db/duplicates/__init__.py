"""The search for duplicates: incidents that may be one event told twice, with a score and its reasons.

Accounts of about the same days and the same part of the country are compared (`blocking`), aspect by aspect
(`comparing`); what each comparison weighs is summed (`scoring`). Nothing is merged here: a person does that,
or the rule a person has set (`db/merging.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from db.duplicates import blocking, scoring
from db.duplicates.records import Flags, Floats, Ints, Records

LEAST = 0.4  # from here on a pair is worth a look: the best F1 on the halves that the weights were fitted on


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of accounts (rows of the records) that may tell of one event, the likeliest pair of two incidents."""

    left: Ints
    right: Ints
    score: Floats


def matched(records: Records, *, least: float = LEAST, only: int | None = None) -> Matches:
    """The pairs of incidents that reach a score, best first, each by its likeliest pair of accounts.

    `only`: pairs with this one account.
    """
    weights = scoring.shipped()
    parts = [scoring.scored(records, a, b, weights, least) for a, b in _asked(records, only)]
    if not parts:
        return Matches(*(np.zeros(0, np.int64),) * 2, np.zeros(0))
    left, right, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = _best_first(records, left, right, score)
    left, right, score = left[order], right[order], score[order]
    keep = _once(records, left, right) & _one_to_one(records, left, right)
    return Matches(left[keep], right[keep], score[keep])


def _asked(records: Records, only: int | None) -> Iterator[tuple[Ints, Ints]]:
    for left, right in blocking.pairs(records):
        mine = slice(None) if only is None else np.flatnonzero((left == only) | (right == only))
        yield left[mine], right[mine]


def _best_first(records: Records, left: Ints, right: Ints, score: Floats) -> Ints:
    """An order by falling score that does not depend on the order of the records."""
    names = np.array([t.incident_id for t in records.told], object)
    ids = np.unique(names, return_inverse=True)[1]
    low, high = np.minimum(ids[left], ids[right]), np.maximum(ids[left], ids[right])
    return np.lexsort((right, left, high, low, -np.round(score, 9)))


def _once(records: Records, left: Ints, right: Ints) -> Flags:
    """Of each pair of incidents the first mention."""
    a, b = records.incident[left], records.incident[right]
    key = np.minimum(a, b) * (len(records) + 1) + np.maximum(a, b)
    first = np.zeros(len(key), bool)
    first[np.unique(key, return_index=True)[1]] = True
    return first


def _one_to_one(records: Records, left: Ints, right: Ints) -> Flags:
    """Between two coded datasets an event has one twin at most: the likeliest pairs are taken first."""
    keep = np.ones(len(left), bool)
    own = np.flatnonzero(records.dataset)
    taken = set(zip(records.incident[own].tolist(), records.source[own].tolist(), strict=True))
    for n in np.flatnonzero(records.dataset[left] & records.dataset[right]).tolist():
        a, b = left[n], right[n]
        twins = (
            (int(records.incident[a]), int(records.source[b])),
            (int(records.incident[b]), int(records.source[a])),
        )
        keep[n] = not taken & set(twins)
        taken |= set(twins) if keep[n] else set()
    return keep
