"""The open recording closes once it is no longer of the project: nothing decided there counts."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.state.project import ProjectState

from .recording_controller import RecordingController
from .recording_loader import RecordingLoader


class RemovedRecording(QObject):
    """Closes what a step has removed, and opens it again once a step has brought it back.

    Any step may: removing by the user, undo of adding, redo.
    """

    def __init__(
        self,
        project: ProjectState,
        loader: RecordingLoader,
        recordings: RecordingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._loader = loader
        self._recordings = recordings
        self._closed = ""  # id of the recording that was closed last, as long as none is open
        project.recordings_changed.connect(self._follow)
        project.recording_changed.connect(self._follow)
        project.project_changed.connect(self._forget)
        loader.opened.connect(self._forget)

    @Slot()
    def _forget(self) -> None:
        self._closed = ""

    @Slot()
    def _follow(self) -> None:
        project, opened = self._project.project, self._project.recording_id
        if project is None:
            return
        if opened:
            if project.recordings.get(opened) is None:
                self._closed = opened
                self._recordings.close_recording()
            return
        back = project.recordings.get(self._closed)
        if back is not None and self._loader.path is None and self._loader.opening is None:
            self._closed = ""
            self._loader.open(project.recordings.locate(back))
