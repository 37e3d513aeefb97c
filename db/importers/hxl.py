"""HXL, the Humanitarian Exchange Language: a row of tags such as `#date+start` says what the columns hold.

The tag row stands within the first 25 rows (https://hxlstandard.org). A tag is a hashtag and attributes in any
order; `TAGS` says which fields of a report they are, the first fitting pattern in the list counts.
"""

import re
from collections.abc import Sequence

LOOKED_AT_ROWS = 25
_TAG = re.compile(r"^\s*#[A-Za-z][\w]*(\s*\+\s*[A-Za-z][\w]*)*\s*$")

# Hashtag, attributes that must be there, field. More attributes stand before fewer.
TAGS: tuple[tuple[str, frozenset[str], str], ...] = tuple(
    (tag, frozenset(attributes.split()), field)
    for tag, attributes, field in (
        ("date", "reported", "published_at"),
        ("date", "published", "published_at"),
        ("date", "end", "date_end"),
        ("date", "precision", "date_prec"),
        ("date", "start", "date_start"),
        ("date", "occurred", "date_start"),
        ("date", "", "date_start"),
        ("adm1", "code", ""),
        ("adm1", "", "admin1"),
        ("adm2", "code", ""),
        ("adm2", "", "admin2"),
        ("adm3", "code", ""),
        ("loc", "id", "place_id"),
        ("loc", "precision", "geo_prec"),
        ("loc", "code", ""),
        ("loc", "", "place"),
        ("geo", "lat", "lat"),
        ("geo", "lon", "lon"),
        ("geo", "precision", "geo_prec"),
        ("geo", "coord", "geopoint"),
        ("affected", "killed civilians", "civilians_killed"),
        ("affected", "killed min", "killed_low"),
        ("affected", "killed low", "killed_low"),
        ("affected", "killed max", "killed_high"),
        ("affected", "killed high", "killed_high"),
        ("affected", "killed wording", "killed_wording"),
        ("affected", "killed f", ""),
        ("affected", "killed m", ""),
        ("affected", "killed children", ""),
        ("affected", "killed", "killed"),
        ("affected", "injured f", ""),
        ("affected", "injured m", ""),
        ("affected", "injured", "injured"),
        ("affected", "abducted", "abducted"),
        ("affected", "detained", "detained"),
        ("affected", "missing", "missing"),
        ("affected", "displaced", "displaced"),
        ("event", "id", "external_id"),
        ("event", "code", "external_id"),
        ("event", "type", "incident_type"),
        ("event", "name", "title"),
        ("event", "", "incident_type"),
        ("crisis", "type", "incident_type"),
        ("cause", "", "incident_type"),
        ("org", "perpetrator", "alleged_perpetrator"),
        ("group", "perpetrator", "alleged_perpetrator"),
        ("group", "a", "side_a"),
        ("group", "b", "side_b"),
        ("org", "source", "source_id"),
        ("meta", "source", "source_id"),
        ("meta", "url", "url"),
        ("meta", "id", "external_id"),
        ("description", "title", "title"),
        ("description", "", "text"),
        ("meta", "headline", "title"),
        ("meta", "text", "text"),
        ("meta", "lang", "lang"),
        ("item", "title", "title"),
    )
)


def is_tags(cells: Sequence[str]) -> bool:
    """Whether a row is a row of tags: at least two, and hardly anything else."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= 2 and sum(bool(_TAG.match(cell)) for cell in filled) > len(filled) / 2


def field_of(tag: str) -> str | None:
    """The field of a report that a tag names; None where it names none."""
    if not _TAG.match(tag):
        return None
    name, *attributes = (part.strip().casefold() for part in tag.strip().lstrip("#").split("+"))
    said = set(attributes)
    fitting = (field for known, wanted, field in TAGS if known == name and wanted <= said)
    return next(fitting, None) or None
