"""What was read once is kept for all who ask the same, until something changes of what it was read from."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from db.mark import Marks

_inside: ContextVar[dict[int, str] | None] = ContextVar("inside", default=None)


@dataclass
class _Place:
    """An answer with the marks that it depends on and those for which it was found; and whose turn it is to find it."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    found: tuple[Marks, Any] | None = None
    asked: Marks | None = None

    def holds(self, marks: Marks) -> bool:
        """Whether there is an answer that holds by these marks, or was found for whoever asks just now."""
        if self.found is None:
            return False
        return self.asked is marks or all(marks.get(one, "") == mark for one, mark in self.found[0].items())


class Kept:
    """The newest answer to each of the last so many questions; nobody may change an answer in place."""

    def __init__(self, most: int) -> None:
        self._most, self._places, self._turn = most, OrderedDict[Hashable, _Place](), threading.Lock()

    def get(self, question: Hashable, marks: Marks, find: Callable[[], tuple[Marks, Any]]) -> Any:
        """The answer kept to a question, where it holds by these marks; else what `find` gives, with its marks.

        Of several who ask the same at once one finds it, and the others wait.
        """
        place = self._place(question)
        with place.turn:
            if not place.holds(marks):
                place.found = None  # the old one goes before there is a new one
                place.found, place.asked = find(), marks
            needed, answer = place.found or ({}, None)
        if (rests := _inside.get()) is not None:
            rests.update(needed)
        return answer

    def _place(self, question: Hashable) -> _Place:
        with self._turn:
            place = self._places.setdefault(question, _Place())
            self._places.move_to_end(question)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place

    def clear(self) -> None:
        """Forget all answers."""
        with self._turn:
            self._places.clear()


@contextmanager
def resting() -> Iterator[dict[int, str]]:
    """The marks of all answers that are asked for within the block: what is made of them depends on these."""
    rests: dict[int, str] = {}
    before = _inside.set(rests)
    try:
        yield rests
    finally:
        _inside.reset(before)
        if (around := _inside.get()) is not None:
            around.update(rests)


class Newest(OrderedDict[Any, Any]):
    """The newest so many things that were put in."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, name: Any, value: Any) -> None:
        super().__setitem__(name, value)
        while len(self) > self._most:
            self.popitem(last=False)


def alike(asked: Mapping[str, Any]) -> Hashable:
    """What is asked, so that equal questions are one."""
    return tuple((name, _still(value)) for name, value in sorted(asked.items()))


def _still(value: Any) -> Hashable:
    value = tuple(value) if isinstance(value, list) else value
    try:
        hash(value)
    except TypeError:  # what holds something that can change is told by all its words
        return repr(value)
    return value  # type: ignore[no-any-return]
