"""What a name may mean, and the names in the reports that no place of the gazetteer answers to."""

from collections import Counter
from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.candidates import Candidate
from db.errors import BadInput
from db.places import INHABITED, Gazetteer
from db.policy import Viewer
from db.queries.regions import when
from db.schema import Incident, Report, ReportIncident
from db.vocab import PlaceLevel


def candidates(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    text: str,
    recorded_as_of: date | None = None,
    within: str | None = None,
    limit: int = 5,
) -> list[Candidate]:
    """The places that a name may mean, the likeliest first; nobody and nothing picks one.

    `within` is the id or name of a governorate or district. Settlements are offered only to those who may
    see them. The world has no part in the gazetteer, so `as_of` changes nothing.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    gazetteer = Gazetteer.of(session, region_id, asked.at)
    if not seen.settlements:
        gazetteer = gazetteer.without(INHABITED)
    return gazetteer.candidates(text, within=_unit(gazetteer, within), limit=limit)


def _unit(gazetteer: Gazetteer, named: str | None) -> str | None:
    if not named or named in gazetteer.places:
        return named or None
    for level in (PlaceLevel.GOVERNORATE, PlaceLevel.DISTRICT, PlaceLevel.SUBDISTRICT):
        found = gazetteer.named(named, level)
        if found:
            return found
    raise BadInput(f"no single governorate or district goes by {named!r}; give its id or another spelling")


def unknown_units(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The names of administrative units that the pack does not know: level, name, within, reports.

    One row a name, the most frequent first. A name that several places share is unknown too, for none
    of them is picked. The cure is an alias in the pack's places.csv.
    """
    seen = policy.admit_to_work(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    a, r = asked.at.of(ReportIncident), asked.at.of(Report)
    rows = session.execute(
        select(a.admin1_text, a.admin2_text, func.count())
        .join(Incident, Incident.id == a.incident_id)
        .join(r, r.id == a.report_id)
        .where(
            Incident.region_id == region_id,
            reach.reports(seen, r),
            r.available_at < asked.moment,
            *asked.held(r.recorded_at),
        )
        .group_by(a.admin1_text, a.admin2_text)
    )
    found = _unknown(Gazetteer.of(session, region_id, asked.at), [(a, b, n) for a, b, n in rows])
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    table = [(*name, number) for name, number in ranked]
    return pd.DataFrame(table, columns=["level", "name", "within", "reports"])


def _unknown(
    gazetteer: Gazetteer, named: list[tuple[str | None, str | None, int]]
) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for admin1, admin2, reports in named:
        governorate = gazetteer.named(admin1, PlaceLevel.GOVERNORATE)
        if admin1 and governorate is None:
            found[PlaceLevel.GOVERNORATE.value, admin1, ""] += reports
        if admin2 and gazetteer.named(admin2, PlaceLevel.DISTRICT, within=governorate) is None:
            found[PlaceLevel.DISTRICT.value, admin2, admin1 or ""] += reports
    return found
