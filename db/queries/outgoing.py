"""What is made to leave the house: hand-picked dossiers, and requests for a second person's consent."""

from datetime import date

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Viewer
from db.queries.common import frame
from db.queries.regions import when
from db.schema import Consent, Dossier, DossierIncident


def dossiers(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The hand-picked sets that stood on a day, by name: dossier_id, name, reason, by, at, incident_ids.

    Incidents that the reader may not know of are not in the list.
    """
    seen = policy.admit_to_work(viewer, region_id)
    asked, d, one = when(session, viewer, region_id, as_of, recorded_as_of), Dossier, DossierIncident
    stands = or_(d.ended_at.is_(None), d.ended_at >= asked.acted)
    columns = (d.id.label("dossier_id"), d.name, d.reason, d.by, d.at)
    statement = select(*columns).where(d.region_id == region_id, d.at < asked.acted, stands)
    rows = frame(session, statement.order_by(d.name, d.at, d.id))
    inside = select(one.dossier_id, one.incident_id).where(one.dossier_id.in_(list(rows["dossier_id"])))
    picked: dict[str, list[str]] = {str(name): [] for name in rows["dossier_id"]}
    told = inside.where(~reach.secret(one.incident_id, seen))
    for dossier_id, incident_id in session.execute(told.order_by(one.dossier_id, one.position)):
        picked[dossier_id].append(incident_id)
    rows["incident_ids"] = pd.Series(list(picked.values()), index=rows.index, dtype=object)
    return rows


def consents(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """Requests for a second person's consent as they stood on a day, the newest first.

    Columns: consent_id, subject, subject_sha256, told, reason, asked_by, asked_at, given (None: open), given_by,
    given_at, answer.
    """
    policy.admit_to_work(viewer, region_id)
    asked, c = when(session, viewer, region_id, as_of, recorded_as_of), Consent
    columns = (
        c.id.label("consent_id"),
        c.subject,
        c.subject_sha256,
        c.told,
        c.reason,
        c.asked_by,
        c.asked_at,
    )
    answered = (c.given, c.given_by, c.given_at, c.answer)
    statement = select(*columns, *answered).where(c.region_id == region_id, c.asked_at < asked.acted)
    rows = frame(session, statement.order_by(c.asked_at.desc(), c.id))
    later = [given is not None and given >= asked.acted for given in rows["given_at"]]
    for name in ("given", "given_by", "given_at", "answer"):
        rows.loc[later, name] = None
    return rows
