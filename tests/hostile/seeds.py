"""Sound and odd bytes of every format, invented, from which hostile ones are made by changing them."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

from tests.factories import REGION_TOML, REPORT, UCDP

HILL = "Two people were killed and 3 injured by shelling near Hill on 1 March 2018, The Monitor said."
TALL = "قتل شخصان وأصيب ثلاثة بقصف قرب التل أمس، قال المرصد. وفي 13 آذار 2018 خطف مسلحون خمسة أشخاص."
TAGS = [
    "#event+id",
    "#date+start",
    "#adm1+name",
    "#loc+name",
    "#event+type",
    "#affected+killed",
    "#description",
]
HEADER = ["ID", "Date", "Governorate", "Village", "Type", "Killed", "Notes"]
ROW = ["1", "2018-03-01", "Northern", "Hill", "shelling", "3", HILL]
ARABIC = ["الرقم", "التاريخ", "المحافظة", "القرية", "نوع الحادث", "القتلى", "ملاحظات"]
ARABIC_ROW = ["1", "13 آذار 2018", "الشمالية", "تل", "قصف", "٣", TALL]


def table(*rows: Sequence[Any], mark: str = ",") -> bytes:
    """Rows as delimited text."""
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows(rows)
    return text.getvalue().encode()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive of some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def book(*rows: Sequence[Any]) -> bytes:
    """An Excel workbook with one sheet."""
    from openpyxl import Workbook

    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    for cells in rows:
        made.active.append(list(cells))
    made.save(out)
    return out.getvalue()


@cache
def ucdp() -> tuple[bytes, ...]:
    """UCDP events: plain, zipped, gzipped, odd."""
    odd = UCDP | {"best": "-1", "date_start": "2018-02-30", "latitude": "north", "where_prec": "7.5"}
    body = table(list(UCDP), list(UCDP.values()), list(odd.values()), ["1", "2"])
    return body, gzip.compress(body, mtime=0), zipped({"events.csv": body}), b"\xef\xbb\xbf" + body


@cache
def acled() -> tuple[bytes, ...]:
    """ACLED events."""
    from tests.db.test_acled import EVENT

    again = EVENT | {"event_date": "01 March 2018", "fatalities": "x", "timestamp": "99999999999"}
    return (table(list(EVENT), list(EVENT.values()), list(again.values())),)


@cache
def reports() -> tuple[bytes, ...]:
    """Tocsin's own report table."""
    odd = REPORT | {"published_at": "2018-03-02T10:00+03:00", "killed": "1e309", "lat": "nan", "cited": "a;b"}
    return (table(list(REPORT), list(REPORT.values()), list(odd.values())),)


@cache
def covariates() -> tuple[bytes, ...]:
    """Numbers about areas and days."""
    head = ["area", "day", "available_at", "value", "source"]
    rows = (["xx-hill", "2018-03-01", "2018-03-02", "1.5", "me"], ["xx11", "2018-03-01", "x", "inf", ""])
    return (table(head, *rows),)


@cache
def anybody() -> tuple[bytes, ...]:
    """Tables of any shape, language and encoding."""
    arabic = table(ARABIC, ARABIC_ROW, mark=";")
    return (
        table(HEADER, ROW),
        arabic,
        arabic.decode().encode("cp1256", "replace"),
        table(HEADER, ROW, mark="\t").decode().encode("utf-16"),
        table(["A title"], [], HEADER, TAGS, ROW),
        b"sep=|\n" + table(HEADER, ROW, mark="|"),
    )


@cache
def workbooks() -> tuple[bytes, ...]:
    """Excel workbooks."""
    return book(HEADER, ROW, ARABIC_ROW), book(["title"], [], TAGS, ROW)


@cache
def kobo() -> tuple[bytes, ...]:
    """Submissions of a form."""
    from tests.db.test_kobo import HEADER as HEAD
    from tests.db.test_kobo import SUBMISSION

    return book(HEAD, SUBMISSION), book([*HEAD, "_parent_index"], [*SUBMISSION, "1"])


@cache
def encodings() -> tuple[bytes, ...]:
    """Text in the encodings that are known, and two that are mixed."""
    names = ("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1256", "iso8859-6")
    mixed = TALL.encode() + b"\n\xc7\xe1\xe3\r\x00"
    return (*(TALL.replace("،", ",").encode(name, "replace") for name in names), mixed)


@cache
def exported() -> tuple[bytes, ...]:
    """Exports of incidents: CSV, JSON lines, GeoJSON."""
    cells, record = _exported_row()
    names = [*cells, "record"]
    packed = json.dumps(record)
    about = {"kind": "tocsin-incidents", "format": 1}
    point = {"type": "Feature", "properties": {**cells, "record": record}, "geometry": None}
    end = json.dumps({"end": {"rows": 1}})
    lines = "\n".join([json.dumps(about), json.dumps({**cells, "record": record}), end])
    collection = {"type": "FeatureCollection", "tocsin": about, "features": [point]}
    return table(names, [*cells.values(), packed]), (lines + "\n").encode(), json.dumps(collection).encode()


