"""A notice as CAP 1.2 XML (OASIS, 2010), and notices as an Atom feed (RFC 4287) and as JSON.

What CAP demands is kept here: the order of elements, its fixed words, instants with their offset (never "Z"),
`references` as sender,identifier,sent, a restriction where the scope is Restricted. Names of communities stand
in the description, never in the headline.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from dashboard.alerts import wording
from db import clock
from db.vocab import NoticeKind

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
SENDER = "tocsin"
LANGUAGES = {"en": "en", "ar": "ar"}
TYPES = {NoticeKind.UPDATE: "Update", NoticeKind.CANCEL: "Cancel"}
URGENCY = {4: "Immediate", 3: "Expected", 2: "Future"}
SEVERITY = {4: "Extreme", 3: "Severe", 2: "Moderate"}
HEADLINE = 160


def xml(notice: Any, zone: str, earlier: Any = None) -> bytes:
    """One notice as a CAP 1.2 document in English and Arabic; `earlier` is the notice that it refers to."""
    root = ElementTree.Element(f"{{{NAMESPACE}}}alert")
    exercise = "Exercise" if notice.exercise else "Actual"
    kind = TYPES.get(NoticeKind(notice.kind), "Alert") if earlier is not None else "Alert"
    head = {
        "identifier": notice.id,
        "sender": SENDER,
        "sent": instant(notice.created_at),
        "status": "Test" if notice.kind is NoticeKind.TEST else exercise,
        "msgType": kind,
        "scope": "Restricted",
        "restriction": "For those to whom it was sent; not to be passed on or published",
    }
    for name, said in head.items():
        _add(root, name, said)
    if kind != "Alert":
        _add(root, "references", f"{SENDER},{earlier.id},{instant(earlier.created_at)}")
    for language in LANGUAGES:
        _info(root, notice, zone, language)
    ElementTree.register_namespace("", NAMESPACE)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def certainty(probability: float | None) -> str:
    """CAP's word for a probability: Likely is above 50 %, by its own definition."""
    if probability is None:
        return "Unknown"
    return "Likely" if probability > 0.5 else "Possible" if probability > 0.05 else "Unlikely"


def instant(at: datetime) -> str:
    """An instant as CAP writes it: with an offset in digits, "-00:00" for UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def entries(
    said: Iterable[tuple[Any, wording.Text]], at: datetime, title: str, of: str, language: str
) -> bytes:
    """Notices as the Atom feed of somebody (`of`): titles name no community, the text is plain."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {f"{{{XML}}}lang": language})
    for name, words in (("id", f"urn:tocsin:feed:{of}"), ("title", title), ("updated", _iso(at))):
        _add(feed, name, words, ATOM)
    for notice, told in said:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "id", f"urn:tocsin:notice:{notice.id}", ATOM)
        _add(entry, "title", told.subject, ATOM)
        _add(entry, "updated", _iso(notice.created_at), ATOM)
        author = ElementTree.SubElement(entry, f"{{{ATOM}}}author")
        _add(author, "name", "Tocsin", ATOM)
        _add(entry, "content", told.body, ATOM).set("type", "text")
    ElementTree.register_namespace("", ATOM)
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def plain(notice: Any, texts: Mapping[str, wording.Text]) -> dict[str, Any]:
    """A notice for programs: its facts, and its text in each language."""
    about = {
        name: getattr(notice, name) for name in ("id", "day", "level", "expires_on", "exercise", "earlier_id")
    }
    said = {language: {"subject": one.subject, "body": one.body} for language, one in texts.items()}
    return {
        **about,
        "kind": str(notice.kind),
        "sent": notice.created_at,
        "facts": notice.facts,
        "texts": said,
    }


def _info(root: ElementTree.Element, notice: Any, zone: str, language: str) -> None:
    info = ElementTree.SubElement(root, f"{{{NAMESPACE}}}info")
    said = wording.text(notice, language)
    lead: Mapping[str, Any] = next(iter(notice.facts.get("members") or []), {})
    over = clock.start_of(notice.expires_on, zone) + timedelta(days=1)
    parts = {
        "language": LANGUAGES[language],
        "category": "Security",
        "event": said.subject.split(",")[0],
        "urgency": "Past" if notice.kind is NoticeKind.CANCEL else URGENCY.get(notice.level, "Unknown"),
        "severity": SEVERITY.get(notice.level, "Minor"),
        "certainty": certainty(lead.get("probability")),
        "expires": instant(over),
        "senderName": "Tocsin",
        "headline": said.subject[:HEADLINE],
        "description": said.body,
    }
    for name, words in parts.items():
        _add(info, name, words)
    district = notice.facts.get("district") or {}
    area = ElementTree.SubElement(info, f"{{{NAMESPACE}}}area")
    name = district.get("name_ar" if language == "ar" else "name") or district.get("name") or "not known"
    _add(area, "areaDesc", str(name))


def _add(parent: ElementTree.Element, name: str, said: str, space: str = NAMESPACE) -> ElementTree.Element:
    one = ElementTree.SubElement(parent, f"{{{space}}}{name}")
    one.text = "".join(
        c for c in said if c in "\n\t" or c >= " "
    )  # XML 1.0 holds no other control characters
    return one


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
