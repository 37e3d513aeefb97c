"""What the models said and how it went: versions, scores, counts, verification, drift and what surrounds a score."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import Base, Key, key, ref


class ModelVersion(Base):
    """A fitted model with its card."""

    __tablename__ = "model_version"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    target: Mapped[vocab.Subject]
    horizon_days: Mapped[int]
    estimator: Mapped[str] = mapped_column(String(64))
    train_as_of: Mapped[date]
    created_at: Mapped[datetime]
    status: Mapped[vocab.ModelStatus]
    card: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(128))
    exercise: Mapped[bool]


class Artefact(Base):
    """The bytes of a fitted model; kept in the store so that a shared database needs no shared folder."""

    __tablename__ = "artefact"
    model_version_id: Mapped[str] = mapped_column(
        Key, ForeignKey("model_version.id", ondelete="CASCADE"), primary_key=True
    )
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Promotion(Base):
    """One act that put a model in force from a day on; rows are only ever added.

    In force on a day is, for its target and horizon, the newest by (`from_day`, `at`) that begins by then.
    """

    __tablename__ = "promotion"
    id: Mapped[str] = key()
    model_version_id: Mapped[str] = ref("model_version.id", index=True)
    region_id: Mapped[str] = ref("region.id")
    target: Mapped[vocab.Subject]
    horizon_days: Mapped[int]
    from_day: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    kind: Mapped[vocab.PromotionKind]
    override: Mapped[bool]
    reason: Mapped[str]
    exercise: Mapped[bool]
    __table_args__ = (
        Index("ix_promotion_slot", "region_id", "target", "horizon_days", "from_day", "at"),
        CheckConstraint("NOT override OR trim(reason) <> ''", name="override_has_reason"),
    )


class Score(Base):
    """A probability for an area: it is the forecast, written once, never updated.

    `begins` is where each level began on that day, on the scores that levels are read from; else NULL.
    """

    __tablename__ = "score"
    id: Mapped[str] = key()
    area_id: Mapped[str] = ref("area.id")
    as_of: Mapped[date]
    horizon_days: Mapped[int]
    target: Mapped[vocab.Target]
    model_version_id: Mapped[str] = ref("model_version.id", index=True)
    data_version: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    level: Mapped[int]
    begins: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True))
    confidence: Mapped[vocab.Confidence]
    confidence_reasons: Mapped[list[Any]]
    base: Mapped[float | None]
    drivers: Mapped[list[Any]]
    data_cutoff: Mapped[date]
    issued_at: Mapped[datetime]
    live: Mapped[bool]
    exercise: Mapped[bool]
    undercounted: Mapped[bool]
    __table_args__ = (
        UniqueConstraint(
            "area_id",
            "as_of",
            "horizon_days",
            "target",
            "model_version_id",
            "data_version",
            name="uq_score_key",
        ),
        Index("ix_score_day", "as_of", "target", "horizon_days"),
        # What a year of levels is counted from, without a look at the wide rows themselves.
        Index(
            "ix_score_said",
            *(
                "target",
                "horizon_days",
                "as_of",
                "area_id",
                "issued_at",
                "live",
                "level",
                "probability",
                "id",
            ),
        ),
        CheckConstraint("probability IS NULL OR probability BETWEEN 0 AND 1", name="probability"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_known"),
        CheckConstraint("level = 0 OR probability IS NOT NULL", name="assessed_has_probability"),
    )


class ScoreChange(Base):
    """Why a score differs from the one of the day before; the three parts add up to the whole difference.

    `new_data` also holds what the passing of a day does by itself, such as memories that fade.
    """

    __tablename__ = "score_change"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    earlier_id: Mapped[str] = ref("score.id")
    new_data: Mapped[float]
    revised_data: Mapped[float]
    model_change: Mapped[float]


class Analogue(Base):
    """An earlier day that looked like the one a score speaks of, and what followed; NULL: not known."""

    __tablename__ = "analogue"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    area_id: Mapped[str] = ref("area.id")
    day: Mapped[date]
    distance: Mapped[float]
    followed: Mapped[bool | None]
    incidents: Mapped[int | None]
    deaths: Mapped[int | None]
    __table_args__ = (CheckConstraint("distance >= 0", name="distance_not_negative"),)


class CountForecast(Base):
    """How likely an area sees at least so many deaths, rung by rung; written once, never updated."""

    __tablename__ = "count_forecast"
    id: Mapped[str] = key()
    area_id: Mapped[str] = ref("area.id")
    as_of: Mapped[date]
    horizon_days: Mapped[int]
    model_version_id: Mapped[str] = ref("model_version.id", index=True)
    data_version: Mapped[str] = mapped_column(String(64))
    exceedance: Mapped[list[Any]]
    median: Mapped[int | None]
    low: Mapped[int | None]
    high: Mapped[int | None]
    issued_at: Mapped[datetime]
    live: Mapped[bool]
    exercise: Mapped[bool]
    __table_args__ = (
        UniqueConstraint(
            *("area_id", "as_of", "horizon_days", "model_version_id", "data_version"),
            name="uq_count_forecast_key",
        ),
        Index("ix_count_forecast_day", "as_of", "horizon_days"),
        CheckConstraint("low IS NULL OR high IS NULL OR low <= high", name="range_in_order"),
    )


class Verification(Base):
    """What became of one forecast; written once, when its window is over, never opened again.

    `count` is what the target counts in the window, `bar` what it had to exceed. `obs` NULL: the window
    was not covered. `verdict` NULL: the question raises no alarms, so only the Brier score speaks.
    """

    __tablename__ = "verification"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    closed_on: Mapped[date]
    obs: Mapped[bool | None]
    count: Mapped[float | None]
    bar: Mapped[float | None]
    brier: Mapped[float | None]
    verdict: Mapped[vocab.Verdict | None]
    undercounted: Mapped[bool]
    data_version: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint(
            "(obs IS NULL) = (verdict IS NOT NULL AND verdict = 'unobserved')", name="unobserved_is_unknown"
        ),
        CheckConstraint("brier IS NULL OR brier BETWEEN 0 AND 1", name="brier"),
    )


class Drift(Base):
    """One thing measured of a model in force on a day, beside what its training leads to expect.

    `low` and `high` bound what was usual; `due` says that this alone calls for training again. Rows
    without a model are about the reports of the whole region.
    """

    __tablename__ = "drift"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    model_version_id: Mapped[str | None] = ref("model_version.id", null=True)
    as_of: Mapped[date]
    measure: Mapped[vocab.Measure]
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[float | None]
    expected: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    due: Mapped[bool]
    data_version: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    __table_args__ = (Index("ix_drift_day", "region_id", "as_of"),)
