"""Fields for text and for what is typed as text."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from yamnet_gui.core.clock_time import TimeOfDay

from .colors import theme_of

_TIMES_OF_DAY = "Time of day, such as 22:00 – 5:30"


class SearchField(QLineEdit):
    """A field that filters a list: Escape empties it, Down and Enter go on to the list."""

    left_down = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)

    def event(self, event: QEvent) -> bool:
        # Escape must empty the field even where the window uses the key for something else.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)


class TimeOfDayField(SearchField):
    """Takes a part of the day; what is not understood yet filters nothing, and is marked."""

    changed = Signal()  # value

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_TIMES_OF_DAY, parent)
        self.setToolTip("Show only events that begin in this part of the day, by the clock")
        self.value: TimeOfDay | None = None
        self.textChanged.connect(self._on_text)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        value = TimeOfDay.parse(text)
        unclear = value is None and bool(text.strip())
        palette = QPalette()
        if unclear:
            palette.setColor(QPalette.ColorRole.Text, QColor(theme_of(self.palette()).error))
        self.setPalette(palette)
        if value != self.value:
            self.value = value
            self.changed.emit()
