"""What tests of briefings share: gathered once, written once a language and format."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from dashboard.briefing import compose, gather, make, model, style
from dashboard.briefing.asked import Asked
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Document, Table
from db import engine
from db.policy import LOCAL
from db.vocab import Audience
from tests.conftest import NOW
from tests.dashboard import stores

SINCE = stores.LAST - timedelta(days=60)
PLAIN = style.Style()


def found(url: str, about: str = "xx-blue-hill", *, region: str = "nowhere", **more: Any) -> Found:
    want = Asked(region, about, stores.LAST, more.pop("since", SINCE), **more)
    with engine.reading(url) as session:
        return gather.gather(session, LOCAL, want, NOW.date())


@pytest.fixture(scope="session")
def hill(drill: str) -> Found:
    return found(drill, region="drill")


@pytest.fixture(scope="session")
def few(drill: str) -> Found:
    return found(drill, region="drill", since=stores.LAST - timedelta(days=12))


def words(document: Document) -> str:
    return "".join(one if isinstance(one, str) else one.text for one in model.pieces(document))


def tables(document: Document) -> Iterator[Table]:
    return (one for part in document.sections for one in part.blocks if isinstance(one, Table))


def blocks(document: Document, kind: type[Any]) -> list[Any]:
    return [one for part in document.sections for one in part.blocks if isinstance(one, kind)]


@pytest.fixture(scope="session")
def brief_partner(drill: str) -> Found:
    return found(drill, region="drill", audience=Audience.PARTNER)


@pytest.fixture(scope="session")
def brief_told(hill: Found) -> Mapping[str, Document]:
    """The briefing in each language."""
    return {one: compose.document(hill, one) for one in ("en", "ar")}


@pytest.fixture(scope="session")
def brief_files(few: Found) -> Mapping[str, make.Made]:
    """The same span in each format, both languages in a file."""
    return {one: make.make(few, one, ("en", "ar"), PLAIN) for one in make.FORMATS}
