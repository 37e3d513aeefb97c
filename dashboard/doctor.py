"""Looks a store over: what it is, what it holds, how fresh it is, and what ran last."""

import platform
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from db import clock, custody, engine, migrating, queries, revisions
from db.policy import LOCAL

PARTS = ("tocsin", "streamlit", "scikit-learn", "pandas", "numpy", "sqlalchemy")
RUNS_SHOWN, NAMES_SHOWN = 5, 5


def examine(url: str) -> dict[str, Any]:
    """What is there to know of a store, as data; refuses a store that the program cannot work with."""
    migrating.check(url)
    with engine.reading(url) as session:
        return {
            "store": make_url(url).render_as_string(hide_password=True),
            "revision": migrating.head(),
            "versions": {"python": platform.python_version(), **{name: _version(name) for name in PARTS}},
            "rows": migrating.counts(session.connection()),
            "regions": [_region(session, region) for region in queries.regions(session, LOCAL)],
            "runs": queries.runs(session, LOCAL, limit=RUNS_SHOWN).to_dict("records"),
            "history": _history(session),
            "evidence": {"broken": custody.broken(session)},
        }


def _history(session: Session) -> dict[str, Any]:
    """How long the chain of revisions is, its last digest, and where it is broken."""
    last, seal = revisions.head(session)
    return {"revisions": last, "sha256": seal if last else None, "broken_at": revisions.check(session)}


def _region(session: Session, region: queries.RegionInfo) -> dict[str, Any]:
    today = clock.today(region.time_zone)
    where: dict[str, Any] = {"region_id": region.id, "as_of": today}
    days = queries.scored_days(session, LOCAL, **where)
    models = queries.current_models(session, LOCAL, **where)
    columns = ["model_version_id", "target", "horizon_days", "estimator", "train_as_of"]
    return {
        "id": region.id,
        "title": region.title,
        "exercise": region.exercise,
        "today": today,
        "communities": len(queries.communities(session, LOCAL, **where)),
        "newest_scores": days[0] if days else None,
        "scored_days": len(days),
        "unknown_names": queries.unknown_units(session, LOCAL, **where).to_dict("records"),
        "coverage": queries.coverage(session, LOCAL, **where).to_dict("records"),
        "waiting": _waiting(session, where),
        "models": models[columns].to_dict("records"),
    }


def _waiting(session: Session, where: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources of which reports stand otherwise than the source says that they come in."""
    rows = queries.readership(session, LOCAL, **where)
    told = rows.loc[rows["waiting"] > 0, ["source_id", "reports_as", "waiting"]]
    return [{**one, "waiting": int(one["waiting"])} for one in told.to_dict("records")]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def lines(found: dict[str, Any]) -> list[str]:
    """The same for reading."""
    rows = found["rows"]
    told = [
        f"store      {found['store']} (revision {found['revision']})",
        "holds      "
        + ", ".join(f"{rows[name]} {name}s" for name in ("report", "incident", "score", "alert")),
        "versions   " + ", ".join(f"{name} {number}" for name, number in found["versions"].items()),
        f"history    {_history_line(found['history'])}",
        *(
            f"evidence   {piece}: BROKEN at entry {entry} of its custody; compare with a backup"
            for piece, entry in found["evidence"]["broken"].items()
        ),
    ]
    for region in found["regions"]:
        told += _region_lines(region)
    if not found["regions"]:
        told.append("region     none is loaded yet; load one with: tocsin region load syria")
    return told + [_run_line(run) for run in found["runs"]]


def _history_line(history: dict[str, Any]) -> str:
    if history["broken_at"] is not None:
        return (
            f"BROKEN at revision {history['broken_at']}: it is missing or was changed; compare with a backup"
        )
    if not history["revisions"]:
        return "no revision yet"
    return f"{history['revisions']} revisions, whole; the last is {history['sha256']}"


def _region_lines(region: dict[str, Any]) -> list[str]:
    mark = " EXERCISE" if region["exercise"] else ""
    newest = region["newest_scores"] or "none yet; make them with: tocsin daily"
    told = [
        f"region     {region['id']} ({region['title']}){mark}: {region['communities']} communities",
        f"  scores   newest {newest}; {region['scored_days']} days in all",
        f"  models   {_models(region['models'])}",
    ]
    if region["unknown_names"]:
        named = ", ".join(row["name"] for row in region["unknown_names"][:NAMES_SHOWN])
        told.append(f"  names    {len(region['unknown_names'])} areas are not in the pack: {named}")
    told += [f"  source   {row['name']}: {_span(row)}" for row in region["coverage"]]
    return told + [f"  readers  {_unopened(row)}" for row in region["waiting"]]


def _unopened(row: dict[str, Any]) -> str:
    """What waits for a person: nothing is opened or closed by itself."""
    to = row["reports_as"]
    return (
        f"{row['waiting']} reports of {row['source_id']} are not {to}, though the source's are; a person changes that "
        f"with: tocsin source open {row['source_id']} --as {to} --reason TEXT"
    )


def _models(models: list[dict[str, Any]]) -> str:
    if not models:
        return "none yet; make them with: tocsin train"
    newest = max(row["train_as_of"] for row in models)
    return f"{len(models)} in force, the newest trained as of {newest}"


def _span(row: dict[str, Any]) -> str:
    if row["covered_from"] is None or row["covered_until"] is None:
        return "covers no day yet"
    return f"covers {row['covered_from']} to {row['covered_until']}"


def _run_line(run: dict[str, Any]) -> str:
    started: datetime | date = run["started_at"]
    said = f": {run['message']}" if run["message"] else ""
    return f"run        {run['command']} {started:%Y-%m-%d %H:%M} UTC {run['status']}{said}"
