"""The machine-readable twin of a briefing: every figure with its note, every incident down to its reports, as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.briefing import annex, listing, sums
from dashboard.briefing.gather import Found
from dashboard.briefing.making import Making
from dashboard.briefing.model import Document, figures
from db.errors import BadInput
from db.exports.cells import bare
from db.exports.gather import Entry
from db.ids import content_sha256

KIND, FORMAT = "tocsin briefing", 1
FACTS = (
    "incident_type",
    "date_start",
    "date_end",
    "date_prec",
    "geo_prec",
    "verification",
    "grade",
    "reports",
)
PLACES = ("district_id", "governorate_id")
REPORT = (
    "report_id",
    "source",
    "published_at",
    "available_at",
    "available_basis",
    "url",
    "content_sha256",
    "licence",
    "stance",
)


def tell(found: Found, documents: Sequence[Document]) -> dict[str, Any]:
    """The twin; the same for the same state of the record, whatever the day on which it is made."""
    first, asked = documents[0], found.asked
    about = {
        "region": asked.region_id,
        "subject": {
            "kind": found.subject.kind,
            "id": None if found.outside and not found.named else found.subject.id,
        },
        "titles": {one.language: one.title for one in documents},
        "since": asked.since.isoformat(),
        "as_of": asked.as_of.isoformat(),
        "audience": asked.audience.value,
        "precision": found.precision.value,
        "hand_picked": asked.ids is not None,
        "data_version": found.data_version,
        "exercise": found.region.exercise,
        "uncovered": [[a.isoformat(), b.isoformat()] for a, b in found.gaps],
    }
    making = Making(found)
    told = {
        "kind": KIND,
        "format": FORMAT,
        "about": about,
        "figures": [
            {"name": one.name, "value": bare(one.value), "note": one.note}
            for one in figures(first)
            if one.name
        ],
        "notes": [
            {"key": n.key, "mark": n.mark, "query": bare(n.query), "incident_ids": list(n.incident_ids)}
            for n in first.notes
        ],
        "incidents": [_incident(making, one) for one in found.entries],
    }
    return {**told, "sha256": content_sha256(told)}


def _incident(making: Making, entry: Entry) -> dict[str, Any]:
    facts, found = entry.facts, making.found
    toll = sums.one(facts, found.below)
    told = {name: bare(facts.get(name)) for name in (*FACTS, *PLACES)}
    return {
        "incident_id": facts["incident_id"],
        "mark": making.marks[str(facts["incident_id"])],
        **told,
        "killed": {"low": toll.low, "best": toll.best, "high": toll.high},
        "said": [_attributed(making, bare(one)) for one in listing.attributed(entry)],
        "based_on": [_report(making, one) for one in entry.accounts],
    }


def _report(making: Making, account: Mapping[str, Any]) -> dict[str, Any]:
    found = making.found
    told = {name: bare(account.get(name)) for name in REPORT}
    if found.outside:
        told["report_id"] = None
    claims = [
        {**bare(one), **_few(one, found.below), "wording": _wording(making, one)}
        for one in annex.told_claims(account["claims"], found.below)
    ]
    return {**told, "claims": claims}


def _wording(making: Making, claim: Mapping[str, Any]) -> str | None:
    """The words of a claim, unless they seem to name a person."""
    words = bare(claim.get("wording"))
    return None if words is None or making.fenced(words) else str(words)


def _attributed(making: Making, said: Mapping[str, Any]) -> dict[str, Any]:
    """Who is said to have done it; whoever is quoted stays unnamed where that is a person."""
    return {**said, "by": None if said["by"] and making.fenced(said["by"]) else said["by"]}


def _few(claim: Mapping[str, Any], below: int) -> dict[str, Any]:
    """The numbers of a claim; a small one that may not be told as it is shown."""
    told = {part: bare(claim[part]) for part in ("low", "best", "high")}
    return {
        part: annex.shown(value, below) if sums.hidden(value, below) else value
        for part, value in told.items()
    }


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """The twin as a file, a line for each figure, note and incident."""
    parts = [f"{_json(name)}: {_laid(told[name])}" for name in sorted(told)]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _laid(value: Any) -> str:
    return "[\n" + ",\n".join(map(_json, value)) + "\n]" if isinstance(value, list) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def read(path: Path) -> dict[str, Any]:
    """The twin of an older briefing, or a refusal that says what is wrong with the file."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError:
        raise BadInput(f"{path} cannot be read") from None


def parse(body: bytes, path: str) -> dict[str, Any]:
    """The same from the bytes of a file."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput(f"{path} is no JSON; give the .json file that lies beside an older briefing") from None
    if not isinstance(told, dict) or told.get("kind") != KIND or told.get("format") != FORMAT:
        raise BadInput(
            f"{path} is no briefing of this program; give the .json file that lies beside an older one"
        )
    if told.get("sha256") != content_sha256(
        {name: value for name, value in told.items() if name != "sha256"}
    ):
        raise BadInput(f"{path} was changed after it was written; make the older briefing anew")
    return told
