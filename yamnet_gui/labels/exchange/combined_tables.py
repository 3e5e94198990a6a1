"""Several tables read as one import, so that they are one preview and one step of undo."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.labels.formats import ImportResult


def merged(results: Iterable[ImportResult]) -> tuple[LabelledRecording, ...]:
    """What the tables say of each recording, together; what two of them say alike counts once.

    Raises LabelsError where two tables give different events the same id.
    """
    by_path: dict[Path, LabelledRecording] = {}
    for result in results:
        for recording in until_stopped(result.recordings, 1):
            path = recording.recording.path
            before = by_path.get(path)
            by_path[path] = recording if before is None else _both(before, recording, result.path)
    return tuple(by_path.values())


def _both(a: LabelledRecording, b: LabelledRecording, table: Path) -> LabelledRecording:
    events: dict[str, Event] = {event.id: event for event in a.events}
    for event in b.events:
        twin = events.setdefault(event.id, event)
        if twin != event:
            reason = f"gives {event.label!r} at {event.onset_s:g} s the id of another event"
            raise LabelsError(table, reason, "import the tables one after the other")
    spans = (*a.reviewed, *(span for span in b.reviewed if span not in a.reviewed))
    longest = max(a.recording.duration_s, b.recording.duration_s)
    return replace(
        a,
        recording=replace(a.recording, duration_s=longest),
        events=EventList.of(events.values()),
        reviewed=spans,
        model_sha256=a.model_sha256 or b.model_sha256,
    )
