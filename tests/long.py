"""Tests have a short form for every change, and a long one that `make campaign-long` asks for."""

import os
from typing import TypeVar

Form = TypeVar("Form")
LONG = os.environ.get("TOCSIN_TEST_LONG") == "1"


def either(short: Form, long: Form) -> Form:
    """What this run uses of the two."""
    return long if LONG else short
