"""How many events a table lists, and a button that shows those for which others stand."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from yamnet_gui.core.text import counted, grouped

from .plain_text import PlainLabel, plain_tip

_ALL_TIP = (
    "They are broader classes of sounds that are listed (Animal over Cricket), or Silence. "
    "The most particular class that reaches its threshold is listed, also where a broader one "
    "scores higher, as it nearly always does. Nothing is deleted; the same button leaves them out "
    "again."
)
_MATCH_TIP = (
    "These sounds are listed under a more particular class that does not match: what was found as "
    "Crow is listed as Caw where that was found, too. Silence is left out as well. Nothing is "
    "deleted; the same button leaves them out again."
)
_ONE_TIP = "Show one event for one sound, at its most particular class"


class ShownCount(QWidget):
    """A line below a table of events."""

    one_per_sound_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._one = False
        self.label = PlainLabel(self)
        self.label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.button = QToolButton(self)
        self.button.setAutoRaise(True)
        self.button.clicked.connect(lambda: self.one_per_sound_chosen.emit(not self._one))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        self.show_left_out(one_per_sound=False, count=0)

    def show_left_out(self, *, one_per_sound: bool, count: int, searched: bool = False) -> None:
        """How many events that the filter allows are left out because others stand for them.

        `searched`: the filter asks for words, which they have and those that stand for them may
        lack.
        """
        self._one = one_per_sound
        text, tip = "One per sound", _ONE_TIP
        if one_per_sound and searched:
            more = f"{grouped(count)} more that match{'es' if count == 1 else ''}"
            text, tip = f"Show {more}", _MATCH_TIP
        elif one_per_sound:
            text, tip = f"Show {counted(count, 'event')} left out", _ALL_TIP
        self.button.setText(text)
        self.button.setAccessibleName(text)
        self.button.setToolTip(plain_tip(tip))
        self.button.setVisible(count > 0 or not one_per_sound)
