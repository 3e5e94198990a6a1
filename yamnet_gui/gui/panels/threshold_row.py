"""The threshold for all classes, as a slider and a number."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from yamnet_gui.gui.widgets.number_box import ThresholdField
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.toolbar import THRESHOLD_TIP


class ThresholdRow(QWidget):
    """A slider and a field that follow each other."""

    changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(1, 100)
        self.slider.setPageStep(5)
        self.slider.valueChanged.connect(self._on_slider)
        self.field = ThresholdField(self)
        self.field.valueChanged.connect(self._on_field)
        for widget in (self.slider, self.field):
            widget.setAccessibleName("Threshold for all classes")
            widget.setToolTip(plain_tip(THRESHOLD_TIP))
        label = PlainLabel("All classes", self)
        label.setBuddy(self.field)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)

    def show_value(self, value: float) -> None:
        """Shows a threshold, without a signal."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * 100))
        if self.field.value() != round(value, 3):  # else it would be painted for nothing
            with QSignalBlocker(self.field):
                self.field.setValue(value)

    def _on_slider(self, percent: int) -> None:
        with QSignalBlocker(self.field):
            self.field.setValue(percent / 100)
        self.changed.emit(percent / 100)

    def _on_field(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * 100))
        self.changed.emit(round(value, 3))
