"""The stores of `tests/db`, for the campaigns."""

from tests.db.conftest import both as both
from tests.db.conftest import fresh as fresh
from tests.db.conftest import nowhere as nowhere
