"""The title of the window: the open recording and the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.times import clock

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_NAMED = (StorageMode.PROJECT, StorageMode.READ_ONLY)


class WindowTitle(Feature):
    """Names what is open; nobody gave the personal project a name."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._project = context.session.project
        self._window = context.shell.window
        self._document.recording_changed.connect(self._show)
        self._project.project_changed.connect(self._show)
        self._project.path_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        parts = []
        recording = self._document.recording
        if recording is not None:
            info = recording.info
            rate = f"{info.sample_rate_hz / 1000:g} kHz"
            channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
            lasts = clock(info.duration_s, 1)
            parts = [info.path.name, f"{lasts}, {rate}, {channels}, {recording.encoding}"]
        project = self._project.project
        if project is not None and self._project.storage_mode in _NAMED:
            only = " (read only)" if self._project.storage_mode is StorageMode.READ_ONLY else ""
            parts.insert(1, project.path.stem + only)
        self._window.setWindowTitle(" — ".join([*parts, "yamnet_gui"]))
