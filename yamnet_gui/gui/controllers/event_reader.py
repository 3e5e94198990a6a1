"""Reading events of the whole project for what is painted, without waiting for a large step."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.labels.project import ProjectEvent, Recording

_BUSY_MS = 200


class EventReader(QObject):
    """Gives events by row; nothing while the project stores a large step, and then `again`."""

    again = Signal()  # what could not be read before can be read now

    def __init__(self, project: ProjectState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._closed = False
        self._later = Debounced(self, _BUSY_MS, self.again.emit)

    def close(self) -> None:
        self._closed = True
        self._later.stop()

    def events(self, rows: Sequence[int]) -> list[ProjectEvent]:
        """The events in these rows that still exist."""
        project = self._project.project
        if project is not None and project.busy():  # painting does not wait for a large step
            if not self._closed:
                self._later.start()
            return []
        try:
            return project.events.at(rows) if project is not None else []
        except ProjectError:
            return []

    def recording(self, recording_id: str) -> Recording | None:
        project = self._project.project
        return project.recordings.get(recording_id) if project is not None else None

    def path_of(self, recording_id: str) -> str:
        """Where the file of a recording is now; "" where nobody knows."""
        project, known = self._project.project, self.recording(recording_id)
        return str(project.recordings.locate(known)) if project and known else ""
