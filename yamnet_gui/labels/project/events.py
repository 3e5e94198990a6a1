"""The events of a project: reading, counting and queueing them, and storing detections."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.core.matching import merge_detections
from yamnet_gui.core.negatives import negative_ids
from yamnet_gui.core.stopping import until_stopped

from .change_set import ChangeSet
from .command import Change, Command
from .connection import ProjectConnection
from .event_columns import EventColumns
from .event_rows import SOURCE_CODES, STATE_CODES
from .filters import EventFilter, QueueKind, Sort
from .history import deleted_events
from .index_queries import IndexQueries
from .models import DERIVE, ClassCounts, ProjectEvent

_ALL = EventFilter()
_BY_TIME = Sort()
_UNREVIEWED = STATE_CODES[ReviewState.UNREVIEWED]
_DETECTED = SOURCE_CODES[EventSource.DETECTED]


class ProjectEvents:
    """`Project.events`. Methods raise ProjectError where the file cannot be read or written.

    The user's edits are commands for `Project.apply`; here only detections are stored.
    """

    def __init__(self, connection: ProjectConnection) -> None:
        self._connection = connection

    # of one recording

    def of(self, recording_id: str) -> EventList:
        """All events of a recording."""
        with self._connection.reading():
            stored = self._connection.tables.events_of(self._connection.rec(recording_id))
            return EventList.of(event for _, event in stored)

    def deleted(self, recording_id: str) -> list[Event]:
        """Events of the recording that the user deleted and did not bring back."""
        with self._connection.reading():
            rec = self._connection.rec(recording_id)
            return list(deleted_events(self._connection.database, rec))

    def some(self, recording_id: str, event_ids: Iterable[str]) -> dict[str, Event]:
        """Those of these events that the recording holds, by id."""
        with self._connection.reading():
            stored = self._connection.tables.some_events(
                self._connection.rec(recording_id), event_ids
            )
            return {event.id: event for event in stored}

    def get(self, recording_id: str, event_id: str) -> ProjectEvent | None:
        with self._connection.reading():
            stored = self._connection.tables.find_event(
                self._connection.rec(recording_id), event_id
            )
        return ProjectEvent(recording_id, stored[1], stored[0]) if stored else None

    def touched_beside(self, items: Iterable[ProjectEvent]) -> list[ProjectEvent]:
        """All that the user made, decided or left behind in the recordings of these events."""
        touched = []
        for recording_id in {item.recording_id for item in items}:
            with self._connection.reading():
                rec = self._connection.rec(recording_id)
                for row, event in self._connection.tables.events_of(rec):
                    if event.touched:
                        touched.append(ProjectEvent(recording_id, event, row))
        return touched

    def corrected(self, counts: Mapping[str, ClassCounts]) -> dict[str, int]:
        """How many rejected events corrections to another label left in each recording, where there
        are any. `counts`: those of `recording_counts`. A correction is one decision, and counts
        once, for the event with its new label.
        """
        found = {}
        with self._connection.reading():
            for recording_id, count in until_stopped(counts.items()):
                if count.rejected:
                    rec = self._connection.rec(recording_id)
                    number = self._connection.tables.count_ids(rec, *negative_ids())
                    if number:
                        found[recording_id] = number
        return found

    # of all recordings, by row

    def at(self, rows: Iterable[int]) -> list[ProjectEvent]:
        """Events by row in the order asked for; rows that no longer exist are left out."""
        tables = self._connection.tables
        with self._connection.reading():
            return [
                ProjectEvent(tables.recording_id_of(rec), event, row)
                for row, rec, event in tables.events_at(rows)
            ]

    def rows(self, wanted: EventFilter = _ALL, sort: Sort = _BY_TIME) -> NDArray[np.int64]:
        """Rows of all events that pass the filter, sorted; int64 (n,). Hand slices to `at`."""
        return self._beside_others(wanted).rows(wanted, sort)

    def count(self, wanted: EventFilter = _ALL) -> int:
        return self._beside_others(wanted).count(wanted)

    def class_counts(self, wanted: EventFilter = _ALL) -> list[ClassCounts]:
        """States per class, with reviewed share and precision so far, by name."""
        return self._beside_others(wanted).counts(wanted)

    def columns(self, wanted: EventFilter = _ALL) -> EventColumns:
        """What is needed to count these events, without reading them."""
        return self._beside_others(wanted).columns(wanted)

    def recording_counts(self, wanted: EventFilter = _ALL) -> dict[str, ClassCounts]:
        """States per recording id over all classes; recordings without events are not in it."""
        return self._beside_others(wanted).counts_per_recording(wanted)

    def channels(self) -> frozenset[int | None]:
        """The channels that events are of, from 0; None where they are of all together."""
        return self._beside_others().channels()

    def touched_recordings(self) -> frozenset[str]:
        """Ids of the recordings of which the user has touched an event; reads none of them."""
        return self._beside_others().touched_recordings()

    def _beside_others(self, wanted: EventFilter = _ALL) -> IndexQueries:
        """What answers a query of a million events while other threads read and write."""
        with self._connection.reading():
            return self._connection.queries().snapshot(wanted)

    def queue(
        self,
        kind: QueueKind | str,
        wanted: EventFilter = _ALL,
        *,
        seed: int = 0,
        threshold: float = 0.5,
    ) -> NDArray[np.int64]:
        """Rows of the events to review, in order. Scores are probabilities where there are any."""
        return self._beside_others(wanted).queue(QueueKind(kind), wanted, seed, threshold)

    def next_unreviewed(
        self, after: int | None, within: NDArray[np.int64] | None = None, *, backwards: bool = False
    ) -> int | None:
        """The row of the next unreviewed event of a queue (None: of all by time); None at the end.

        Wraps around, so that skipped events come again.
        """
        with self._connection.reading():
            queries = self._connection.queries()
            rows = queries.rows(_ALL, _BY_TIME) if within is None else within
            return queries.next_unreviewed(rows, after, backwards)

    def count_unreviewed(self, rows: NDArray[np.int64]) -> int:
        """How many of the events in these rows are unreviewed."""
        return self._beside_others().count_unreviewed(rows)

    def at_or_above(
        self, row: int, wanted: EventFilter = _ALL, *, unreviewed_only: bool = True
    ) -> NDArray[np.int64]:
        """Rows of the event's class with at least its score, the event included."""
        return self._beside_others(wanted).beyond(row, True, unreviewed_only, wanted)

    def at_or_below(
        self, row: int, wanted: EventFilter = _ALL, *, unreviewed_only: bool = True
    ) -> NDArray[np.int64]:
        """Rows of the event's class with at most its score, the event included."""
        return self._beside_others(wanted).beyond(row, False, unreviewed_only, wanted)

    # detections

    def store_detections(self, recording_id: str, detections: Iterable[Event]) -> EventList:
        """Puts new detections in place of untouched ones; gives the recording's events.

        Touched events stay exactly as they are, and neither they nor deleted detections get another
        one beside them (see `merge_detections`). This is not an edit of the user: it is in the
        history, but not on the undo stack, and what was undone can still be redone.
        """
        connection, history = self._connection, self._connection.undo_history

        def work() -> ChangeSet:
            touched = ChangeSet()
            rec = connection.rec(recording_id)
            now = {event.id: event for _, event in connection.tables.events_of(rec)}
            deleted = deleted_events(connection.database, rec)
            after = {e.id: e for e in merge_detections(detections, now.values(), deleted)}
            for event_id in now.keys() - after.keys():
                history.values.put_event(recording_id, event_id, None, touched)
            for event_id, event in after.items():
                if now.get(event_id) != event:
                    history.values.put_event(recording_id, event_id, event, touched)
            if touched.rows:
                title = f"detections of {connection.recordings[recording_id].name}"
                history.note_step(DERIVE, title, connection.reviewer)
            return touched

        connection.write("store the detections", work)
        return self.of(recording_id)

    def rules_differ(self, recording_id: str, rules_id: str, classes: int) -> bool | None:
        """Whether any detection that nobody touched was found with other rules than these.

        None where the recording has no such detection. Only the first `classes` classes count:
        those of the model, to which rules of the project apply.
        """
        query = (
            "SELECT 1 FROM events JOIN kinds USING (kind) WHERE rec = ? AND state = ?"
            " AND source = ? AND note IS NULL AND class_index BETWEEN 0 AND ?"
        )
        with self._connection.reading():
            find = self._connection.database.execute
            of = (self._connection.rec(recording_id), _UNREVIEWED, _DETECTED, classes - 1)
            other = find(f"{query} AND rules_id != ? LIMIT 1", (*of, rules_id)).fetchone()
            if other is not None:
                return True
            return None if find(f"{query} LIMIT 1", of).fetchone() is None else False

    def note_rules(self, recording_id: str, rules_id: str, classes: int) -> None:
        """Stores that these rules find the untouched detections of the model as they are here."""
        connection, history = self._connection, self._connection.undo_history

        def work() -> ChangeSet:
            touched = ChangeSet()
            for _, event in connection.tables.events_of(connection.rec(recording_id)):
                of_model = event.class_index is not None and event.class_index < classes
                if of_model and not event.touched and event.rules_id != rules_id:
                    noted = replace(event, rules_id=rules_id)
                    history.values.put_event(recording_id, event.id, noted, touched)
            return touched

        connection.write("store the rules of detections", work)

    def replace_detections(
        self, title: str, changes: Mapping[str, tuple[Iterable[Event], Iterable[Event]]]
    ) -> None:
        """Removes detections and adds others, in many recordings, as one step.

        `changes` maps recording ids to (removed, added). Whatever the user has touched or deleted
        meanwhile stays so. The step can be undone, but it is no decision of the user: the history
        calls it "derive", and what it removes may be detected again.
        """
        connection, history = self._connection, self._connection.undo_history

        def work() -> ChangeSet:
            steps: list[Change] = []
            for recording_id, (removed, added) in changes.items():
                rec = connection.rec(recording_id)
                now = {event.id: event for _, event in connection.tables.events_of(rec)}
                after: dict[str, Event | None] = {
                    event.id: None
                    for event in removed
                    if event.id in now and not now[event.id].touched
                }
                deleted = deleted_events(connection.database, rec)
                for event in merge_detections(added, now.values(), deleted):
                    if not event.touched:
                        after[event.id] = event
                steps += [
                    Change(recording_id, now.get(event_id), event)
                    for event_id, event in after.items()
                    if now.get(event_id) != event
                ]
            if not steps:
                return ChangeSet()
            return history.apply(Command(title, tuple(steps)), connection.reviewer, action=DERIVE)

        connection.write("store the detections", work)
