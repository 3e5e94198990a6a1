"""Preset of the spectrogram and coloured; every change shows at once."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.audio.spectrogram import PRESETS, WINDOWS, SpectrogramSettings
from yamnet_gui.gui.state.settings import SETTINGS, Settings
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.number_box import NumberBox

_SCALES = (
    ("linear", "Linear"),
    ("mel", "Mel"),
    ("log", "Logarithmic"),
    ("yamnet", "What YAMNet hears (64 mel bands)"),
)
_CONTRAST_STEPS = 20


class SpectrogramDialog(QDialog):
    """Stays open beside the window. Reads and sets the owner of the spectrogram."""

    def __init__(
        self,
        spectrogram: Spectrogram,
        settings: Settings,
        channels: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Spectrogram")
        self._spectrogram = spectrogram
        self._settings = settings
        self._reading = False
        self._build(channels)
        self.read()
        spectrogram.changed.connect(self.read)

    def read(self) -> None:
        """Shows what holds now."""
        self._reading = True
        now, look = self._spectrogram.settings, self._spectrogram.look
        preset = self._spectrogram.preset
        self.preset.setCurrentIndex(-1 if preset is None else preset)
        self.window_ms.setValue(now.window_s * 1000)
        self.overlap.setValue(now.overlap * 100)
        self.window_kind.setCurrentIndex(WINDOWS.index(now.window))
        self.scale.setCurrentIndex([key for key, _ in _SCALES].index(now.scale))
        self.low.setValue(now.low_hz)
        self.high.setValue(now.high_hz or 0.0)
        self.channel.setCurrentIndex(0 if now.channel is None else now.channel + 1)
        self.automatic.setChecked(self._spectrogram.automatic)
        self.floor.setValue(look.floor_db)
        self.ceiling.setValue(look.ceiling_db)
        self.contrast.setValue(round(look.contrast * _CONTRAST_STEPS))
        self.colors.setCurrentIndex(self.colors.findData(look.colormap))
        for field in (self.low, self.high, self.window_ms, self.overlap, self.window_kind):
            field.setEnabled(now.scale != "yamnet")
        self._reading = False

    def _build(self, channels: int) -> None:
        self.preset = QComboBox()
        self.preset.addItems([p.name for p in PRESETS])
        self.preset.setPlaceholderText("Custom settings")
        self.preset.setAccessibleName("Preset")
        self.preset.activated.connect(self._use_preset)
        self.window_ms = _spin(0.5, 1000.0, 1, " ms")
        self.overlap = _spin(0.0, 95.0, 0, " %")
        self.window_kind = _choice((w, w.capitalize()) for w in WINDOWS)
        self.scale = _choice(_SCALES)
        self.low = _spin(0.0, 190_000.0, 0, " Hz")
        self.high = _spin(0.0, 192_000.0, 0, " Hz")
        self.high.setSpecialValueText("half the sample rate")
        names = ["Mixed", *(f"Channel {i + 1}" for i in range(channels))]
        self.channel = _choice((name, name) for name in names)
        self.automatic = TickBox("Fit levels to the recording", self)
        self.floor = _spin(-128.0, 40.0, 0, " dB")
        self.ceiling = _spin(-120.0, 60.0, 0, " dB")
        self.contrast = QSlider(Qt.Orientation.Horizontal)
        self.contrast.setRange(_CONTRAST_STEPS // 4, _CONTRAST_STEPS * 3)
        maps = next(s.choices for s in SETTINGS if s.key == "colormap")
        self.colors = _choice(maps)
        layout = QVBoxLayout(self)
        layout.addWidget(self.preset)
        layout.addWidget(
            _group(
                "Computation",
                ("Window length", self.window_ms),
                ("Overlap", self.overlap),
                ("Window", self.window_kind),
                ("Frequency axis", self.scale),
                ("From", self.low),
                ("To", self.high),
                ("Channel", self.channel),
            )
        )
        layout.addWidget(
            _group(
                "Colours",
                ("", self.automatic),
                ("Minimum level", self.floor),
                ("Maximum level", self.ceiling),
                ("Contrast", self.contrast),
                ("Colour map", self.colors),
            )
        )
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        for spin in (self.window_ms, self.overlap, self.low, self.high):
            spin.valueChanged.connect(self._set_picture)
        for box in (self.window_kind, self.scale, self.channel):
            box.activated.connect(self._set_picture)
        for level in (self.floor, self.ceiling):
            level.valueChanged.connect(self._set_levels)
        self.contrast.valueChanged.connect(self._set_contrast)
        self.automatic.toggled.connect(self._set_automatic)
        self.colors.activated.connect(self._set_colors)

    def _use_preset(self, index: int) -> None:
        self._spectrogram.use_preset(PRESETS[index])

    def _set_picture(self, _value: object) -> None:
        if self._reading:
            return
        high = self.high.value() or None
        if high is not None and high <= self.low.value():
            return  # half typed
        channel = self.channel.currentIndex()
        self._spectrogram.set_settings(
            SpectrogramSettings(
                window_s=self.window_ms.value() / 1000,
                overlap=self.overlap.value() / 100,
                window=WINDOWS[self.window_kind.currentIndex()],
                scale=_SCALES[self.scale.currentIndex()][0],  # type: ignore[arg-type]
                low_hz=self.low.value(),
                high_hz=high,
                channel=None if channel <= 0 else channel - 1,
            )
        )
        self.read()

    def _set_levels(self, _value: float) -> None:
        if not self._reading:
            floor = min(self.floor.value(), self.ceiling.value() - 1)
            self._look(floor_db=floor, ceiling_db=self.ceiling.value())

    def _set_contrast(self, value: int) -> None:
        if not self._reading:
            look = replace(self._spectrogram.look, contrast=value / _CONTRAST_STEPS)
            self._spectrogram.set_look(look, automatic=self._spectrogram.automatic)

    def _set_automatic(self, on: bool) -> None:
        if not self._reading:
            self._spectrogram.follow_levels(on)

    def _set_colors(self, index: int) -> None:
        self._settings.set("colormap", self.colors.itemData(index))

    def _look(self, **changes: float) -> None:
        look = replace(self._spectrogram.look, **changes)  # type: ignore[arg-type]
        self._spectrogram.set_look(look)


def _spin(low: float, high: float, decimals: int, suffix: str) -> QDoubleSpinBox:
    box = NumberBox()
    box.setRange(low, high)
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    return box


def _choice(choices: Iterable[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    for stored, shown in choices:
        box.addItem(shown, stored)
    return box


def _group(title: str, *rows: tuple[str, QWidget]) -> QGroupBox:
    group = QGroupBox(title)
    form = QFormLayout(group)
    for name, widget in rows:
        form.addRow(name, widget)
        if name:
            widget.setAccessibleName(name)
    return group
