"""Every page in Arabic: nothing of ours left in English, no bare range or sign, the digits that were asked for."""

import html
import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app, frame, i18n
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

DAY = stores.LAST.isoformat()
ISOLATED = re.compile("[\u2066-\u2068][^\u2069]*\u2069")
BARE = re.compile(r"[\d٠-٩?][–-][\d٠-٩?]|(?<![\w-])[+−-][\d٠-٩]|[\d٠-٩][%٪]")
WESTERN = re.compile("[0-9]")
# Codes keep their digits: ids, days and hours to type, files, model versions, standards, the address of a command.
CODES = re.compile(r"\S*[A-Za-z_]\S*|\d{4}-\d\d-\d\d|\b22:00-06:00\b|\b03/04/2018\b")
FIELDS = ("label", "help", "placeholder", "body", "alt")


def texts(at: AppTest) -> Iterator[str]:
    """Every line that a reader meets on a page: of our HTML, and of Streamlit's own elements."""
    assert not at.exception, [one.message for one in at.exception]
    for node in _nodes(at._tree):
        proto = getattr(node, "proto", None)
        for name in FIELDS:
            said = getattr(proto, name, None)
            if (
                isinstance(said, str)
                and not said.startswith(("<style>", frame.LINKS))
                and node.type != "code"
            ):
                yield from _lines(said)
        yield from (one for one in getattr(proto, "options", ()) if isinstance(one, str))


def _nodes(node: object) -> Iterator[object]:
    for child in getattr(node, "children", {}).values():
        yield child
        yield from _nodes(child)


def _lines(said: str) -> Iterator[str]:
    said = re.sub(
        r'<(section)\b[^>]*lang="en".*?</\1>', "", said, flags=re.DOTALL
    )  # the other half of a page in both
    named = re.findall(r' (?:aria-label|data-label|alt|title)="([^"]*)"', said)
    shown = re.sub(r"<(pre|code)\b.*?</\1>|<[^>]+>", "\n", said, flags=re.DOTALL)
    yield from (
        line.strip() for part in (shown, *named) for line in html.unescape(part).split("\n") if line.strip()
    )


@pytest.fixture(scope="module")
def ours() -> re.Pattern[str]:
    """What only we say: every text of the catalogue of two words or more that fills nothing in."""
    known = [one for one in i18n._compiled("ar")[0]._catalog if isinstance(one, str)]  # type: ignore[attr-defined]
    long = sorted((one for one in known if one.count(" ") and "{" not in one), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in long))


@pytest.mark.parametrize("page", [one.name for one in app.PAGES])
def test_a_page_in_arabic(page: str, drill: str, open_page: Open, ours: re.Pattern[str]) -> None:
    """Translated, its ranges and signs isolated, its numbers in the digits asked for."""
    at = open_page(drill, page, as_of=DAY, lang="ar", digits="arabic")
    lines = list(dict.fromkeys(texts(at)))
    assert page == "access" or 'class="tc-exercise"' in shown(at) and shown(at).count("تمرين") >= 2
    assert [line for line in lines if ours.search(line)] == [], "left in English"
    assert [line for line in lines if BARE.search(CODES.sub("", ISOLATED.sub("", line)))] == [], "bare"
    assert [line for line in lines if WESTERN.search(CODES.sub("", line))] == [], "other digits"
