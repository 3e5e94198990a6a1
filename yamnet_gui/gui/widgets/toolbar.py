"""Widgets of the toolbar that are more than a button."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSlider,
    QWidget,
)

from yamnet_gui.gui.playback import SPEEDS, Player, speed_index
from yamnet_gui.gui.widgets.number_box import ThresholdField
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

THRESHOLD_TIP = (
    "Score that an event must reach somewhere, for every class without its own threshold.\n"
    "A quiet part of a longer event may score less."
)


class SpeedBox(QComboBox):
    """The playback speed."""

    speed_chosen = Signal(float)

    def __init__(self, factor: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Playback speed")
        self.setToolTip("Playback speed ([ slower, ] faster)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.addItem(f"{speed:g}×", speed)
        self.show_speed(factor)
        self.activated.connect(self._on_activated)

    def show_speed(self, factor: float) -> None:
        self.setCurrentIndex(speed_index(factor))

    def _on_activated(self, index: int) -> None:
        self.speed_chosen.emit(SPEEDS[index])


class VolumeBox(QSlider):
    """The playback volume."""

    volume_chosen = Signal(float)

    def __init__(self, volume: float, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, 100)
        self.setValue(round(volume * 100))
        self.setFixedWidth(80)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Volume")
        self.valueChanged.connect(self._on_value)
        player.sound.silence_changed.connect(self._show_silence)
        self._show_silence(player.sound.silent_reason)

    @Slot(str)
    def _show_silence(self, reason: str) -> None:
        self.setToolTip(plain_tip(reason or "Volume"))
        self.setEnabled(not reason)

    def _on_value(self, value: int) -> None:
        self.volume_chosen.emit(value / 100)


class ThresholdBox(QWidget):
    """The threshold for all classes without their own threshold."""

    threshold_chosen = Signal(float)

    def __init__(self, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spin = ThresholdField()
        self._spin.setValue(value)
        self._spin.setAccessibleName("Threshold for all classes")
        self._spin.setToolTip(plain_tip(THRESHOLD_TIP))
        label = PlainLabel("Threshold")
        label.setBuddy(self._spin)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.addWidget(label)
        layout.addWidget(self._spin)
        self._spin.valueChanged.connect(self.threshold_chosen)

    def show_value(self, value: float) -> None:
        if self._spin.value() == round(value, 3):
            return  # else it would be painted for nothing
        self._spin.blockSignals(True)
        self._spin.setValue(value)
        self._spin.blockSignals(False)


class PresetBox(QComboBox):
    """Presets of the spectrogram."""

    preset_chosen = Signal(int)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItems(list(names))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPlaceholderText("Custom settings")
        self.setAccessibleName("Spectrogram preset")
        self.setToolTip("Preset of the spectrogram")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(11)
        self.activated.connect(self.preset_chosen)

    def show_preset(self, index: int | None) -> None:
        """Shows which preset is in use; None: none of them."""
        self.setCurrentIndex(-1 if index is None else index)


@dataclass(frozen=True, slots=True)
class ToolbarBoxes:
    """The fields of the toolbar, by the names that the table of actions gives them."""

    speed: SpeedBox
    volume: VolumeBox
    threshold: ThresholdBox
    preset: PresetBox

    def by_name(self) -> dict[str, QWidget]:
        """Each with its place in the toolbar."""
        return {
            "speed": self.speed,
            "volume": self.volume,
            "threshold": self.threshold,
            "preset": self.preset,
        }
