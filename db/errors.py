"""Errors a person can act on: one line that says what is wrong and how to cure it."""


class TocsinError(Exception):
    """Something failed; the message names the cure. Commands end with exit code 1."""

    exit_code = 1


class BadInput(TocsinError):
    """What was handed in cannot be used; the message names the cure. Commands end with exit code 2."""

    exit_code = 2
