"""The columns of a flat export: one row is one incident, as known on a day, with what is not known left empty.

Three things let a row be read back. `record` holds what each report said, from which everything else
follows. `seal` is the digest of the cells a person sees, so that a changed row is noticed. `generalised`
and `precision` say how much finer the store was that wrote it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from db import audience, personal_data
from db.exports.cells import bare
from db.exports.gather import Entry, Gathering
from db.ids import content_sha256
from db.vocab import Audience

LONGEST = 10_000
LIMITS = "reports, not facts; empty is unknown, never 0; nobody may be identified with it"
KIND, FORMAT = "tocsin incidents", 1
RECORD, SEAL = "record", "seal"
COUNTED = ("injured", "abducted", "displaced")
PERSONS = ("deaths_low", "deaths", "deaths_high", "civilians")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its HXL hashtag and where its value comes from."""

    hxl: str
    of: Callable[[Entry, Gathering], Any]


def _fact(name: str) -> Callable[[Entry, Gathering], Any]:
    return lambda entry, _: entry.facts.get(name)


def _figure(harm: str, part: str) -> Callable[[Entry, Gathering], Any]:
    return lambda entry, _: _total(entry, harm).get(part)


def _total(entry: Entry, harm: str) -> Mapping[str, Any]:
    """The figures of one harm to everybody; empty where no report counts it."""
    found = (f for f in entry.facts.get("figures") or [] if (f["harm"], f["status"]) == (harm, "all"))
    return next(found, {})


def _sources(entry: Entry, _: Gathering) -> str | None:
    """Who reports, each with its grade: reliability A-F and credibility 1-6 ("?" where nobody graded)."""
    told = []
    for one in entry.accounts:
        reliability, credibility = bare(one["reliability"]) or "?", bare(one["credibility"]) or "?"
        told.append(f"{bare(one['voice']) or 'protected source'} ({reliability}{credibility})")
    return "; ".join(dict.fromkeys(told)) or None


def _wording(entry: Entry, _: Gathering) -> str | None:
    """In which words reports count, where they do not give a number or not only."""
    said = [c["wording"] for one in entry.accounts for c in one["claims"] if c["wording"]]
    return " | ".join(dict.fromkeys(said)) or None


def _attributions(entry: Entry, _: Gathering) -> str | None:
    """Who is named as what, and by whom; an allegation, never a finding."""
    said = []
    for one in entry.accounts:
        for actor in one["actors"]:
            by = actor["said_by"] or bare(one["voice"]) or "protected source"
            said.append(f"{actor['role']}: {actor['name']} (says {by})")
    return "; ".join(dict.fromkeys(said)) or None


def _figures(entry: Entry, _: Gathering) -> str | None:
    """All figures in one cell: harm/status low..best..high (+ how many reports do not know)."""
    return "; ".join(map(_range, entry.facts.get("figures") or [])) or None


def _range(one: Mapping[str, Any]) -> str:
    numbers = "..".join("?" if one.get(p) is None else str(one[p]) for p in ("low", "best", "high"))
    unknown = f" (+{one['unknown']} unknown)" if one.get("unknown") else ""
    return f"{one['harm']}/{one['status']} {numbers}{unknown}"


def _communities(entry: Entry, gathering: Gathering) -> str | None:
    """The communities it is tied to (or only their groups), each with the basis, who decided, and how sure."""
    if gathering.wanted.audience is Audience.PUBLIC:
        return None
    told = []
    for one in entry.links:
        whom = one["community_id"] if gathering.named else one["group"]
        doubt = "" if one["counted"] else ", may concern it"
        told.append(f"{whom}: {one['basis']} ({one['method']}, {one['confidence']}{doubt})")
    return "; ".join(dict.fromkeys(told)) or None


def _licences(entry: Entry, _: Gathering) -> str | None:
    return "; ".join(dict.fromkeys(one["licence"] for one in entry.accounts if bare(one["licence"]))) or None


def _flags(entry: Entry, _: Gathering) -> str | None:
    return "; ".join(entry.facts["flags"] or []) or None


COLUMNS: dict[str, Column] = {
    "incident_id": Column("#event+id", _fact("incident_id")),
    "region": Column("#region", lambda _, g: g.region.id),
    "as_of": Column("#date+asof", lambda _, g: g.wanted.as_of),
    "exercise": Column("#meta+exercise", lambda _, g: "EXERCISE" if g.region.exercise else None),
    "generalised": Column("#meta+generalised", lambda _, g: str(g.generalised).lower()),
    "precision": Column("#meta+precision", lambda _, g: g.precision),
    "incident_type": Column("#event+type", _fact("incident_type")),
    "summary": Column("#description", _fact("summary")),
    "date_start": Column("#date+start", _fact("date_start")),
    "date_end": Column("#date+end", _fact("date_end")),
    "date_prec": Column("#meta+date+prec", _fact("date_prec")),
    "place": Column("#loc+name", _fact("place_text")),
    "place_id": Column("#loc+code", _fact("place_id")),
    "district": Column("#adm2+name", _fact("district")),
    "district_ar": Column("#adm2+name+i_ar", _fact("district_ar")),
    "district_id": Column("#adm2+code", _fact("district_id")),
    "governorate": Column("#adm1+name", _fact("governorate")),
    "governorate_ar": Column("#adm1+name+i_ar", _fact("governorate_ar")),
    "governorate_id": Column("#adm1+code", _fact("governorate_id")),
    "lat": Column("#geo+lat", _fact("lat")),
    "lon": Column("#geo+lon", _fact("lon")),
    "geo_prec": Column("#meta+geo+prec", _fact("geo_prec")),
    "geo_method": Column("#meta+geo+method", _fact("geo_method")),
    "killed_low": Column("#affected+killed+min", _fact("deaths_low")),
    "killed": Column("#affected+killed", _fact("deaths")),
    "killed_high": Column("#affected+killed+max", _fact("deaths_high")),
    "killed_unknown": Column("#meta+killed+unknown", _fact("deaths_unknown")),
    "civilians_killed": Column("#affected+killed+civilians", _fact("civilians")),
    **{harm: Column(f"#affected+{harm}", _figure(harm, "best")) for harm in COUNTED},
    "figures": Column("#meta+figures", _figures),
    "figure_rule": Column("#meta+figures+rule", _fact("figure_rule")),
    "wording": Column("#meta+figures+wording", _wording),
    "grade": Column("#meta+grade", _fact("grade")),
    "verification": Column("#status+verification", _fact("verification")),
    "verification_reason": Column("#status+verification+reason", _fact("verification_reason")),
    "reports": Column("#meta+reports+num", _fact("reports")),
    "independent_sources": Column("#meta+source+num", _fact("independent_sources")),
    "sources": Column("#meta+source", _sources),
    "attributions": Column("#meta+attributions", _attributions),
    "communities": Column("#group+community", _communities),
    "flags": Column("#meta+flags", _flags),
    "sensitivity": Column("#meta+sensitivity", _fact("sensitivity")),
    "known_from": Column("#date+known", _fact("known_from")),
    "licence": Column("#meta+licence", _licences),
    "limits": Column("#meta+limits", lambda _, g: _limits(g)),
}


