import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from twin.errors import HistoryError
from twin.history import History, migrate, open_history
from twin.history.environment import energy_of
from twin.history.queries import open_reader, visits_of
from twin.history.schema import metadata

HEAD = "0002"
OLD = sorted((Path(__file__).parent / "databases").glob("*.sql"))


def test_the_migrations_make_the_schema(history: History) -> None:
    with create_engine(f"sqlite:///{history.path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    del made["alembic_version"]
    assert set(made) == set(metadata.tables)
    for name, sql in made.items():
        options = metadata.tables[name].dialect_options["sqlite"]
        assert sql.rstrip().endswith("STRICT")
        assert ("WITHOUT ROWID" in sql) == (options["with_rowid"] is False), name


def test_a_new_history_has_no_backup_and_neither_has_one_opened_again(history: History, url: str, hospital) -> None:
    assert history.backup is None
    history.close()
    again = open_history(url, *hospital)
    assert again.backup is None
    assert again.restore().t is None
    again.close()


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.stem)
def test_a_database_of_each_version_is_migrated_with_its_rows(old: Path, url: str, hospital, tmp_path: Path) -> None:
    path = tmp_path / "var" / "history.sqlite"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as made:
        made.executescript(old.read_text())
    history = open_history(url, *hospital)
    restored = history.restore()
    stays = visits_of(open_reader(url), "AC233F000001", 0, 2e9)
    assert restored.t == 1_700_000_000.25
    assert [(s.room, s.leave) for s in stays] == [("room-3", 1_700_000_000.0), ("room-4", None)]
    assert len(restored.last) == 2
    readings = energy_of(open_reader(url), 0, 2e9)
    assert {name: r.kwh.tolist() for name, r in readings.items()} == ({} if old.stem == "0001" else {"m-1": [12.5]})
    with create_engine(f"sqlite:///{path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    history.close()


NEXT = """
from alembic import op
revision = "9999"
down_revision = "{head}"
def upgrade():
    op.execute("CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT")
    op.execute("{sql}")
"""


def with_a_pending_migration(folder: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    (folder / "versions").mkdir(parents=True)
    scripts = Path(migrate.__file__).parent / "migrations"
    for script in (scripts / "env.py", *scripts.glob("versions/*.py")):
        (folder / script.relative_to(scripts)).write_text(script.read_text())
    (folder / "versions" / "9999_next.py").write_text(NEXT.format(sql=sql, head=HEAD))
    monkeypatch.setattr(migrate, "_SCRIPTS", folder)


def test_a_copy_is_made_before_a_migration(history, url, hospital, tmp_path, monkeypatch) -> None:
    history.close()
    with_a_pending_migration(tmp_path / "scripts", monkeypatch, "INSERT INTO extra VALUES (1)")
    migrated = open_history(url, *hospital)
    assert migrated.backup == history.path.with_name("history.sqlite.before-9999")
    assert migrated.backup
    with closing(sqlite3.connect(migrated.backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert copy.execute("SELECT count(*) FROM tag").fetchone() == (8,)
    migrated.close()


def test_a_migration_that_fails_changes_nothing(history, url, hospital, tmp_path, monkeypatch) -> None:
    history.close()
    with_a_pending_migration(tmp_path / "scripts", monkeypatch, "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(HistoryError, match=rf"from schema {HEAD} to 9999 .*nowhere.* It is as it was"):
        open_history(url, *hospital)
    with closing(sqlite3.connect(history.path)) as same:
        assert same.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert same.execute("SELECT 1 FROM sqlite_master WHERE name = 'extra'").fetchone() is None


def test_an_earlier_copy_is_never_overwritten(history: History, tmp_path: Path) -> None:
    first, second = (migrate.backup(history.path, tmp_path / "copy") for _ in range(2))
    assert first != second and first.exists() and second.exists()


def test_no_migration_without_a_copy(history: History, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"was not migrated\. Free space on"):
        migrate.backup(history.path, tmp_path / "no such folder" / "copy")


def test_a_newer_database_is_left_alone(history: History, url: str, hospital) -> None:
    history.close()
    with closing(sqlite3.connect(history.path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '7777'")
        newer.commit()
    with pytest.raises(HistoryError, match=r"newer Wardlight \(schema 7777"):
        open_history(url, *hospital)


def test_a_database_of_another_program_is_left_alone(url: str, hospital, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with closing(sqlite3.connect(tmp_path / "var" / "history.sqlite")) as other:
        other.execute("CREATE TABLE songs (title)")
    with pytest.raises(HistoryError, match="another program"):
        open_history(url, *hospital)


@pytest.mark.parametrize("where", [0, 3], ids=["no database at all", "first page"])
def test_a_damaged_file_is_named_with_the_remedy_and_kept(history, url, hospital, where: int) -> None:
    history.close()
    data = bytearray(history.path.read_bytes())
    for i in range(where, 4096):
        data[i] = 0x5A
    history.path.write_bytes(data)
    with pytest.raises(HistoryError, match=r"damaged: .*history\.sqlite is not a sound .* put a backup in its place"):
        open_history(url, *hospital)
    assert history.path.read_bytes() == data


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("history.sqlite", "no database URL"),
        ("postgresql://db/wardlight", "cannot be kept in postgresql yet"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////proc/wardlight/history.sqlite", "unreachable: /proc/wardlight/history.sqlite"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained(bad: str, says: str, hospital) -> None:
    with pytest.raises(HistoryError, match=says):
        open_history(bad, *hospital)


def test_a_folder_where_the_file_should_be_is_explained(url: str, hospital, tmp_path: Path) -> None:
    (tmp_path / "var" / "history.sqlite").mkdir(parents=True)
    with pytest.raises(HistoryError, match="unreachable"):
        open_history(url, *hospital)
