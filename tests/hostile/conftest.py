"""One small world for all hostile input, and one store in which every text is hostile."""

import pytest
from sqlalchemy import select, update

from db import clock, engine, letterbox
from db.schema import ImportBatch, Recipient
from tests.conftest import NOW
from tests.dashboard import stores
from tests.db.work_rows import add_work
from tests.hostile import payloads, world
from tests.hostile.world import World
from tests.matrix.canaries import FEED_KEY


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A store with the region Nowhere and a folder for hostile files; nobody writes to the store."""
    clock.use(lambda: NOW)
    return world.make(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with scores, alerts, drafts, evidence and feeds, every text of it a payload."""
    clock.use(lambda: NOW)
    folder = tmp_path_factory.mktemp("poisoned")
    url = stores.build(f"sqlite:///{folder / 'tocsin.db'}", folder)
    with engine.writing(url) as session:
        add_work(session, session.scalars(select(ImportBatch.id)).first() or "")
    assert payloads.poison(url) > 400
    with engine.writing(url) as session:  # whose feed would else have a payload for its digest
        session.execute(update(Recipient).values(secret_sha256=letterbox.digest(FEED_KEY), ended_at=None))
    return url
