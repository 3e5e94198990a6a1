"""Going to a place of any recording."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import Event
from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.state.project import ProjectState

from .event_navigation import EventNavigation
from .recording_loader import RecordingLoader


@dataclass(frozen=True, slots=True)
class Destination:
    """What to show, and of which recording: by its id in the project, else by its file.

    With `event_id` that event, with `label` the event of this label that shares most time with
    `span`; where there is no such event, or none is named, the span itself. `quietly` plays
    nothing, whatever the settings say.
    """

    recording_id: str = ""
    path: Path | None = None
    span: TimeSpan | None = None
    event_id: str = ""
    label: str = ""
    quietly: bool = False

    @classmethod
    def of_place(cls, place: Place, event_id: str = "") -> "Destination":
        """A place, or its event where it has one."""
        return cls(place.recording, Path(place.path), place.span, event_id)


class Navigator(QObject):
    """Shows a destination; opens its recording first where another one is open.

    If the user opens another recording meanwhile, the jump is dropped.
    """

    message = Signal(str)
    lost = Signal(object)  # Destination without span whose event did not appear
    unreachable = Signal(object)  # Destination whose recording could not be opened
    stayed = Signal()  # a jump was dropped for what is on the screen

    def __init__(
        self,
        document: Document,
        project: ProjectState,
        loader: RecordingLoader,
        events: EventNavigation,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._project = project
        self._loader = loader
        self._events = events
        self._target: Destination | None = None
        loader.opened.connect(self._on_opened)
        loader.failed.connect(self._on_failed)
        document.events_changed.connect(self._on_events)

    @property
    def pending(self) -> bool:
        """Whether a recording was opened for a destination whose event is still awaited."""
        return self._target is not None

    @property
    def waiting(self) -> bool:
        """Whether something has yet to come before the destination is on the screen."""
        to = self._target
        return to is not None and (to.span is None or not self._on_screen(to))

    def is_open(self, to: Destination) -> bool:
        """Whether the recording is open, and known to the project where that knows it."""
        if to.recording_id:
            return to.recording_id == self._project.recording_id
        return self._on_screen(to)

    def path_of(self, to: Destination) -> Path | None:
        """Where the file of the recording is now; None where nobody knows."""
        project = self._project.project
        known = project.recordings.get(to.recording_id) if project and to.recording_id else None
        return project.recordings.locate(known) if project and known else to.path

    def go(self, to: Destination) -> bool:
        """Shows the destination, now or once its recording is open; False where that cannot be."""
        self._target = None
        if to.span is None and not self._in_project(to):
            return False
        if self.is_open(to):
            self._loader.stay()  # else another recording would come in its place
            return self._show(to)
        path = self.path_of(to)
        if path is None:
            return False
        if not exists(file_of(path)):
            self.message.emit(f"{path.name} is not there any more.")
            return False
        self._target = to
        self._loader.open(path)
        return True

    def stay(self) -> None:
        """Drops a jump that has not arrived, and what is being opened: the user stays here."""
        if self._target is not None or self._loader.opening is not None:
            self._target = None
            self._loader.stay()
            self.stayed.emit()

    def _show(self, to: Destination) -> bool:
        event = self._event_of(to)
        if event is not None:
            self._events.go_to(event.id, play=not to.quietly)
            return True
        if to.span is None:
            self._report(to)
            return False
        self._events.show_span(to.span)
        return True

    def _on_opened(self, path: Path) -> None:
        to = self._target
        if to is None:
            return
        expected = self.path_of(to)
        if expected is None or expected.resolve() != path.resolve():
            self._target = None
        elif to.span is not None:
            self._events.show_span(to.span)
            if not (to.event_id or to.label):
                self._target = None

    def _on_events(self) -> None:
        """Goes to the event that the recording was opened for, once it is there."""
        to = self._target
        if to is None or not self.is_open(to):
            return
        event = self._event_of(to)
        if event is not None:
            self._target = None
            self._events.go_to(event.id, play=not to.quietly)
        elif self._document.state is AnalysisState.COMPLETE and len(self._document.events):
            self._target = None
            if to.span is None:
                self._report(to)
                self.lost.emit(to)

    def _on_failed(self, _error: object) -> None:
        to, self._target = self._target, None
        if to is not None and not self._on_screen(to):
            self.unreachable.emit(to)

    def _event_of(self, to: Destination) -> Event | None:
        events = self._document.events
        if to.event_id and to.event_id in events:
            return events.get(to.event_id)
        if not to.label or to.span is None:
            return None
        span = to.span
        same = [e for e in events.between(span.start_s, span.end_s) if e.label == to.label]
        return max(same, key=lambda e: _shared_s(e.span, span), default=None)

    def _in_project(self, to: Destination) -> bool:
        project = self._project.project
        return project is not None and project.events.get(to.recording_id, to.event_id) is not None

    def _on_screen(self, to: Destination) -> bool:
        recording = self._document.recording
        return recording is not None and recording.info.path == self.path_of(to)

    def _report(self, to: Destination) -> None:
        """The event is in the project, but the present thresholds do not find it any more."""
        project = self._project.project
        item = project.events.get(to.recording_id, to.event_id) if project is not None else None
        label = item.event.label if item is not None else "The event"
        self.message.emit(f"{label} is not detected with the present thresholds any more.")


def _shared_s(a: TimeSpan, b: TimeSpan) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
