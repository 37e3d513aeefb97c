"""Reads: data frames and frozen dataclasses, never ORM objects; all take a Viewer and an as_of."""

from db.queries.alerts import alert_states, alerts, transitions
from db.queries.areas import areas, communities, outlines
from db.queries.choices import own_settings, region_settings
from db.queries.desk import came_in, overdue
from db.queries.dossier import IncidentDetail, incident
from db.queries.duplicates import duplicates, judgements, similar
from db.queries.feeds import feed_runs, feed_settings, feeds
from db.queries.history import history
from db.queries.incidents import changes, daily_counts, incident_count, incidents
from db.queries.intake import batches, coverage, freshness, issues, runs
from db.queries.ledger import (
    count_forecasts,
    covariates,
    drift,
    escalations,
    open_count,
    open_scores,
    verifications,
)
from db.queries.likeness import analogues
from db.queries.looks import look_counts, needs_look
from db.queries.models import current_models, model_card, model_record, model_region, models, promotions
from db.queries.names import candidates, unknown_units
from db.queries.notices import deliveries, notices, recipients, silences
from db.queries.outgoing import consents, dossiers
from db.queries.outlook import hit_rates, newest_known, score_levels, score_past
from db.queries.panel import (
    data_version,
    data_versions,
    panel_events,
    panel_members,
    panel_parents,
)
from db.queries.plans import action_plan
from db.queries.readership import readership
from db.queries.regions import RegionInfo, region, regions
from db.queries.remembered import access_log
from db.queries.review import draft_count, drafts, near_in_time, source_names
from db.queries.scoreboard import scoreboard
from db.queries.scores import score_history, scored_days, scores
from db.queries.shifts import assignments, handovers, shift_notes
from db.queries.ties import ties
from db.queries.voices import heard, voices, zero_reports

__all__ = [
    "IncidentDetail",
    "RegionInfo",
    "access_log",
    "action_plan",
    "alert_states",
    "alerts",
    "analogues",
    "areas",
    "assignments",
    "batches",
    "came_in",
    "candidates",
    "changes",
    "communities",
    "consents",
    "count_forecasts",
    "covariates",
    "coverage",
    "current_models",
    "daily_counts",
    "data_version",
    "data_versions",
    "deliveries",
    "draft_count",
    "dossiers",
    "drafts",
    "drift",
    "escalations",
    "duplicates",
    "feed_runs",
    "feed_settings",
    "feeds",
    "freshness",
    "handovers",
    "heard",
    "hit_rates",
    "history",
    "incident",
    "incident_count",
    "incidents",
    "issues",
    "judgements",
    "model_card",
    "model_record",
    "model_region",
    "models",
    "near_in_time",
    "look_counts",
    "needs_look",
    "newest_known",
    "notices",
    "open_count",
    "open_scores",
    "outlines",
    "own_settings",
    "overdue",
    "panel_events",
    "panel_members",
    "panel_parents",
    "promotions",
    "readership",
    "recipients",
    "region",
    "region_settings",
    "regions",
    "runs",
    "score_history",
    "score_levels",
    "score_past",
    "scoreboard",
    "scored_days",
    "scores",
    "shift_notes",
    "silences",
    "similar",
    "source_names",
    "ties",
    "transitions",
    "unknown_units",
    "verifications",
    "voices",
    "zero_reports",
]
