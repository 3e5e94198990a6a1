"""Every change of a project is one transaction, on the disk when the call returns."""

from collections.abc import Callable, Iterable, Mapping

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.matching import merge_detections

from .command import Command
from .content import Reading
from .models import AnalysisRecord, ProjectChange, Recording
from .open_checks import in_words
from .tables import utc_text
from .undo_history import ChangeSet


class Editing(Reading):
    """What people and the program change in a project."""

    def apply(self, command: Command, *, adopt: bool = False) -> None:
        """Makes the command's changes, all or none. An empty command does nothing.

        With `adopt`, detections that nobody touched need not be stored before: the command brings
        those that it changes along, so that undo leaves them as detections.
        """
        if command.changes:
            self._write(
                "make the change", lambda: self._journal.apply(command, self.reviewer, adopt)
            )

    def undo(self) -> str | None:
        """Takes the last step back, also of an earlier session; its title, None without one."""
        return self._turn("undo", self._journal.undo)

    def redo(self) -> str | None:
        return self._turn("redo", self._journal.redo)

    @property
    def undo_title(self) -> str | None:
        with self._guard:
            return self._journal.undo_title()

    @property
    def redo_title(self) -> str | None:
        with self._guard:
            return self._journal.redo_title()

    def derive(self, recording_id: str, detections: Iterable[Event]) -> EventList:
        """Puts new detections in place of untouched ones; gives the recording's events.

        Touched events stay exactly as they are, and neither they nor deleted detections get another
        one beside them (see `merge_detections`). This is not an edit of the user: it is in the
        history, but not on the undo stack, and what was undone can still be redone.
        """

        def work() -> ChangeSet:
            touched = ChangeSet()
            rec = self._rec(recording_id)
            now = {event.id: event for _, event in self._tables.events_of(rec)}
            deleted = self._journal.deleted_events(rec)
            after = {e.id: e for e in merge_detections(detections, now.values(), deleted)}
            for event_id in now.keys() - after.keys():
                self._journal.put_event(recording_id, event_id, None, touched)
            for event_id, event in after.items():
                if now.get(event_id) != event:
                    self._journal.put_event(recording_id, event_id, event, touched)
            if touched.rows:
                title = f"detections of {self._recordings[recording_id].name}"
                self._journal.note_step("derive", title, self.reviewer)
            return touched

        self._write("store the detections", work)
        return self.recording_events(recording_id)

    def rederive(
        self, title: str, changes: Mapping[str, tuple[Iterable[Event], Iterable[Event]]]
    ) -> None:
        """Takes detections out and puts others in, in many recordings, as one step.

        `changes` has for each recording id what goes and what comes. Whatever the user has touched
        or deleted meanwhile stays so. Like `derive`, this is in the history but nothing to undo.
        """

        def work() -> ChangeSet:
            touched = ChangeSet()
            for recording_id, (removed, added) in changes.items():
                rec = self._rec(recording_id)
                now = {event.id: event for _, event in self._tables.events_of(rec)}
                for event in removed:
                    if event.id in now and not now[event.id].touched:
                        self._journal.put_event(recording_id, event.id, None, touched)
                deleted = self._journal.deleted_events(rec)
                for event in merge_detections(added, now.values(), deleted):
                    if not event.touched:
                        self._journal.put_event(recording_id, event.id, event, touched)
            if touched.rows:
                self._journal.note_step("derive", title, self.reviewer)
            return touched

        self._write("store the detections", work)

    def register(self, recording: Recording) -> None:
        """Takes in a recording because it was opened; nothing to undo (`add_recordings` has)."""

        def work() -> ChangeSet:
            self._tables.put_recording(recording)
            self._journal.note_step("derive", f"open {recording.name}", self.reviewer)
            return ChangeSet(recordings={recording.id})

        self._write("add the recording", work)

    def update_recording(self, recording: Recording) -> None:
        """Stores what the program found out (state, duration, hash …); nothing to undo."""

        def work() -> ChangeSet:
            self._rec(recording.id)
            self._tables.put_recording(recording)
            return ChangeSet(recordings={recording.id})

        self._write("store the recording's state", work)

    def add_analysis(self, analysis: AnalysisRecord) -> None:
        """Remembers that a recording was scored; replaces the same model and settings."""

        def work() -> ChangeSet:
            self._connection.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)",
                (self._rec(analysis.recording_id), analysis.model_sha256, analysis.model_name,
                 analysis.settings_key, analysis.settings, utc_text(analysis.made_utc)),
            )  # fmt: skip
            return ChangeSet(recordings={analysis.recording_id})

        self._write("store the analysis", work)

    def set_value(self, name: str, value: str) -> None:
        """Keeps a small text with the project (where a queue stands, say); nothing to undo."""

        def work() -> ChangeSet:
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"value:{name}", value)
            )
            return ChangeSet()

        self._write("store it", work)

    # inside

    def _turn(self, doing: str, step: Callable[[str], tuple[str, ChangeSet] | None]) -> str | None:
        title: list[str] = []

        def work() -> ChangeSet:
            done = step(self.reviewer)
            if done is None:
                return ChangeSet()
            title.append(done[0])
            return done[1]

        self._write(doing, work)
        return title[0] if title else None

    def _write(self, doing: str, work: Callable[[], ChangeSet]) -> None:
        """One transaction. What is in memory follows only when it is on the disk."""
        with self._guard:
            if self._closed:
                raise ProjectError(self.path, "is closed", "open it again")
            if self._lock is None:
                why = "was rescued from damage" if self.damage else "is open to read only"
                raise ProjectError(self.path, why, "save it under another name and go on there")
            with in_words(self.path, doing):
                try:
                    self._connection.execute("BEGIN IMMEDIATE")
                    touched = work()
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
            changes = self._follow(touched)
            if self._backups is not None and changes and self._backups.changed():
                self._journal.part()
        for listener in list(self._listeners):
            if changes:
                listener(changes)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._tables.refresh()

    def _follow(self, touched: ChangeSet) -> tuple[ProjectChange, ...]:
        for recording_id in touched.recordings:
            found = self._tables.find_recording(recording_id)
            if found is not None:
                self._recordings[recording_id] = found
        if self._index is not None and self._queries is not None:
            for row in sorted(touched.rows):
                there = touched.rows[row]
                if there is None:
                    self._index.drop(row)
                else:
                    rec, event = there
                    self._index.put(row, rec, self._tables.kind_of(event), event)
            if touched.recordings:
                self._queries.set_recordings(self._recordings)
        return touched.changes()
