"""The recordings of a project: where their files are, and what the program knows about them."""

from pathlib import Path

from yamnet_gui.core.events import EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.files import exists
from yamnet_gui.core.model_identity import current_identity
from yamnet_gui.core.sound_track import file_of

from .change_set import ChangeSet
from .codec import parse_utc, utc_text
from .connection import ProjectConnection
from .models import DERIVE, AnalysisRecord, Recording, Reviewed
from .paths import located, stored_path
from .row_rules import RowReader

_ANALYSES = RowReader("analyses", "model_sha256, model_name, settings_key, settings, made_utc")

_MODELS = RowReader("analyses", "model_sha256, model_name")
_LATEST = RowReader("analyses", "rec, model_sha256, model_name")


class ProjectRecordings:
    """`Project.recordings`. Methods raise ProjectError where the file cannot be read or written.

    What `register`, `update` and `add_analysis` store is no edit: it is not on the undo stack.
    """

    def __init__(self, connection: ProjectConnection) -> None:
        self._connection = connection
        self._places: dict[str, Path] = {}
        self._places_of = connection.path
        self._rules_of_events = "", -1  # and after how many changes of the file

    @property
    def _folder(self) -> Path:
        return self._connection.path.parent

    def all(self) -> list[Recording]:
        """Those in the project, by path."""
        with self._connection.reading():
            present = [r for r in self._connection.recordings.values() if not r.removed]
        return sorted(present, key=_by_path)

    def get(self, recording_id: str) -> Recording | None:
        recording = self._connection.recordings.get(recording_id)
        return recording if recording and not recording.removed else None

    def at(self, path: Path) -> Recording | None:
        """The recording whose file this is."""
        wanted = located(self.stored_path(path), self._folder)
        with self._connection.reading():
            known = list(self._connection.recordings.values())
        there = [r for r in known if not r.removed and self.locate(r) == wanted]
        return min(there, key=_by_path, default=None)

    def with_hash(self, content_hash: str) -> list[Recording]:
        return [r for r in self.all() if content_hash and r.content_hash == content_hash]

    def knows(self, recording_id: str) -> bool:
        """Whether the recording is or once was in the project."""
        return recording_id in self._connection.recordings

    def locate(self, recording: Recording) -> Path:
        """Where the file should be."""
        # once for each: thousands are looked through again and again
        base = self._connection.path
        if base is not self._places_of:  # it goes on in another folder
            self._places, self._places_of = {}, base
        place = self._places.get(recording.path)
        if place is None:
            place = self._places[recording.path] = located(recording.path, base.parent)
        return place

    def stored_path(self, path: Path) -> str:
        """How this project writes the path of a recording."""
        return stored_path(path, self._folder)

    def missing(self) -> list[Recording]:
        """Recordings whose file is not where it should be. Asks the disk for each."""
        return [r for r in self.all() if not exists(file_of(self.locate(r)))]

    def reviewed(self, recording_id: str) -> Reviewed:
        """All reviewed segments of the recording."""
        with self._connection.reading():
            return self._connection.tables.reviewed(self._connection.rec(recording_id))

    def with_reviewed_segments(self) -> frozenset[str]:
        """Ids of the recordings of which a segment is reviewed."""
        with self._connection.reading():
            rows = self._connection.database.execute("SELECT DISTINCT rec FROM reviewed").fetchall()
        recs = {rec for (rec,) in rows}
        known = self._connection.recordings
        return frozenset(i for i in known if self._connection.tables.rec_of(i) in recs)

    def analyses(self, recording_id: str) -> list[AnalysisRecord]:
        """Oldest first."""
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT model_sha256, model_name, settings_key, settings, made_utc FROM analyses"
                " WHERE rec = ? ORDER BY made_utc", (self._connection.rec(recording_id),)
            ).fetchall()  # fmt: skip
        return [
            AnalysisRecord(
                recording_id, current_identity(row[0]), row[1], row[2], row[3], parse_utc(row[4])
            )
            for row in _ANALYSES.each(rows)
        ]

    def models(self) -> list[tuple[str, str]]:
        """Identity and name of every model that any recording was analysed with."""
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT DISTINCT model_sha256, model_name FROM analyses"
            ).fetchall()
        return [(current_identity(sha256), name) for sha256, name in _MODELS.each(rows)]

    def latest_models(self) -> dict[str, tuple[str, str]]:
        """Identity and name of the model of each recording's latest analysis, by its id."""
        with self._connection.reading():
            rows = self._connection.database.execute(
                "SELECT rec, model_sha256, model_name FROM analyses ORDER BY made_utc"
            ).fetchall()
            tables = self._connection.tables
            ids = {
                tables.rec_of(recording_id): recording_id
                for recording_id in self._connection.recordings
            }
        return {
            ids[rec]: (current_identity(sha256), name)
            for rec, sha256, name in _LATEST.each(rows)
            if rec in ids
        }

    def rules_of_events(self) -> str:
        """The id of the rules that an event came from; "" where none came from rules.

        Where none of a million did, all of them are looked through once; after that only those of
        the recordings whose events have changed since.
        """
        with self._connection.reading():
            database, changed = self._connection.database, self._connection.events_changed
            if self._rules_of_events[1] != database.total_changes:
                if changed is None:
                    rules_id = self._rules_in("")
                else:
                    recs = map(self._connection.rec, changed)
                    rules_id = next(
                        filter(None, (self._rules_in("rec = ? AND", r) for r in recs)), ""
                    )
                self._rules_of_events = rules_id, database.total_changes
                self._connection.events_changed = None if rules_id else set()
            return self._rules_of_events[0]

    def _rules_in(self, where: str, *values: int) -> str:
        row = self._connection.database.execute(
            f"SELECT rules_id FROM events WHERE {where} rules_id IS NOT NULL LIMIT 1", values
        ).fetchone()
        return str(row[0]) if row is not None else ""

    def labelled(self, recording_id: str) -> LabelledRecording:
        """The recording with its events, as label formats write it."""
        recording = self._connection.recordings[recording_id]
        info = RecordingInfo(
            self.locate(recording), recording.duration_s, recording.sample_rate_hz,
            recording.channels, recording.recorded_at,
        )  # fmt: skip
        with self._connection.reading():
            stored = self._connection.tables.events_of(self._connection.rec(recording_id))
            events = EventList.of(event for _, event in stored)
        analyses = self.analyses(recording_id)
        return LabelledRecording(
            info,
            events,
            self.reviewed(recording_id).spans,
            analyses[-1].model_sha256 if analyses else "",
        )

    def register(self, recording: Recording) -> None:
        """Adds a recording because it was opened (`add_recordings` is the edit of the user)."""

        def work() -> ChangeSet:
            self._connection.tables.put_recording(recording)
            self._connection.undo_history.note_step(
                DERIVE, f"open {recording.name}", self._connection.reviewer
            )
            return ChangeSet(recordings={recording.id})

        self._connection.write("add the recording", work)

    def update(self, recording: Recording) -> None:
        """Stores what the program determined (state, duration, hash …)."""

        def work() -> ChangeSet:
            self._connection.rec(recording.id)
            self._connection.tables.put_recording(recording)
            return ChangeSet(recordings={recording.id})

        self._connection.write("store the recording's state", work)

    def add_analysis(self, analysis: AnalysisRecord) -> None:
        """Records that a recording was analysed; replaces the same model and settings."""

        def work() -> ChangeSet:
            self._connection.database.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)",
                (self._connection.rec(analysis.recording_id), analysis.model_sha256,
                 analysis.model_name, analysis.settings_key, analysis.settings,
                 utc_text(analysis.made_utc)),
            )  # fmt: skip
            return ChangeSet(recordings={analysis.recording_id})

        self._connection.write("store the analysis", work)


def _by_path(recording: Recording) -> tuple[str, str, str]:
    return recording.path.casefold(), recording.path, recording.id
