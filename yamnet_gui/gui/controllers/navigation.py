"""Going to a place of any recording of the project."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.timeline import Timeline

from .recording_loader import RecordingLoader
from .transport import Controller


class Navigator(QObject):
    """Shows a place on the timeline; opens its recording first where another one is open."""

    told = Signal(str)

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        project: ProjectState,
        opener: RecordingLoader,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._project = project
        self._opener = opener
        self._controller = controller
        self._target: Place | None = None
        opener.opened.connect(self._arrive)
        opener.failed.connect(self._give_up)

    @property
    def waiting(self) -> bool:
        """Whether a recording is being opened to get there."""
        return self._target is not None

    def path_of(self, place: Place) -> Path:
        """Where the file of a place is now."""
        project = self._project.project
        recording = project.recordings.get(place.recording) if project is not None else None
        if project is None or recording is None:
            return Path(place.path)
        return project.recordings.locate(recording)

    def is_open(self, place: Place) -> bool:
        return bool(place.recording) and place.recording == self._project.recording_id

    def go(self, place: Place, event_id: str = "") -> None:
        """Shows the place; selects its event where there is one, else the stretch itself."""
        if self.is_open(place):
            self._show(place, event_id)
            return
        path = self.path_of(place)
        if not path.exists():
            self.told.emit(f"{path.name} is not there any more.")
            return
        self._target = place
        self._opener.open(path)

    def _arrive(self, path: Path) -> None:
        place, self._target = self._target, None
        if place is not None and path == self.path_of(place):
            self._show(place, "")

    def _show(self, place: Place, event_id: str) -> None:
        if event_id and event_id in self._document.events:
            self._controller.go_to(event_id)
            return
        self._timeline.reveal(place.span)
        self._timeline.set_selection(place.span)
        self._controller.seek(place.span.start_s)

    def _give_up(self, _error: object) -> None:
        self._target = None
