"""One small world for all hostile input."""

import pytest

from db import clock
from tests.conftest import NOW
from tests.hostile import world
from tests.hostile.world import World


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A store with the region Nowhere and a folder for hostile files; nobody writes to the store."""
    clock.use(lambda: NOW)
    return world.make(tmp_path_factory.mktemp("hostile"))
