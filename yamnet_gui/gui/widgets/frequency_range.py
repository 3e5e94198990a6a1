"""Two fields for the bounds of an event in frequency."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from yamnet_gui.gui.widgets.number_box import NumberBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

_ANY = 0.0


class FrequencyRangeFields(QWidget):
    """Lowest and highest frequency in Hz; "any" for none. `edited` when a field loses the focus."""

    edited = Signal(object, object)  # float | None each

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = PlainLabel("Frequency", self)
        title.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.low = self._field("Lowest frequency")
        self.high = self._field("Highest frequency")
        self._shown: tuple[float | None, float | None] = (None, None)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addWidget(self.low, 1)
        layout.addWidget(PlainLabel("–", self))
        layout.addWidget(self.high, 1)

    def show_range(self, low_hz: float | None, high_hz: float | None, limit_hz: float) -> None:
        """Shows bounds; a field that is just being typed into is left alone."""
        self._shown = (low_hz, high_hz)
        for box, value in ((self.low, low_hz), (self.high, high_hz)):
            if not box.hasFocus():
                box.setMaximum(max(limit_hz, value or 0.0))
                box.setValue(_ANY if value is None else value)

    def _field(self, name: str) -> QDoubleSpinBox:
        box = NumberBox(self)
        box.setDecimals(0)
        box.setKeyboardTracking(False)
        box.setSingleStep(100.0)
        box.setSuffix(" Hz")
        box.setSpecialValueText("any")
        box.setAccessibleName(name)
        box.setToolTip(plain_tip(f"{name} of the event"))
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box.editingFinished.connect(self._on_edited)
        return box

    def _on_edited(self) -> None:
        low, high = (None if b.value() == _ANY else b.value() for b in (self.low, self.high))
        if (_rounded(low), _rounded(high)) != tuple(map(_rounded, self._shown)):
            self.edited.emit(low, high)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
