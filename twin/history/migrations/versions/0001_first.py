"""Tags, rooms, levels, visits, fixes, samples and button presses."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REAL = sa.Double().with_variant(sa.REAL(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
STRICT: dict[str, Any] = {"sqlite_strict": True}
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Create the tables of the first version."""
    op.create_table("meta", sa.Column("key", sa.Text, primary_key=True), _column("value", sa.Text()), **KEYED)
    _create_names()
    _create_visits()
    _create_measurements()


def _create_names() -> None:
    op.create_table("tag", _number(), _column("mac", sa.Text(), unique=True), _column("kind", sa.Text()), **STRICT)
    op.create_table("level", _number(), _column("uuid", sa.Text(), unique=True), _column("name", sa.Text()), **STRICT)
    op.create_table(
        "room",
        _number(),
        _column("uuid", sa.Text(), unique=True),
        _reference("level"),
        _column("number", sa.Text()),
        _column("name", sa.Text()),
        **STRICT,
    )


def _create_visits() -> None:
    op.create_table(
        "visit",
        _reference("tag", primary_key=True),
        _key("enter", REAL),
        _column("leave", REAL),
        _reference("room"),
        _column("confidence", REAL),
        _column("observed", REAL),
        **KEYED,
    )
    op.create_index("visit_by_room", "visit", ["room", "enter"])
    op.create_index("visit_by_leave", "visit", ["leave"])
    op.create_table(
        "open_visit",
        _reference("tag", primary_key=True),
        _column("enter", REAL),
        _reference("room"),
        _column("confidence", REAL),
        _column("observed", REAL),
        **KEYED,
    )


def _create_measurements() -> None:
    op.create_table(
        "fix",
        _key("hour", sa.Integer()),
        _reference("tag", primary_key=True),
        _key("t", REAL),
        _reference("level"),
        sa.Column("room", sa.Integer, sa.ForeignKey("room.id")),
        _column("x_cm", sa.Integer()),
        _column("y_cm", sa.Integer()),
        _column("p_pct", SMALL),
        _column("r90_dm", SMALL),
        **KEYED,
    )
    op.create_table(
        "sample",
        _key("day", sa.Integer()),
        _reference("tag", primary_key=True),
        _key("quantity", sa.Text()),
        _key("t", REAL),
        _column("value", REAL),
        **KEYED,
    )
    op.create_table("press", _key("t", REAL), _reference("tag", primary_key=True), _key("pattern", sa.Text()), **KEYED)


def _number() -> sa.Column:
    return sa.Column("id", sa.Integer, primary_key=True)


def _key(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _column(name: str, kind: sa.types.TypeEngine, *, unique: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=False, unique=unique)


def _reference(table: str, *, primary_key: bool = False) -> sa.Column:
    return sa.Column(
        table, sa.Integer, sa.ForeignKey(f"{table}.id"), primary_key=primary_key, nullable=False, autoincrement=False
    )
