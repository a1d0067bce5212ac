"""Energy meters and what they said."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

REAL = sa.Double().with_variant(sa.REAL(), "sqlite")
STRICT: dict[str, Any] = {"sqlite_strict": True}
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Add the two tables; nothing that is there changes."""
    op.create_table(
        "meter",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        **STRICT,
    )
    op.create_table(
        "energy",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meter.id"), primary_key=True, autoincrement=False),
        sa.Column("t", REAL, primary_key=True, autoincrement=False),
        sa.Column("kwh", REAL),
        sa.Column("watt", REAL),
        sa.Column("observed", REAL, nullable=False),
        **KEYED,
    )
