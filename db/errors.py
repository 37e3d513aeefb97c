"""Errors a person can act on: one line that says what is wrong and how to cure it."""

LONGEST = 1500


class TocsinError(Exception):
    """Something failed; the message names the cure. Commands end with exit code 1."""

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(brief(str(message)))


class BadInput(TocsinError):
    """What was handed in cannot be used; the message names the cure. Commands end with exit code 2."""

    exit_code = 2


class Unreachable(TocsinError):
    """The store does not answer: it is away, its server is down, or the rights are missing."""


def brief(message: str) -> str:
    """A message that stays one, however long what it complains of: its beginning, and its end with the cure."""
    if len(message) <= LONGEST:
        return message
    return f"{message[: LONGEST * 2 // 3]} … {message[-LONGEST // 3 :]}"
