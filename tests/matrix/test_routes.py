"""Every role asks every route, in each of its forms, about a store full of canaries."""

import asyncio
from typing import Any

import pytest

from dashboard import letters
from dashboard.routes import ROUTES, Asked
from db.exports import FORMATS
from db.policy import Viewer
from tests.conftest import NOW
from tests.matrix.canaries import AS_OF, FEED_KEY, KEPT_FROM, SECRETS, caught
from tests.matrix.roles import standing
from tests.matrix.test_exports import OUTSIDE, read_book

DAY = {"as_of": AS_OF.isoformat()}
# What is asked of each route; a route without a row fails.
ASKED: dict[str, list[dict[str, str]]] = {
    "files": [{"format": form, **DAY} for form in FORMATS]
    + [{"format": "csv", "community": "xx-blue-hill", **DAY}]
    + [{"format": form, "audience": outside, **DAY} for form in ("csv", "jsonl") for outside in OUTSIDE],
    "lite": [DAY, {"community": "xx-blue-hill", **DAY}],
    "notices": [{"format": form, "key": FEED_KEY} for form in letters.FORMS],
    "unsubscribe": [{"key": "nobody's"}],
}
CASES = [(name, n) for name, asked in ASKED.items() for n in range(len(asked))]


def test_every_route_stands_here() -> None:
    assert set(ASKED) == set(ROUTES)


@pytest.mark.parametrize("viewer", KEPT_FROM, ids=lambda v: v.name)
@pytest.mark.parametrize(("name", "number"), CASES)
def test_no_route_tells_more_than_it_may(store: str, viewer: Viewer, name: str, number: int) -> None:
    given = ASKED[name][number]
    answer = ROUTES[name].answer(Asked(standing(viewer), given, store, NOW))
    body = asyncio.run(whole(answer))
    assert len(body) > (1000 if name != "unsubscribe" else 500)
    assert not caught(read_book(body) if body.startswith(b"PK") else body, viewer)
    assert not caught(str(answer.headers), viewer)
    if "audience" in given:  # whoever asks, the world is told none of it
        assert not [word for word in SECRETS if word.casefold() in body.decode().casefold()]


async def whole(answer: Any) -> bytes:
    if not hasattr(answer, "body_iterator"):
        return bytes(answer.body)
    found = b"".join([chunk async for chunk in answer.body_iterator])
    await answer.background()
    return found
