"""The first schema of the record."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("importer", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("context_sha256", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "done",
                "failed",
                name="batchstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "done",
                "failed",
                name="runstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_table(
        "region",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_ar", sa.Text(), nullable=True),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("pack_sha256", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
    )
    op.create_table(
        "actor",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_actor_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
    )
    op.create_index(op.f("ix_actor_region_id"), "actor", ["region_id"], unique=False)
    op.create_table(
        "community",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "internal",
                "restricted",
                "severe",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_community_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
    )
    op.create_index(op.f("ix_community_region_id"), "community", ["region_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("first_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_incident_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_region_id"), "incident", ["region_id"], unique=False)
    op.create_table(
        "model_version",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "escalation",
                "fatal",
                "civilian",
                "severe5",
                "mass25",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("estimator", sa.String(length=64), nullable=False),
        sa.Column("train_as_of", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "promoted",
                "shadow",
                "retired",
                name="modelstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_model_version_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
    )
    op.create_index(op.f("ix_model_version_region_id"), "model_version", ["region_id"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "country",
                "governorate",
                "district",
                "subdistrict",
                "settlement",
                "quarter",
                name="placelevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("polygon", sa.Text(), nullable=True),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "internal",
                "restricted",
                "severe",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("lat IS NULL OR lat BETWEEN -90 AND 90", name=op.f("ck_place_lat_on_earth")),
        sa.CheckConstraint("lon IS NULL OR lon BETWEEN -180 AND 180", name=op.f("ck_place_lon_on_earth")),
        sa.CheckConstraint("radius_km IS NULL OR radius_km > 0", name=op.f("ck_place_radius_positive")),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id_place")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_place_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_index(op.f("ix_place_parent_id"), "place", ["parent_id"], unique=False)
    op.create_index(op.f("ix_place_region_id"), "place", ["region_id"], unique=False)
    op.create_table(
        "row_issue",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "error", "warning", name="issueseverity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_row_issue_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_issue")),
    )
    op.create_index(op.f("ix_row_issue_batch_id"), "row_issue", ["batch_id"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "media",
                "ngo_monitor",
                "official",
                "armed_party",
                "social",
                "field_contact",
                "dataset",
                name="sourcekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("independence_group", sa.String(length=64), nullable=False),
        sa.Column(
            "reliability",
            sa.Enum(
                "A",
                "B",
                "C",
                "D",
                "E",
                "F",
                name="reliability",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("lag_days", sa.Integer(), nullable=False),
        sa.Column(
            "covers",
            sa.Enum(
                "deaths", "incidents", name="covers", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("covered_from", sa.Date(), nullable=True),
        sa.Column("covered_until", sa.Date(), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("lag_days >= 0", name=op.f("ck_source_lag_not_negative")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_source_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("region_id", "code", name=op.f("uq_source_region_id_code")),
    )
    op.create_index(op.f("ix_source_region_id"), "source", ["region_id"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_alert_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint(
            "community_id", "rule", "opened_on", name=op.f("uq_alert_community_id_rule_opened_on")
        ),
    )
    op.create_index(op.f("ix_alert_community_id"), "alert", ["community_id"], unique=False)
    op.create_table(
        "area",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "governorate",
                "district",
                "community",
                name="areakind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.String(length=64), nullable=True),
        sa.Column("community_id", sa.String(length=64), nullable=True),
        sa.Column("parent_area_id", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(place_id IS NULL) <> (community_id IS NULL)", name=op.f("ck_area_one_subject")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_area_community_id_community")
        ),
        sa.ForeignKeyConstraint(["parent_area_id"], ["area.id"], name=op.f("fk_area_parent_area_id_area")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_area_place_id_place")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_area_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_region_id"), "area", ["region_id"], unique=False)
    op.create_table(
        "artefact",
        sa.Column("model_version_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_version.id"],
            name=op.f("fk_artefact_model_version_id_model_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_version_id", name=op.f("pk_artefact")),
    )
    op.create_table(
        "batch_coverage",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("covered_from", sa.Date(), nullable=False),
        sa.Column("covered_until", sa.Date(), nullable=False),
        sa.CheckConstraint("covered_from <= covered_until", name=op.f("ck_batch_coverage_span_in_order")),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_batch_coverage_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_batch_coverage_source_id_source")
        ),
        sa.PrimaryKeyConstraint("batch_id", "source_id", name=op.f("pk_batch_coverage")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_batch_coverage_source_id"), "batch_coverage", ["source_id"], unique=False)
    op.create_table(
        "community_place",
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "majority",
                "significant",
                "minor",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "internal",
                "restricted",
                "severe",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_place_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_community_place_place_id_place")),
        sa.PrimaryKeyConstraint("community_id", "place_id", name=op.f("pk_community_place")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_community_place_place_id"), "community_place", ["place_id"], unique=False)
    op.create_table(
        "place_alias",
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("alias", sa.String(length=255), nullable=False),
        sa.Column("normalised", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_place_alias_place_id_place"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place_id", "alias", name=op.f("pk_place_alias")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_place_alias_normalised"), "place_alias", ["normalised"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=True),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "available_basis",
            sa.Enum(
                "published",
                "assumed",
                "released",
                name="availablebasis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("cited", sa.JSON(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "internal",
                "restricted",
                "severe",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_report_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_report_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "source_id",
            "external_id",
            "content_sha256",
            "released_at",
            name=op.f("uq_report_source_id_external_id_content_sha256_released_at"),
        ),
    )
    op.create_index(op.f("ix_report_batch_id"), "report", ["batch_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column(
            "harm",
            sa.Enum(
                "killed",
                "injured",
                "abducted",
                "detained",
                "missing",
                "displaced",
                "sexual_violence",
                "property",
                name="harm",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "all",
                "civilian",
                "side_a",
                "side_b",
                "unknown",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("best", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_claim_incident_id_incident")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_claim_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "incident_id", "harm", "status", name=op.f("pk_claim")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_claim_incident_id"), "claim", ["incident_id"], unique=False)
    op.create_table(
        "incident_version",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "incident_type",
            sa.Enum(
                "discrimination",
                "hate_speech",
                "rumour",
                "property_marking",
                "religious_insult",
                "threat",
                "ultimatum",
                "harassment",
                "arbitrary_arrest",
                "mobilisation",
                "weapons_movement",
                "road_closure",
                "communications_cut",
                "aid_denial",
                "kidnapping",
                "assassination",
                "sexual_violence",
                "arson_looting",
                "desecration",
                "attack_on_civilians",
                "execution",
                "expulsion",
                "armed_clash",
                "nonstate_clash",
                "bombardment",
                "release_exchange",
                "truce",
                "joint_patrol",
                "return",
                "aid_access",
                "other",
                "nothing_to_report",
                name="incidenttype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column("date_prec", sa.Integer(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=True),
        sa.Column("place_id", sa.String(length=64), nullable=True),
        sa.Column("district_id", sa.String(length=64), nullable=True),
        sa.Column("governorate_id", sa.String(length=64), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("geo_prec", sa.Integer(), nullable=False),
        sa.Column(
            "geo_method",
            sa.Enum(
                "exact",
                "centroid",
                "capital",
                "masked",
                name="geomethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("deaths_low", sa.Integer(), nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=True),
        sa.Column("deaths_high", sa.Integer(), nullable=True),
        sa.Column("civilians", sa.Integer(), nullable=True),
        sa.Column(
            "figure_rule",
            sa.Enum(
                "max_source",
                "majority",
                "conservative",
                "analyst",
                name="figurerule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("independent_sources", sa.Integer(), nullable=False),
        sa.Column(
            "verification",
            sa.Enum(
                "unreviewed",
                "single_source",
                "corroborated",
                "verified",
                "contested",
                "discounted",
                "unverifiable",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("verification_reason", sa.Text(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "public",
                "internal",
                "restricted",
                "severe",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "known_until IS NULL OR known_from <= known_until",
            name=op.f("ck_incident_version_known_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["place.id"], name=op.f("fk_incident_version_district_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["governorate_id"], ["place.id"], name=op.f("fk_incident_version_governorate_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_version_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_incident_version_place_id_place")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_incident_version_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_incident_version_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_version")),
    )
    op.create_index("ix_incident_version_day", "incident_version", ["region_id", "date_end"], unique=False)
    op.create_index(
        op.f("ix_incident_version_incident_id"), "incident_version", ["incident_id"], unique=False
    )
    op.create_index(
        "ix_incident_version_place",
        "incident_version",
        ["governorate_id", "district_id", "date_end"],
        unique=False,
    )
    op.create_table(
        "report_actor",
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "alleged_perpetrator",
                "participant",
                "target",
                "claimant",
                "witness",
                name="actorrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_report_actor_actor_id_actor")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_report_actor_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_actor_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "incident_id", "actor_id", "role", name=op.f("pk_report_actor")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_report_actor_incident_id"), "report_actor", ["incident_id"], unique=False)
    op.create_table(
        "report_incident",
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "supports",
                "contradicts",
                "mentions",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("credibility", sa.Integer(), nullable=True),
        sa.Column(
            "incident_type",
            sa.Enum(
                "discrimination",
                "hate_speech",
                "rumour",
                "property_marking",
                "religious_insult",
                "threat",
                "ultimatum",
                "harassment",
                "arbitrary_arrest",
                "mobilisation",
                "weapons_movement",
                "road_closure",
                "communications_cut",
                "aid_denial",
                "kidnapping",
                "assassination",
                "sexual_violence",
                "arson_looting",
                "desecration",
                "attack_on_civilians",
                "execution",
                "expulsion",
                "armed_clash",
                "nonstate_clash",
                "bombardment",
                "release_exchange",
                "truce",
                "joint_patrol",
                "return",
                "aid_access",
                "other",
                "nothing_to_report",
                name="incidenttype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column("date_prec", sa.Integer(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=True),
        sa.Column("admin1_text", sa.Text(), nullable=True),
        sa.Column("admin2_text", sa.Text(), nullable=True),
        sa.Column("place_id", sa.String(length=64), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("geo_prec", sa.Integer(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "credibility IS NULL OR credibility BETWEEN 1 AND 6", name=op.f("ck_report_incident_admiralty")
        ),
        sa.CheckConstraint("date_prec BETWEEN 1 AND 5", name=op.f("ck_report_incident_date_prec_ucdp")),
        sa.CheckConstraint("date_start <= date_end", name=op.f("ck_report_incident_dates_in_order")),
        sa.CheckConstraint("geo_prec BETWEEN 1 AND 7", name=op.f("ck_report_incident_geo_prec_ucdp")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_report_incident_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_report_incident_place_id_place")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_incident_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "incident_id", name=op.f("pk_report_incident")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_report_incident_incident_id"), "report_incident", ["incident_id"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("area_id", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "escalation",
                "fatal",
                "civilian",
                "severe5",
                "mass25",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("model_version_id", sa.String(length=64), nullable=False),
        sa.Column("data_version", sa.String(length=64), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum(
                "low",
                "moderate",
                "high",
                name="confidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("confidence_reasons", sa.JSON(), nullable=False),
        sa.Column("base", sa.Double(), nullable=True),
        sa.Column("drivers", sa.JSON(), nullable=False),
        sa.Column("data_cutoff", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("undercounted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "level = 0 OR probability IS NOT NULL", name=op.f("ck_score_assessed_has_probability")
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_score_level_known")),
        sa.CheckConstraint(
            "probability IS NULL OR probability BETWEEN 0 AND 1", name=op.f("ck_score_probability")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_score_area_id_area")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_score_model_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "area_id",
            "as_of",
            "horizon_days",
            "target",
            "model_version_id",
            "data_version",
            name="uq_score_key",
        ),
    )
    op.create_index("ix_score_day", "score", ["as_of", "target", "horizon_days"], unique=False)
    op.create_index(op.f("ix_score_model_version_id"), "score", ["model_version_id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=True),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "targeted_by_identity",
                "victims_identified",
                "located_in_area",
                "affected_indirectly",
                "perpetrator_claimed",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "analyst",
                "text_rule",
                "spatial",
                "model",
                name="linkmethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "confidence",
            sa.Enum(
                "low",
                "moderate",
                "high",
                name="confidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("evidence_report_id", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_link_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_report_id"], ["report.id"], name=op.f("fk_link_evidence_report_id_report")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_link_incident_id_incident")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["incident_version.id"],
            name=op.f("fk_link_version_id_incident_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_community_id"), "link", ["community_id"], unique=False)
    op.create_index(op.f("ix_link_incident_id"), "link", ["incident_id"], unique=False)
    op.create_index(op.f("ix_link_version_id"), "link", ["version_id"], unique=False)
    op.create_table(
        "transition",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=True),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "normal",
                "pending",
                "open",
                "recovering",
                "no_data",
                "error",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "handling",
            sa.Enum(
                "draft",
                "approved",
                "sent",
                "acknowledged",
                "resolved",
                name="handling",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "materialised",
                "did_not",
                "averted",
                "unknown",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("score_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_transition_alert_id_alert")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_transition_community_id_community")
        ),
        sa.ForeignKeyConstraint(["score_id"], ["score.id"], name=op.f("fk_transition_score_id_score")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
        sa.UniqueConstraint("community_id", "rule", "seq", name=op.f("uq_transition_community_id_rule_seq")),
    )
    op.create_index(op.f("ix_transition_alert_id"), "transition", ["alert_id"], unique=False)
    op.create_index(op.f("ix_transition_community_id"), "transition", ["community_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transition_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transition.id"], name=op.f("fk_delivery_transition_id_transition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "transition_id",
            "channel",
            "recipient",
            "claimed_at",
            name=op.f("uq_delivery_transition_id_channel_recipient_claimed_at"),
        ),
    )
    op.create_index(op.f("ix_delivery_transition_id"), "delivery", ["transition_id"], unique=False)
