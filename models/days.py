"""Calendar days as whole numbers, so that arrays can hold them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

YEAR_DAYS = 365
NEVER = 2**40
_EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """The number of a day: days since 1970."""
    return (day - _EPOCH).days


def day_of(value: int) -> date:
    """The day a number stands for."""
    return _EPOCH + timedelta(days=int(value))


def numbers(days: Iterable[Any]) -> IntArray:
    """Many days (dates or datetime64, missing = never) as an array of numbers."""
    as_days = np.asarray(days).astype("datetime64[D]")
    return np.where(np.isnat(as_days), NEVER, as_days.astype(np.int64))


def weekly(first: int, last: int, every_days: int = 7) -> IntArray:
    """Every n-th day from first to last, on a grid that does not depend on where it begins."""
    start = first + (-first) % every_days
    return np.arange(start, last + 1, every_days, dtype=np.int64)


def stamps(values: Array) -> Array:
    """Day numbers as timestamps for a frame."""
    return values.astype("datetime64[D]").astype("datetime64[s]")
