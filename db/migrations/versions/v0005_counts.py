"""A model may also be about the number of deaths."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TARGETS = ("escalation", "fatal", "civilian", "severe5", "mass25")
TABLES = ("model_version", "promotion")


def upgrade() -> None:
    """Widen the check on what models are about; the column and its rows stay as they are."""
    for table in TABLES:
        if op.get_bind().dialect.name == "sqlite":
            _rebuild(table)
        else:
            op.drop_constraint(op.f(f"ck_{table}_target"), table, type_="check")
            op.create_check_constraint(op.f(f"ck_{table}_subject"), table, _within((*TARGETS, "deaths")))


def _within(words: tuple[str, ...]) -> str:
    return f"target IN ({', '.join(repr(word) for word in words)})"


def _rebuild(table: str) -> None:
    """Make the table again with the wider check, as SQLite asks: it cannot change a check in place."""
    connection = op.get_bind()
    listed = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL AND type {} 'table'"
    made = connection.execute(sa.text(listed.format("=")), {"table": table}).scalar_one()
    others = connection.execute(sa.text(listed.format("!=")), {"table": table}).scalars().all()
    old = f"ck_{table}_target CHECK ({_within(TARGETS)})"
    if old not in made:
        raise RuntimeError(f"the table {table} does not look as expected; nothing was changed")
    new = made.replace(old, f"ck_{table}_subject CHECK ({_within((*TARGETS, 'deaths'))})")
    op.execute(new.replace(f"CREATE TABLE {table}", f"CREATE TABLE {table}_new", 1))
    op.execute(f"INSERT INTO {table}_new SELECT * FROM {table}")  # noqa: S608  (names of ours)
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
    for statement in others:
        op.execute(statement)
