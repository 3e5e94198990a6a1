"""The fields of the toolbar and the actions that are switched on and off."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.audio.spectrogram import PRESETS
from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.widgets.toolbar import ToolbarBoxes

from .one_per_sound import ONE_PER_SOUND
from .transport import Transport

_STORED = ("follow", "autoplay", "follow_selection", "follow_channel", ONE_PER_SOUND)
_SWITCHES = ("loop", "keep_pitch", "band_limited", *_STORED)


class ToolbarController(QObject):
    """Keeps the fields of the toolbar equal to what they set."""

    def __init__(
        self,
        boxes: ToolbarBoxes,
        window: MainWindow,
        settings: Settings,
        transport: Transport,
        rules: Rules,
        spectrogram: Spectrogram,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._boxes = boxes
        self._window = window
        self._settings = settings
        self._rules = rules
        self._spectrogram = spectrogram
        actions = window.actions_by_id
        for name in _SWITCHES:
            actions[name].setChecked(settings.value(name))
        actions["loop"].toggled.connect(transport.set_loop)
        actions["keep_pitch"].toggled.connect(transport.set_keep_pitch)
        actions["band_limited"].toggled.connect(transport.set_band_limited)
        for name in _STORED:
            actions[name].toggled.connect(lambda on, name=name: settings.set(name, on))
        actions["full_screen"].toggled.connect(self._set_full_screen)
        boxes.speed.speed_chosen.connect(transport.set_speed)
        boxes.volume.volume_chosen.connect(transport.set_volume)
        boxes.threshold.threshold_chosen.connect(self._set_threshold)
        boxes.preset.preset_chosen.connect(self._use_preset)
        transport.speed_changed.connect(boxes.speed.show_speed)
        rules.changed.connect(self._show_threshold)
        settings.changed.connect(self._on_setting)
        spectrogram.axis_changed.connect(self._show_preset)
        self._show_threshold()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        """One that is switched in several places."""
        if key in _STORED:
            self._window.actions_by_id[key].setChecked(self._settings.value(key))

    @Slot(float)
    def _set_threshold(self, value: float) -> None:
        self._rules.set_threshold(None, value)

    @Slot()
    def _show_threshold(self) -> None:
        self._boxes.threshold.show_value(self._rules.rule_set.default.on or 0.0)

    @Slot(int)
    def _use_preset(self, index: int) -> None:
        self._spectrogram.use_preset(PRESETS[index])

    @Slot()
    def _show_preset(self) -> None:
        self._boxes.preset.show_preset(self._spectrogram.preset)

    @Slot(bool)
    def _set_full_screen(self, on: bool) -> None:
        if on:
            self._window.showFullScreen()
        else:
            self._window.showNormal()
