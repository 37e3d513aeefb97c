"""One law for tables and charts: each says what it shows, whose word it is, of which day and in which units."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import markup, origins
from db import engine, queries
from db.policy import LOCAL
from tests.dashboard import stores
from tests.dashboard.conftest import Open
from tests.matrix.test_pages import STATES

DAY = stores.LAST.isoformat()
DRAWN = {"plotly_chart"}
TWINLESS = ("The access log",)  # of no region; `tocsin audit list` gives it
FOREIGN = {
    "arrow_data_frame",
    "arrow_table",
    "table",
    "dataframe",
    "vega_lite_chart",
    "deck_gl_json_chart",
    "imgs",
}


class Tables(HTMLParser):
    """What the tables of a piece of HTML lack; a table stands in a block that also holds the line with its source."""

    def __init__(self) -> None:
        super().__init__()
        self.lacks: list[str] = []
        self.path: list[str] = []
        self.caption = self.line = ""
        self.numbers = self.units = False
        self.shown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        css = given.get("class") or ""
        self.path.append(f"{tag}.{css}")
        if "tc-held" in css:
            self.caption = self.line = ""
            self.numbers = self.units = False
        if tag == "table":
            self.shown += 1
            if not any("tc-held" in one for one in self.path):
                self.lacks.append("a table that is not made by markup.table")
        self.numbers |= tag == "td" and "tc-num" in css
        self.units |= "tc-units" in css

    def handle_data(self, data: str) -> None:
        if any(one.startswith("caption") for one in self.path):
            self.caption += data
        if any("tc-origin" in one for one in self.path):
            self.line += data

    def handle_endtag(self, tag: str) -> None:
        while self.path and (last := self.path.pop()).split(".")[0] != tag:
            pass
        if "tc-held" in last:
            self.lacks += [f"{self.caption[:40]!r}: {what}" for what, there in self._has() if not there]

    def _has(self) -> list[tuple[str, bool]]:
        line = self.line
        return [
            ("title", len(self.caption.strip()) > 4),
            ("source", "Source: " in line),
            ("day", "Data as of " in line),
            ("units", self.units or not self.numbers),
        ]


def nodes(block: object) -> Iterator[object]:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from nodes(child)


def lacking(at: AppTest) -> list[str]:
    """What the tables, charts and maps of a page lack."""
    found, drawn = [], [one for one in nodes(at._tree) if getattr(one, "proto", None) is not None]
    for place, one in enumerate(drawn):
        kind, body = one.type, str(getattr(one.proto, "body", ""))  # type: ignore[attr-defined]
        before, after = (_body(drawn, place + step) for step in (-1, 1))
        if kind in FOREIGN:
            found.append(f"{kind}: goes through no function of components")
        elif kind in DRAWN:
            found += _chart(one.proto.alt, "tc-chart" in before, after)  # type: ignore[attr-defined]
        elif "<svg" in body:
            found += _chart("<title>" in body and body.split("<desc>")[1][:4], True, after)
        elif kind == "html" and "<table" in body:
            tables = Tables()
            tables.feed(body)
            found += tables.lacks
            if not _twin(drawn[place + 1 :]) and not any(one in body for one in TWINLESS):
                found.append(f"{tables.caption[:40]!r}: a file beside it")
        elif 'class="tc-lines"' in body and not any("As of " in _body(drawn, n) for n in range(place)):
            found.append("a list of communities without units, day and sources")
    return found


def _twin(after: list[object]) -> bool:
    """Whether a file is offered before the next table."""
    for one in after:
        if one.type == "download_button":  # type: ignore[attr-defined]
            return True
        if "<table" in str(getattr(one.proto, "body", "")):  # type: ignore[attr-defined]
            return False
    return False


def _body(drawn: list[object], place: int) -> str:
    there = 0 <= place < len(drawn)
    return str(getattr(drawn[place].proto, "body", "")) if there else ""  # type: ignore[attr-defined]


def _chart(alt: object, titled: bool, after: str) -> list[str]:
    has = {
        "alt": bool(alt),
        "title": titled,
        "source and day": "Data as of " in after,
        "units": "tc-units" in after,
    }
    return [f"a chart or map without {what}" for what, there in has.items() if not there]


@pytest.mark.parametrize("page", STATES)
def test_every_table_and_chart_names_title_source_day_and_units(
    page: str, drill: str, open_page: Open
) -> None:
    with engine.reading(drill) as session:
        asked = {"region_id": "drill", "as_of": stores.LAST}
        incident = queries.incidents(session, LOCAL, **asked).iloc[0]["incident_id"]
        alert = queries.alerts(session, LOCAL, **asked).iloc[0]["alert_id"]
    known = {"incident": incident, "alert": alert}
    filled = [{**one, **{name: known[name] for name in known if name in one}} for one in STATES[page]]
    at = None
    for words in ({**one, "as_of": DAY} for n, one in enumerate(filled) if one not in filled[:n]):
        if at is None:
            at = open_page(drill, page, **words)
        else:
            for name in list(at.query_params):
                del at.query_params[name]
            for name, said in words.items():
                at.query_params[name] = said
            at.run()
        assert lacking(at) == [], words


def test_the_law_finds_what_is_missing() -> None:
    """A table without a line, and one with numbers but no units."""
    bare = Tables()
    bare.feed(markup.table(["a"], [["1"]], caption="Some numbers", source=origins.RECORD, numbers=(0,)))
    assert [one.split(": ")[1] for one in bare.lacks] == ["source", "day", "units"]
    wild = Tables()
    wild.feed("<table><tr><td>1</td></tr></table>")
    assert wild.lacks


def test_the_line_says_up_to_when_the_reports_speak() -> None:
    about = origins.About(date(2018, 7, 24), ("One", "Two", "Three", "Four"), date(2018, 7, 20))
    token = origins._about.set(about)
    try:
        line = origins.line(origins.REPORTS, ("persons", "percent"))
        assert "reports of" in line and "1 more" in line and "Four" not in line
        assert "covered until 20 July 2018" in line and "persons" in line and "per cent" in line
        assert "covered until" not in origins.line(origins.RECORD)
    finally:
        origins._about.reset(token)
