"""What a name may mean, and the names in the reports that no place of the gazetteer answers to."""

from collections import Counter
from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import clock, policy, reach
from db.candidates import Candidate
from db.errors import BadInput
from db.places import INHABITED, Gazetteer
from db.policy import Viewer
from db.queries.regions import region
from db.schema import Incident, Report, ReportIncident
from db.vocab import PlaceLevel


def candidates(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    text: str,
    within: str | None = None,
    limit: int = 5,
) -> list[Candidate]:
    """The places that a name may mean, the likeliest first; nobody and nothing picks one.

    `within` is the id or name of a governorate or district. Settlements are offered only to those who may
    see them. The gazetteer has no past, so `as_of` changes nothing.
    """
    seen = policy.admit(viewer, region_id)
    gazetteer = Gazetteer.of(session, region(session, viewer, region_id).id)
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


def unknown_units(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The names of administrative units that the pack does not know: level, name, within, reports.

    One row a name, the most frequent first. A name that several places share is unknown too, for none
    of them is picked. The cure is an alias in the pack's places.csv.
    """
    seen = policy.admit_to_work(viewer, region_id)
    r = ReportIncident
    rows = session.execute(
        select(r.admin1_text, r.admin2_text, func.count())
        .join(Incident, Incident.id == r.incident_id)
        .join(Report, Report.id == r.report_id)
        .where(
            Incident.region_id == region_id,
            reach.reports(seen),
            Report.available_at < clock.end_of(as_of, region(session, viewer, region_id).time_zone),
        )
        .group_by(r.admin1_text, r.admin2_text)
    )
    found = _unknown(Gazetteer.of(session, region_id), [(a, b, n) for a, b, n in rows])
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
