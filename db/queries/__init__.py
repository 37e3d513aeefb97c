"""Reads: data frames and frozen dataclasses, never ORM objects; all take a Viewer and an as_of."""

from db.queries.alerts import alert_states, alerts, transitions
from db.queries.incidents import IncidentDetail, changes, daily_counts, incident, incident_count, incidents
from db.queries.intake import batches, coverage, freshness, issues, runs
from db.queries.panel import (
    data_version,
    data_versions,
    panel_events,
    panel_members,
    panel_parents,
)
from db.queries.regions import RegionInfo, areas, communities, outlines, region, regions
from db.queries.scores import (
    current_models,
    model_card,
    model_record,
    models,
    score_history,
    scored_days,
    scores,
)

__all__ = [
    "IncidentDetail",
    "RegionInfo",
    "alert_states",
    "alerts",
    "areas",
    "batches",
    "changes",
    "communities",
    "coverage",
    "current_models",
    "daily_counts",
    "data_version",
    "data_versions",
    "freshness",
    "incident",
    "incident_count",
    "incidents",
    "issues",
    "model_card",
    "model_record",
    "models",
    "outlines",
    "panel_events",
    "panel_members",
    "panel_parents",
    "region",
    "regions",
    "runs",
    "score_history",
    "scored_days",
    "scores",
    "transitions",
]