# Cells that people wrote, and what stands in them for the public where they seem to name a person.
WORDED = ("summary", "wording", "verification_reason", "sources", "attributions")
WITHHELD = "[withheld: personal data]"


def _limits(gathering: Gathering) -> str:
    """What a reader must not take the row for, and what was kept from them."""
    kept = "; ".join(gathering.withheld)
    return (
        f"{LIMITS}. For {gathering.wanted.audience} readers; withheld or coarser: {kept}" if kept else LIMITS
    )


def _few(entry: Entry, gathering: Gathering) -> Entry:
    """The incident without small counts of persons, where they are told of a community in a village."""
    facts = entry.facts
    if not (gathering.outside and entry.links and bare(facts.get("place_text") or facts.get("place_id"))):
        return entry
    below = audience.below(gathering.region.settings)
    told = {name: audience.few(bare(facts.get(name)), below) for name in PERSONS}
    figures = [
        {**one, **{part: audience.few(one.get(part), below) for part in ("low", "best", "high")}}
        for one in facts.get("figures") or []
    ]
    return replace(entry, facts={**facts, **told, "figures": figures})


def visible(entry: Entry, gathering: Gathering) -> dict[str, Any]:
    """The cells of an incident that a person reads; unknown is None. Long texts are cut, and show it."""
    entry = _few(entry, gathering)
    cells = {name: _short(bare(column.of(entry, gathering))) for name, column in COLUMNS.items()}
    if gathering.wanted.audience is Audience.PUBLIC:
        cells |= {name: WITHHELD for name in WORDED if personal_data.blocks(cells[name])}
    return cells


def rows(gathering: Gathering, *, texts: bool = False) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The incidents of an export: what a person reads of each, seal included, and its record."""
    for entry in gathering.entries():
        cells = visible(entry, gathering)
        yield cells | {SEAL: seal(cells)}, record(entry, gathering, texts=texts)


def about(gathering: Gathering) -> dict[str, Any]:
    """What a file as a whole has to say: of what, as of when, how finely, and its limits."""
    told = {"kind": KIND, "format": FORMAT, "region": gathering.region.id, "as_of": gathering.wanted.as_of}
    marks = {"exercise": gathering.region.exercise, "generalised": gathering.generalised}
    kept = (
        {"audience": gathering.wanted.audience, "withheld": gathering.withheld} if gathering.outside else {}
    )
    return {**told, **marks, "precision": gathering.precision, "limits": LIMITS, **kept}


def _short(value: Any) -> Any:
    return f"{value[: LONGEST - 1]}…" if isinstance(value, str) and len(value) > LONGEST else value


def seal(cells: Mapping[str, Any]) -> str:
    """The digest of what a person sees of a row, whatever kind of file holds it."""
    return content_sha256({name: as_text(cells.get(name)) for name in COLUMNS})


def as_text(value: Any) -> str:
    """A cell as text, the same from every kind of file."""
    if value is None or isinstance(value, str):
        return value or ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def record(entry: Entry, gathering: Gathering, *, texts: bool) -> dict[str, Any]:
    """What is needed to take an incident in elsewhere: its reports, its people's decisions and ties.

    Without `texts` the reports' full texts and raw rows stay behind. What leaves the house is for reading only.
    """
    if gathering.outside:
        return {}
    dropped = {"lead_id", "protected", "licence", "voice"} | (set() if texts else {"text", "raw"})
    broad = gathering.generalised
    accounts = [_lean({k: v for k, v in one.items() if k not in dropped}) for one in entry.accounts]
    decided = [one for one in entry.links if one["version_id"] is None and gathering.named]
    links = [_lean(_broad(one, broad)) for one in decided]
    return {
        "incident_id": entry.facts["incident_id"],
        "whole": texts and not broad,
        "accounts": accounts,
        "links": links,
        "decisions": [_lean(_broad(one, broad)) for one in entry.decisions],
    }


def _broad(row: Mapping[str, Any], broad: bool) -> dict[str, Any]:
    """A person's act without their name and words, where the file may travel."""
    withheld = {"reason": "withheld"} | {k: "withheld" for k in ("by", "decided_by") if k in row}
    return {**row, **withheld} if broad else dict(row)


def _lean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in bare(row).items() if v is not None and v != []}


def packed(told: Mapping[str, Any]) -> str:
    """A record as one line of text."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