def _exported_row() -> tuple[dict[str, Any], dict[str, Any]]:
    from db.exports.columns import SEAL, seal

    account = {
        **{"report_id": "r1", "source": "monitor", "available_at": "2018-03-02T00:00:00+00:00", "raw": {}},
        **{"available_basis": "published", "sensitivity": "internal", "stance": "supports", "cited": []},
        **{"incident_type": "kidnapping", "date_start": "2018-03-01", "date_end": "2018-03-01"},
        **{"date_prec": 1, "geo_prec": 1, "claims": [{"harm": "killed", "status": "reported", "low": 1}]},
        **{"actors": [{"name": "Band", "role": "participant"}]},
    }
    link = {"community_id": "xx-blue-hill", "basis": "located", "method": "rule", "confidence": "low",
            "counted": True, "decided_at": "2018-03-02T00:00:00+00:00"}  # fmt: skip
    record = {"incident_id": "i1", "whole": True, "accounts": [account], "decisions": [], "links": [link]}
    cells = {"incident_id": "i1", "region": "nowhere", "generalised": "false"}
    return cells | {SEAL: seal(cells)}, record


@cache
def exported_workbooks() -> tuple[bytes, ...]:
    """An export of incidents as a workbook."""
    from openpyxl import Workbook

    cells, record = _exported_row()
    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    made.active.title = "incidents"
    made.active.append(list(cells))
    made.active.append(list(cells.values()))
    sheet = made.create_sheet("record")
    sheet.append(["incident_id", "part", "text"])
    sheet.append(["i1", 1, json.dumps(record)])
    made.save(out)
    return (out.getvalue(),)


@cache
def stores() -> tuple[bytes, ...]:
    """A full export."""
    from db import migrating

    head = {"kind": "tocsin-store", "format": 1, "schema": sorted(migrating.known())[-1]}
    opening = {"table": "region", "columns": ["id", "title", "loaded_at", "settings"]}
    row = ["nowhere", "Nowhere", "2018-03-01T00:00:00+00:00", {"a": 1}]
    end = {"end": {"rows": 1, "sha256": "0"}}
    return ("\n".join(map(json.dumps, (head, opening, row, end))).encode() + b"\n",)


MAPPING = """title = "Invented"
source = "monitor"
day_first = true
released_on = 2021-06-01
known = "release"
table = ["a", "b"]
[columns]
date_start = ["year", "month", "day"]
killed = "dead"
[constants]
geo_prec = "2"
[values.incident_type]
shelling = "bombardment"
"""


@cache
def mappings() -> tuple[bytes, ...]:
    """A mapping of a table's columns."""
    return (MAPPING.encode(), b'[columns]\n"\xd8\xaa" = "x"\n')


@cache
def mappings_json() -> tuple[bytes, ...]:
    """The same as JSON."""
    import tomllib

    return (json.dumps(tomllib.loads(MAPPING), default=str).encode(),)


@cache
def packs() -> tuple[bytes, ...]:
    """Parts of a region pack; the length of what stands before the mark says which file it is."""
    from tests.factories import COMMUNITIES, PLACES, SOURCES

    settings = REGION_TOML.format(name="nowhere", title="Nowhere", exercise="false")
    files = (settings, *(text.format(p="xx") for text in (PLACES, COMMUNITIES, SOURCES)))
    return tuple(b"x" * n + b"\x1e" + text.encode() for n, text in enumerate(files))


@cache
def events() -> tuple[bytes, ...]:
    """Named events of a pack."""
    return (table(["day", "areas", "title", "source"], ["2018-03-01", "xx-hill|xx11", "Siege", "invented"]),)


@cache
def gazetteers() -> tuple[bytes, ...]:
    """Places as CSV."""
    head = ["id", "name", "name_ar", "level", "parent", "lat", "lon", "aliases", "code"]
    row = ["xx-new", "Newtown", "البلدة", "village", "xx11", "34.1", "36.1", "New|Town", "SY01"]
    return table(head, row), table(["name", "lat", "lon"], ["Old", "34,1", "1e309"], mark=";")


