"""Settings that take effect at once, at those whom they are about."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.log import set_detailed
from yamnet_gui.gui.playback import Player
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.settings import Settings

from .recording_loader import RecordingLoader


class AppliedSettings(QObject):
    """Hands on sound device, time zone, reviewer and detail of the log, now and on change."""

    def __init__(
        self,
        settings: Settings,
        player: Player,
        loader: RecordingLoader,
        project: ProjectState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._player = player
        self._loader = loader
        self._project = project
        self._apply("reviewer")
        self._apply("time_zone")
        if settings.value("output_device"):
            self._apply("output_device")
        if settings.value("detailed_log"):  # --verbose stays as it is
            self._apply("detailed_log")
        settings.changed.connect(self._apply)

    @Slot(str)
    def _apply(self, key: str) -> None:
        if key == "output_device":
            self._player.sound.set_device(self._settings.value(key) or None)
        elif key == "time_zone":
            self._loader.set_time_zone(self._settings.value(key))
        elif key == "reviewer":
            self._project.set_reviewer(self._settings.value(key))
        elif key == "detailed_log":
            set_detailed(self._settings.value(key))
