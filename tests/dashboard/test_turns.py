"""Runs of pages take turns: a few at once, the others after them, and nobody for ever."""

import threading

import pytest

from dashboard import turns


def test_no_more_than_a_few_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until one before it has ended."""
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(2))
    inside, most, lock = 0, 0, threading.Lock()
    first = threading.Barrier(2)

    def run(number: int) -> None:
        nonlocal inside, most
        with turns.taken():
            with lock:
                inside, most = inside + 1, max(most, inside + 1)
            if number < 2:
                first.wait(10)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    more = [threading.Thread(target=run, args=(number,)) for number in range(2, 8)]
    for each in more:
        each.start()
    for each in (*threads, *more):
        each.join(10)
    assert (inside, most) == (0, 2)


def test_a_turn_is_given_back_whatever_happens_and_none_is_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    with pytest.raises(KeyError), turns.taken():
        raise KeyError
    with turns.taken(), turns.taken():  # the second goes on without one, and gives none back
        pass
    assert turns._turns.acquire(blocking=False)
