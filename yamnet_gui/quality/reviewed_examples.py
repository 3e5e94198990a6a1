"""Which sounds are examples of which class: reviewed events of a project, and folders of sounds."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from yamnet_gui.audio import is_sound_file
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.files import is_folder
from yamnet_gui.labels.project import ProjectEvent

_ROUNDING_S = 1e-6


class AcceptedEvents:
    """The accepted ones of reviewed events: they say what else sounds where an event lies."""

    def __init__(self, reviewed: Iterable[ProjectEvent]) -> None:
        self._spans: dict[str, list[tuple[float, float, str]]] = {}
        for item in reviewed:
            event = item.event
            if event.state is ReviewState.ACCEPTED:
                span = (event.onset_s, event.offset_s, event.label)
                self._spans.setdefault(item.recording_id, []).append(span)
        self._longest: dict[str, float] = {}
        for recording, spans in self._spans.items():
            spans.sort()
            self._longest[recording] = max(end - start for start, end, _ in spans)

    def labels_of(
        self, item: ProjectEvent, labels: Mapping[str, str], *, others: bool
    ) -> list[str | None]:
        """The class that an event is an example of, None for a negative example, or nothing.

        `labels` maps labels of events to classes. With `others`, accepted events of other labels
        are negative examples, as rejected ones of the classes are; neither is where one of the
        classes sounds as well.
        """
        event = item.event
        own = labels.get(event.label)
        if event.state is ReviewState.ACCEPTED and own is not None:
            return [own]
        if any(True for _ in self.within(item, labels)):
            return []
        if event.state is ReviewState.ACCEPTED:
            return [None] if others else []
        return [None] if own is not None else []

    def within(
        self, item: ProjectEvent, labels: Mapping[str, str]
    ) -> Iterator[tuple[float, float, str]]:
        """Onset, offset and class of accepted events of the classes that overlap an event."""
        event = item.event
        spans = self._spans.get(item.recording_id, [])
        earliest = event.onset_s - self._longest.get(item.recording_id, 0.0) - _ROUNDING_S
        for place in range(bisect_left(spans, (earliest,)), len(spans)):
            start, end, label = spans[place]
            if start >= event.offset_s:
                break
            if event.onset_s < end and label in labels:
                yield start, end, labels[label]


def sound_files(folder: Path) -> list[tuple[str, Path]]:
    """(class, file) of a folder: its own sounds under its name, those of each subfolder under the
    subfolder's. Raises UserError where it cannot be read."""
    try:
        inside = sorted(folder.iterdir())
        own = [(folder.name, p) for p in inside if is_sound_file(p)]
        for part in inside:
            if is_folder(part):
                files = sorted(p for p in part.iterdir() if is_sound_file(p))
                own += [(part.name, p) for p in files]
    except OSError as error:
        raise UserError(folder, f"cannot be read ({error.strerror})") from error
    return own
