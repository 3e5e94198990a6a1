"""What a project holds: recordings, events, queues and history. Changes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo

from . import commands as edits
from .codec import KINDS
from .command import Command
from .connection import Held
from .filters import EventFilter, QueueKind, Sort
from .models import (
    AnalysisRecord,
    ClassCounts,
    HistoryEntry,
    LabelSet,
    ProjectEvent,
    Recording,
    Reviewed,
    StoredRules,
)
from .paths import located, stored_path
from .tables import parse_utc

_ALL = EventFilter()
_BY_TIME = Sort()


class Reading(Held):
    """The questions that `Project` answers."""

    # recordings

    def recordings(self) -> list[Recording]:
        """Those in the project, by path."""
        with self._guard:
            there = [r for r in self._recordings.values() if not r.removed]
        return sorted(there, key=lambda r: (r.path.casefold(), r.path, r.id))

    def recording(self, recording_id: str) -> Recording | None:
        found = self._recordings.get(recording_id)
        return found if found and not found.removed else None

    def recording_at(self, path: Path) -> Recording | None:
        """The recording whose file this is."""
        wanted = located(self.stored_path(path), self.path.parent)
        return next((r for r in self.recordings() if self.locate(r) == wanted), None)

    def recordings_with_hash(self, content_hash: str) -> list[Recording]:
        return [r for r in self.recordings() if content_hash and r.content_hash == content_hash]

    def locate(self, recording: Recording) -> Path:
        """Where the file should be."""
        return located(recording.path, self.path.parent)

    def stored_path(self, path: Path) -> str:
        """How this project writes the path of a recording."""
        return stored_path(path, self.path.parent)

    def missing(self) -> list[Recording]:
        """Recordings whose file is not where it should be. Asks the disk for each."""
        return [r for r in self.recordings() if not self.locate(r).exists()]

    def analyses(self, recording_id: str) -> list[AnalysisRecord]:
        with self._reading():
            rows = self._connection.execute(
                "SELECT model_sha256, model_name, settings_key, settings, made_utc FROM analyses"
                " WHERE rec = ? ORDER BY made_utc", (self._rec(recording_id),)
            ).fetchall()  # fmt: skip
        return [
            AnalysisRecord(recording_id, row[0], row[1], row[2], row[3], parse_utc(row[4]))
            for row in rows
        ]

    def reviewed(self, recording_id: str) -> Reviewed:
        """All reviewed spans of the recording."""
        with self._reading():
            return self._tables.reviewed(self._rec(recording_id))

    def labelled(self, recording_id: str) -> LabelledRecording:
        """The recording as label formats write it."""
        recording = self._recordings[recording_id]
        info = RecordingInfo(
            self.locate(recording), recording.duration_s, recording.sample_rate_hz,
            recording.channels, recording.recorded_at,
        )  # fmt: skip
        analyses = self.analyses(recording_id)
        return LabelledRecording(
            info,
            self.recording_events(recording_id),
            self.reviewed(recording_id).spans,
            analyses[-1].model_sha256 if analyses else "",
        )

    # label sets, rules and the rest

    def label_sets(self) -> list[LabelSet]:
        with self._reading():
            return self._tables.label_sets()

    def rule_sets(self) -> list[StoredRules]:
        with self._reading():
            return self._tables.rule_sets()

    def reviewers(self) -> list[str]:
        """Everybody who has changed something, by name."""
        with self._reading():
            rows = self._connection.execute("SELECT name FROM reviewers ORDER BY name").fetchall()
        return [row[0] for row in rows]

    def value(self, name: str, default: str = "") -> str:
        with self._reading():
            found = self._connection.execute(
                "SELECT value FROM meta WHERE key = ?", (f"value:{name}",)
            ).fetchone()
        return found[0] if found else default

    def history(self, limit: int = 1000) -> list[HistoryEntry]:
        """The newest steps first, without values."""
        with self._reading():
            return self._journal.steps(limit)

    def history_of(self, recording_id: str, event_id: str) -> list[HistoryEntry]:
        """Every change of one event with old and new value, oldest first."""
        with self._reading():
            return self._journal.history_of(recording_id, event_id, KINDS[Event])

    def knows(self, recording_id: str) -> bool:
        """Whether the recording is or once was in the project."""
        return recording_id in self._recordings

    def step_uids(self) -> frozenset[str]:
        """Names of all steps, the same in all copies that share them."""
        with self._reading():
            return self._journal.step_uids()

    def events_changed_since(self, shared: frozenset[str]) -> frozenset[tuple[str, str]]:
        """(recording id, event id) of what steps outside `shared` changed."""
        with self._reading():
            return self._journal.events_changed_since(shared)

    # events

    def recording_events(self, recording_id: str) -> EventList:
        with self._reading():
            found = self._tables.events_of(self._rec(recording_id))
            return EventList.of(event for _, event in found)

    def deleted_events(self, recording_id: str) -> list[Event]:
        """Events of the recording that people took out and did not bring back."""
        with self._reading():
            return list(self._journal.deleted_events(self._rec(recording_id)))

    def event(self, recording_id: str, event_id: str) -> ProjectEvent | None:
        with self._reading():
            found = self._tables.find_event(self._rec(recording_id), event_id)
        return ProjectEvent(recording_id, found[1], found[0]) if found else None

    def negatives_of(self, items: Iterable[ProjectEvent]) -> list[ProjectEvent]:
        """The "not X" events that earlier corrections of these left behind (for `relabel`)."""
        found = []
        for recording_id in {item.recording_id for item in items}:
            with self._reading():
                for row, event in self._tables.events_of(self._rec(recording_id)):
                    if edits.is_negative(event):
                        found.append(ProjectEvent(recording_id, event, row))
        return found

    def events(self, rows: Iterable[int]) -> list[ProjectEvent]:
        """Events by row in the order asked for; those that are gone are left out."""
        with self._reading():
            return [
                ProjectEvent(self._tables.recording_id_of(rec), event, row)
                for row, rec, event in self._tables.events_at(rows)
            ]

    def event_ids(self, wanted: EventFilter = _ALL, sort: Sort = _BY_TIME) -> NDArray[np.int64]:
        """Rows of all events that meet the filter, sorted; int64 (n,). Hand slices to `events`."""
        with self._reading():
            return self._asked().rows(wanted, sort)

    def count(self, wanted: EventFilter = _ALL) -> int:
        with self._reading():
            return self._asked().count(wanted)

    def class_counts(self, wanted: EventFilter = _ALL) -> list[ClassCounts]:
        """States per class, with reviewed share and precision so far, by name."""
        with self._reading():
            return self._asked().counts(wanted)

    def recording_counts(self) -> dict[str, ClassCounts]:
        """States per recording id over all classes; recordings without events are not in it."""
        with self._reading():
            return self._asked().counts_per_recording()

    def queue(
        self,
        kind: QueueKind | str,
        wanted: EventFilter = _ALL,
        *,
        seed: int = 0,
        threshold: float = 0.5,
    ) -> NDArray[np.int64]:
        """Rows of the events to review, in order. Scores are probabilities where there are any."""
        with self._reading():
            return self._asked().queue(QueueKind(kind), wanted, seed, threshold)

    def next_unreviewed(
        self, after: int | None, within: NDArray[np.int64] | None = None, *, backwards: bool = False
    ) -> int | None:
        """The row of the next unreviewed event of a queue (None: of all by time); None at the end.

        Starts over at the start, so that what was skipped comes again.
        """
        with self._reading():
            rows = self._asked().rows(_ALL, _BY_TIME) if within is None else within
            return self._asked().next_unreviewed(rows, after, backwards)

    def count_unreviewed(self, rows: NDArray[np.int64]) -> int:
        """How many of the events in these rows nobody has decided on."""
        with self._reading():
            return self._asked().count_unreviewed(rows)

    def at_or_above(self, row: int, *, unreviewed_only: bool = True) -> NDArray[np.int64]:
        """Rows of the event's class with at least its score, the event included."""
        with self._reading():
            return self._asked().beyond(row, True, unreviewed_only)

    def at_or_below(self, row: int, *, unreviewed_only: bool = True) -> NDArray[np.int64]:
        with self._reading():
            return self._asked().beyond(row, False, unreviewed_only)

    def accept_and_above(self, row: int, reviewer: str = "") -> Command:
        """Accepts the event and all unreviewed ones of its class that score at least as high.

        `command.count` says beforehand how many; nothing is changed before `apply`.
        """
        command = edits.accept(self.events(self.at_or_above(row)), reviewer or self.reviewer)
        return replace(command, title=f"{command.title} (and all above)")

    def reject_and_below(self, row: int, reviewer: str = "") -> Command:
        command = edits.reject(self.events(self.at_or_below(row)), reviewer or self.reviewer)
        return replace(command, title=f"{command.title} (and all below)")
