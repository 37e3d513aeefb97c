"""Promotions, closed forecasts, count forecasts, covariates."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TARGETS = ("escalation", "fatal", "civilian", "severe5", "mass25")
VERDICTS = ("hit", "miss", "false_alarm", "quiet", "unobserved", "not_assessed")


def upgrade() -> None:
    """Make the tables; every model that was promoted gets the act that promoted it."""
    _promotions()
    _verifications()
    _count_forecasts()
    _covariates()
    _promote_the_promoted()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _promotions() -> None:
    op.create_table(
        "promotion",
        _key("id"),
        _key("model_version_id"),
        _key("region_id"),
        sa.Column("target", _words("target", *TARGETS), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        _instant("at"),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("kind", _words("promotionkind", "auto", "fallback", "manual"), nullable=False),
        sa.Column("override", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT override OR trim(reason) <> ''", name=op.f("ck_promotion_override_has_reason")
        ),
        _to("promotion", "model_version_id", "model_version"),
        _to("promotion", "region_id", "region"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_index(op.f("ix_promotion_model_version_id"), "promotion", ["model_version_id"])
    op.create_index(
        "ix_promotion_slot", "promotion", ["region_id", "target", "horizon_days", "from_day", "at"]
    )


def _verifications() -> None:
    op.create_table(
        "verification",
        _key("score_id"),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("obs", sa.Boolean(), nullable=True),
        sa.Column("count", sa.Double(), nullable=True),
        sa.Column("bar", sa.Double(), nullable=True),
        sa.Column("brier", sa.Double(), nullable=True),
        sa.Column("verdict", _words("verdict", *VERDICTS), nullable=True),
        sa.Column("undercounted", sa.Boolean(), nullable=False),
        _key("data_version"),
        _instant("recorded_at"),
        sa.CheckConstraint(
            "(obs IS NULL) = (verdict IS NOT NULL AND verdict = 'unobserved')",
            name=op.f("ck_verification_unobserved_is_unknown"),
        ),
        sa.CheckConstraint("brier IS NULL OR brier BETWEEN 0 AND 1", name=op.f("ck_verification_brier")),
        _to("verification", "score_id", "score"),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_verification")),
    )


def _count_forecasts() -> None:
    op.create_table(
        "count_forecast",
        _key("id"),
        _key("area_id"),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        _key("model_version_id"),
        _key("data_version"),
        sa.Column("exceedance", sa.JSON(), nullable=False),
        sa.Column("median", sa.Integer(), nullable=True),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        _instant("issued_at"),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "low IS NULL OR high IS NULL OR low <= high", name=op.f("ck_count_forecast_range_in_order")
        ),
        _to("count_forecast", "area_id", "area"),
        _to("count_forecast", "model_version_id", "model_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_forecast")),
        sa.UniqueConstraint(
            *("area_id", "as_of", "horizon_days", "model_version_id", "data_version"),
            name="uq_count_forecast_key",
        ),
    )
    op.create_index("ix_count_forecast_day", "count_forecast", ["as_of", "horizon_days"])
    op.create_index(op.f("ix_count_forecast_model_version_id"), "count_forecast", ["model_version_id"])


def _covariates() -> None:
    op.create_table(
        "covariate",
        _key("id"),
        _key("region_id"),
        _key("name"),
        _key("area_id"),
        sa.Column("day", sa.Date(), nullable=False),
        _instant("available_at"),
        sa.Column("value", sa.Double(), nullable=True),
        _instant("recorded_at"),
        sa.Column("source", sa.Text(), nullable=False),
        _to("covariate", "region_id", "region"),
        _to("covariate", "area_id", "area"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covariate")),
        sa.UniqueConstraint("region_id", "name", "area_id", "day", "available_at", name="uq_covariate_key"),
    )
    op.create_index(op.f("ix_covariate_area_id"), "covariate", ["area_id"])


def _promote_the_promoted() -> None:
    """One act a promoted model: in force from its training day, since it was made, by the training."""
    # No value passes through Python but the ids, so dates and instants stay as each database keeps them.
    promoted = op.get_bind().execute(sa.text("SELECT id FROM model_version WHERE status = 'promoted'"))
    for model_version_id in promoted.scalars().all():
        op.get_bind().execute(
            sa.text(
                "INSERT INTO promotion (id, model_version_id, region_id, target, horizon_days, from_day, at, "
                '"by", kind, override, reason, exercise) SELECT :id, id, region_id, target, horizon_days, '
                "train_as_of, created_at, 'train', 'auto', false, '', exercise FROM model_version "
                "WHERE id = :model"
            ),
            {"id": _act(model_version_id), "model": model_version_id},
        )


def _act(model_version_id: str) -> str:
    """The id of the act, as `db.ids.content_id` made it when this step was written."""
    text = "\x1f".join(["promotion", "0001", model_version_id])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
