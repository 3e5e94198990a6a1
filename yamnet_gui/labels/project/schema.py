"""The tables of a project file and how older ones become today's.

A project file is SQLite with `application_id` 0x594E4754 ("YNGT") and the version of its tables in
`user_version`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.files import is_file
from yamnet_gui.core.open_files import first_bytes
from yamnet_gui.core.storage.notation import is_stored

from .models import PROJECT_SUFFIX

APPLICATION_ID = 0x594E4754
SQLITE_MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""
_ID_AT = 68
"""Where `application_id` stands in a file (https://www.sqlite.org/fileformat2.html)."""


def is_project_content(path: Path) -> bool:
    """Whether a regular file begins as a project does, whatever its name. Raises OSError."""
    head = first_bytes(path, _ID_AT + 4)
    return head.startswith(SQLITE_MAGIC) and int.from_bytes(head[_ID_AT:]) == APPLICATION_ID


def is_project_file(path: Path) -> bool:
    """Whether this is opened as a project: by the ending of its name, or by what is in it.

    A name that ends as those of recordings do is a recording's.
    """
    suffix = path.suffix.lower()
    if is_stored(path):
        return False
    if suffix == PROJECT_SUFFIX or suffix in SOUND_SUFFIXES:
        return suffix == PROJECT_SUFFIX
    try:
        return is_file(path) and is_project_content(path)
    except OSError:
        return False


_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE recordings (
  rec INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  content_hash TEXT NOT NULL DEFAULT '',
  size_bytes INTEGER NOT NULL DEFAULT 0,
  duration_s REAL NOT NULL DEFAULT 0,
  sample_rate_hz INTEGER NOT NULL DEFAULT 0,
  channels INTEGER NOT NULL DEFAULT 0,
  recorded_at TEXT,
  state TEXT NOT NULL DEFAULT 'pending',
  error TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  removed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX recordings_by_hash ON recordings (content_hash);
CREATE TABLE analyses (
  rec INTEGER NOT NULL,
  model_sha256 TEXT NOT NULL,
  model_name TEXT NOT NULL,
  settings_key TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '',
  made_utc TEXT,
  PRIMARY KEY (rec, model_sha256, settings_key)
) WITHOUT ROWID;
CREATE TABLE kinds (
  kind INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  class_index INTEGER NOT NULL,
  mid TEXT NOT NULL,
  UNIQUE (label, class_index, mid)
);
CREATE TABLE events (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  rec INTEGER NOT NULL,
  id TEXT NOT NULL,
  onset_s REAL NOT NULL,
  offset_s REAL NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  source INTEGER NOT NULL,
  score_max REAL,
  score_mean REAL,
  probability REAL,
  channel INTEGER,
  original_label TEXT,
  original_onset_s REAL,
  original_offset_s REAL,
  low_hz REAL,
  high_hz REAL,
  onset_uncertainty_s REAL,
  offset_uncertainty_s REAL,
  reviewer TEXT,
  reviewed_utc TEXT,
  note TEXT,
  rules_id TEXT,
  UNIQUE (rec, id)
);
CREATE TABLE reviewed (
  rec INTEGER NOT NULL,
  n INTEGER NOT NULL,
  start_s REAL NOT NULL,
  end_s REAL NOT NULL,
  labels TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  reviewed_utc TEXT,
  PRIMARY KEY (rec, n)
) WITHOUT ROWID;
CREATE TABLE label_sets (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rule_sets (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE reviewers (name TEXT PRIMARY KEY, first_utc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE steps (
  step INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  utc TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  session TEXT NOT NULL,
  action TEXT NOT NULL,
  title TEXT NOT NULL,
  merge_key TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  target INTEGER
);
CREATE INDEX steps_by_state ON steps (state, step);
CREATE INDEX steps_by_target ON steps (target) WHERE target IS NOT NULL;
CREATE TABLE changes (
  change INTEGER PRIMARY KEY,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  rec INTEGER NOT NULL,
  key TEXT NOT NULL,
  old TEXT,
  new TEXT
);
CREATE INDEX changes_by_step ON changes (step, change);
CREATE INDEX changes_by_key ON changes (rec, key);
"""

Migration = Callable[[sqlite3.Connection], None]


def _run(script: str) -> Migration:
    def migrate(connection: sqlite3.Connection) -> None:
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement)

    return migrate


_START_SOURCE = "ALTER TABLE recordings ADD COLUMN start_source TEXT NOT NULL DEFAULT ''"

MIGRATIONS: Sequence[Migration] = (_run(_FIRST), _run(_START_SOURCE))
"""Step n turns tables of version n into those of version n + 1."""


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings the tables up to date in one transaction, which is undone where a step fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps[version_of(connection) :]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def layout_of(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Columns by table. Names only: what a file calls its tables is not trusted further."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: tuple(
            r[0] for r in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
        )
        for (name,) in names
        if not name.startswith("sqlite_")
    }


def expected_layout() -> dict[str, tuple[str, ...]]:
    """Columns by table as this version of the program makes them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection)
        return layout_of(connection)
    finally:
        connection.close()


def fault_in(connection: sqlite3.Connection) -> str:
    """What is wrong with the tables of a file that claims today's version; "" where all is well."""
    odd = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    ).fetchone()
    if odd:
        return f"holds a {odd[0]} named {odd[1]!r}, which no project has"
    layout = layout_of(connection)
    for table, columns in expected_layout().items():
        if table not in layout:
            return f"lacks the table {table!r}"
        if layout[table] != columns:
            return f"has other columns than expected in the table {table!r}"
    return ""