@cache
def geojson() -> tuple[bytes, ...]:
    """Places and outlines as GeoJSON."""
    ring = [[36.0, 34.0], [36.1, 34.0], [36.1, 34.1], [36.0, 34.0]]
    shapes = ({"type": "Point", "coordinates": [36.0, 34.1]}, {"type": "Polygon", "coordinates": [ring]},
              {"type": "MultiPolygon", "coordinates": [[ring]]})  # fmt: skip
    facts = {"name": "Newtown", "place": "village", "parent": "xx11", "code": "XX11"}
    features = [{"type": "Feature", "properties": facts, "geometry": shape} for shape in shapes]
    return tuple(
        json.dumps({"type": "FeatureCollection", "features": f}).encode() for f in (features[:1], features)
    )


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Paper</title><item>
<guid>g1</guid><title>Shots near Hill</title><link>https://paper.example/1</link>
<pubDate>Sat, 21 Nov 2026 10:00:00 +0300</pubDate><description>&lt;p&gt;Two people &lt;b&gt;hurt&lt;/b&gt;
&lt;script&gt;alert(1)&lt;/script&gt;</description></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>urn:1</id>
<updated>2026-11-21T10:00:00Z</updated><title type="html">Shots</title><content type="xhtml"><div>Two hurt in Hill
</div></content></entry></feed>"""


@cache
def rss() -> tuple[bytes, ...]:
    """RSS, Atom, and one with entities that grow."""
    doctype = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    grown = RSS.replace("<rss", doctype + "<rss").replace("Shots near", "&b;&f;")
    return RSS.encode(), ATOM.encode(), grown.encode(), RSS.replace("utf-8", "utf-16").encode("utf-16")


@cache
def ucdp_pages() -> tuple[bytes, ...]:
    """A page of UCDP's API."""
    page = {
        "TotalCount": 1,
        "TotalPages": 1,
        "PreviousPageUrl": "",
        "NextPageUrl": "",
        "Result": [UCDP | {"id": 7}],
    }
    return (json.dumps(page).encode(), json.dumps(page | {"TotalCount": 1e400}).encode())


@cache
def acled_pages() -> tuple[bytes, ...]:
    """A page of ACLED's API."""
    from tests.db.test_acled import EVENT

    recency = {"date_recency": {"unit": "months", "quantity": 12}}
    page = {"status": 200, "success": True, "count": 1, "data": [EVENT], "data_query_restrictions": recency}
    return (json.dumps(page).encode(), json.dumps({**page, "data": [], "total_count": "0"}).encode())


def _picture(kind: str) -> tuple[bytes, ...]:
    from tests.db.test_evidence import picture

    return (picture(kind),)


@cache
def jpeg() -> tuple[bytes, ...]:
    """A JPEG that tells its camera."""
    return _picture("JPEG")


@cache
def png() -> tuple[bytes, ...]:
    """A PNG that tells its author."""
    return _picture("PNG")


@cache
def webp() -> tuple[bytes, ...]:
    """A WebP that tells its camera."""
    return _picture("WEBP")


@cache
def pdf() -> tuple[bytes, ...]:
    """A PDF with a picture, an author, an attached file and a script."""
    from tests.db.test_evidence import paper

    return (paper(),)


@cache
def packed() -> tuple[bytes, ...]:
    """Files whose words their bytes do not show."""
    from tests.db.test_inside import letter, paper, sheet

    return (letter(), sheet(), paper("told"), gzip.compress(b"told", mtime=0))


@cache
def pages() -> tuple[bytes, ...]:
    """Saved pages."""
    text = f"<!doctype html><html><head><style>p{{}}</style></head><body><p>{HILL}</p><!-- x --><script>a</script>"
    return text.encode(), f"<html><svg><a href='x'>{TALL}&#x202e;&amp;</a></svg>".encode()


@cache
def names() -> tuple[bytes, ...]:
    """Names of places and files."""
    return tuple(
        n.encode()
        for n in ("Hill", "التل", "As-Suwayda'", "../../etc/passwd", "a\x00b\u202e.jpg", "kana kir")
    )


@cache
def texts() -> tuple[bytes, ...]:
    """Reports, and every way to write a date."""
    dates = "from 3 to 5 March 2018, 03/04/18, 2018-03-04, 12 Muharram 1440, last Friday, two days ago, mid May 2018"
    arabic = "بين 3 و 5 آذار/مارس 2018، يوم الجمعة الماضي، قبل 3 أيام، الثاني والعشرين من أيار، تشرين الثاني"
    figures = "at least 15 dead, 10 to 20 wounded, dozens abducted, two hundred and five families; لا يقل عن ١٥ قتيلا"
    return tuple(t.encode() for t in (HILL, TALL, dates, arabic, figures))


@cache
def cells() -> tuple[bytes, ...]:
    """What stands in cells of tables."""
    told = ("43101", "2018-03-01 10:00", "01.03.18", "٣", "1,234", "10-12", "about 15", "34°12'30\"N", "34.1 36.0 0 0",
            "POINT(36 34)", "1e309", "nan", "-0", "1_000", "²", "#date+start", "99999999999999999999")  # fmt: skip
    return tuple(t.encode() for t in told)


@cache
def settings() -> tuple[bytes, ...]:
    """A settings file."""
    return (b'db = "sqlite:///x.db"\nevidence_mb = 10\nkey = "k"\n[more]\na = [1, 2]\n',)


@cache
def artefacts() -> tuple[bytes, ...]:
    """A card, and bytes that nobody signed."""
    import models.registry  # noqa: F401  (scikit-learn loads slowly; not on the parser's time)

    card = {"target": "fatal", "horizon_days": 7, "train_as_of": "2020-06-30", "features": []}
    return (json.dumps(card).encode() + b"\x00" + zipped({"schema.json": b"{}"}),)
