"""Messages in a bar over the tracks: what happened, why, and what can be done."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFont,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

from .buttons import IconButton
from .colors import blended, theme_of
from .fonts import text_scale

Action = tuple[str, Callable[[], None]]
MOST_AT_ONCE = 3
_MARGIN = 10
_WIDEST = 760
_MOST_COVERED = 1 / 18
"""Share of the tracks that messages may cover: a third of the waveform, the first of five."""
_NARROWEST = 32
"""Characters in a line beside the buttons; with fewer they stand below the text."""
_FIRST_S, _CHARACTERS_PER_S = 6.0, 15.0
_WARNING_FACTOR = 3.0
OFFER_S = 30.0
"""How long a message stays that offers something without asking for a decision, such as Undo."""


class NoticeKind(StrEnum):
    """How serious a message is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_SIGNS = {NoticeKind.INFO: "i", NoticeKind.WARNING: "!", NoticeKind.ERROR: "×"}
_NAMES = {NoticeKind.INFO: "Note", NoticeKind.WARNING: "Warning", NoticeKind.ERROR: "Error"}


def kind_color(kind: NoticeKind, palette: QPalette) -> QColor:
    """The colour of a kind of message on a palette."""
    theme = theme_of(palette)
    names = {
        NoticeKind.INFO: theme.accent,
        NoticeKind.WARNING: theme.warning,
        NoticeKind.ERROR: theme.error,
    }
    return QColor(names[kind])


def reading_s(kind: NoticeKind, text: str) -> float:
    """How long a message without buttons stays; 0 for errors, which the user sends away."""
    if kind is NoticeKind.ERROR:
        return 0.0
    seconds = _FIRST_S + len(text) / _CHARACTERS_PER_S
    return seconds * _WARNING_FACTOR if kind is NoticeKind.WARNING else seconds


class NoticeBar(QWidget):
    """Up to three messages under each other, newest on top; hidden where there is none.

    It lies over what it belongs to, near the upper edge, and so moves nothing when it comes or
    goes; below what must stay in sight, such as the overview of the recording, unless it would
    cover much of the little room that is left there for what is reviewed. Where the pointer works
    there when it comes, it lies at the lower edge; on low tracks only where it would lie under it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Notice] = []
        self._under: QWidget | None = None
        self._above: QWidget | None = None
        self._worked_at: QPoint | None = None  # where the pointer was when it came
        self.pointer: Callable[[], QPoint] = QCursor.pos
        """Where the mouse is on the screen."""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(1, 1, 1, 1)
        self._layout.setSpacing(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Messages")
        self.hide()

    def lie_over(self, under: QWidget) -> None:
        """Stays at the upper edge of another widget, as wide as its text needs at most."""
        self.setParent(under)
        self._under = under
        under.installEventFilter(self)
        self._place()

    def leave_free(self, above: QWidget) -> None:
        """Stays below this part of what it lies over, while that is shown and there is room."""
        self._above = above
        above.installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moved = event.type() in (
            *(QEvent.Type.Resize, QEvent.Type.Move),
            *(QEvent.Type.Show, QEvent.Type.Hide),
        )
        if moved and watched in (self._under, self._above):
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Mid))

    @property
    def notices(self) -> tuple["Notice", ...]:
        """What is shown, newest first."""
        return tuple(self._rows)

    def show_notice(
        self,
        kind: NoticeKind | str,
        text: str,
        actions: Sequence[Action] = (),
        key: str = "",
        *,
        details: str = "",
        seconds: float | None = None,
    ) -> None:
        """Shows a message, in place of the one with the same `key` or text.

        `actions`: label and what a click on it does; the message closes with it. `details` are
        copied along with the text. After `seconds` (0: never) it closes by itself, unless the
        mouse or the focus is on it; None: once it can have been read, but one with actions waits
        for a decision, and an error for somebody who has seen it.
        """
        kind = NoticeKind(kind)
        if seconds is None:
            seconds = 0.0 if actions else reading_s(kind, text)
        for row in [r for r in self._rows if r.text == text or (key and r.key == key)]:
            self._remove(row)
        row = Notice(kind, text, actions, key, details, self)
        row.finished = lambda: self._remove(row)
        if seconds > 0:
            row.close_after(seconds)
        self._rows.insert(0, row)
        self._layout.insertWidget(0, row)
        while len(self._rows) > MOST_AT_ONCE:
            # The mildest, and of these the oldest, has to make room.
            self._remove(
                min(reversed(self._rows[1:]), key=lambda r: list(NoticeKind).index(r.kind))
            )
        if self.isHidden():
            self._worked_at = self._pointer_inside()
        self.show()
        self._place()

    def set_text(self, key: str, text: str) -> None:
        """Another text for the message with this key, if it is still there."""
        for row in self._rows:
            if row.key == key:
                row.set_text(text)
        self._place()

    def clear(self, key: str = "") -> None:
        """Removes the message with this key, or all of them."""
        for row in [r for r in self._rows if not key or r.key == key]:
            self._remove(row)

    def _remove(self, row: "Notice") -> None:
        if row in self._rows:
            self._rows.remove(row)
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))
        self._place()

    def _pointer_inside(self) -> QPoint | None:
        """Where the pointer is in what the bar lies over; None where it is elsewhere."""
        under = self._under
        if under is None or not under.isVisible():
            return None
        at = under.mapFromGlobal(self.pointer())
        return at if under.rect().contains(at) else None

    def _place(self) -> None:
        under = self._under
        if under is None or not self._rows:
            return
        width = min(under.width() - 2 * _MARGIN, max(row.wanted_width for row in self._rows) + 2)
        width = max(min(width, round(_WIDEST * text_scale())), 1)
        height = 2 + sum(row.fit(width - 2) + 1 for row in self._rows) - 1
        left = (under.width() - width) // 2
        top, above, small = _MARGIN, self._above, True
        if above is not None and above.isVisibleTo(under):
            below = above.mapTo(under, above.rect().bottomLeft()).y() + 1
            small = height + _MARGIN <= (under.height() - below) * _MOST_COVERED
            top = top + below if small else 0
        lowest = max(under.height() - height, 0)
        at, upper = self._worked_at, QRect(left, top, width, height)
        low = False
        if at is not None and at.y() < under.height() // 2:
            low = small or upper.contains(at)  # events of low tracks are at the lower edge, too
        top = max(lowest - _MARGIN, 0) if low else min(top, lowest)
        self.setGeometry(left, top, width, height)
        self.raise_()


class Notice(QWidget):
    """One message with its buttons."""

    def __init__(
        self,
        kind: NoticeKind,
        text: str,
        actions: Sequence[Action],
        key: str,
        details: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self.text = text
        self.key = key
        self._details = details
        self.finished: Callable[[], None] | None = None
        self._later: Debounced | None = None
        self.setAccessibleName(f"{_NAMES[kind]}: {text}")
        sign = _Sign(kind, self)
        label = PlainLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setToolTip(plain_tip(details))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)  # a new policy forgets that lines are wrapped
        label.setSizePolicy(policy)
        self.label = label
        layout = self._grid = QGridLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.setSpacing(8)
        layout.setColumnStretch(1, 1)
        layout.addWidget(sign, 0, 0)
        layout.addWidget(label, 0, 1)
        self.buttons: list[QPushButton] = []
        self._offers = QWidget(self)
        beside = QHBoxLayout(self._offers)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        for title, callback in actions:
            button = QPushButton(title, self._offers)
            button.clicked.connect(self._closing(callback))
            beside.addWidget(button)
            self.buttons.append(button)
        self._offers.setVisible(bool(actions))
        self._below = False
        layout.addWidget(self._offers, 0, 2)
        if kind is not NoticeKind.INFO or details:
            copy = IconButton("copy", "Copy", "Copy the message and its details", self)
            copy.clicked.connect(self.copy)
            layout.addWidget(copy, 0, 3)
        close = IconButton("close", "✕", "Dismiss this message", self)
        close.clicked.connect(self.close_notice)
        layout.addWidget(close, 0, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Grows with its text: a layout of bars does not ask for the height at a width."""
        self.fit(event.size().width())
        super().resizeEvent(event)

    @property
    def wanted_width(self) -> int:
        """The width at which the text stands in one line."""
        text = self.label.fontMetrics().horizontalAdvance(self.text)
        return self._others + text + 8

    @property
    def _others(self) -> int:
        """Pixels that everything beside the text takes in one line with it."""
        offers = self._offers.sizeHint().width() + self._grid.spacing() if self.buttons else 0
        fixed = (self._grid.itemAtPosition(0, column) for column in (0, 3, 4))
        widths = [item.sizeHint().width() + self._grid.spacing() for item in fixed if item]
        margins = self._grid.contentsMargins()
        return offers + sum(widths) + margins.left() + margins.right()

    def fit(self, width: int) -> int:
        """Takes the height that the text needs at a width, and returns it."""
        metrics = self.label.fontMetrics()
        needed = min(metrics.horizontalAdvance(self.text), metrics.averageCharWidth() * _NARROWEST)
        below = bool(self.buttons) and width - self._others < needed
        if below != self._below:
            self._below = below
            self._grid.removeWidget(self._offers)
            where = (1, 1, 1, 4, Qt.AlignmentFlag.AlignLeft) if below else (0, 2)
            self._grid.addWidget(self._offers, *where)
        height = max(self._grid.heightForWidth(width), 0)
        self.setMinimumHeight(height)
        return height

    def close_after(self, seconds: float) -> None:
        """Closes by itself, not while the mouse or the focus is on it."""
        self._later = Debounced(self, round(seconds * 1000), self.leave)
        self._later.start()

    def leave(self) -> None:
        """Closes, or waits as long again while somebody is at it."""
        focus = QApplication.focusWidget()
        if self._later is not None and (
            self.underMouse() or (focus is not None and self.isAncestorOf(focus))
        ):
            self._later.start()
        else:
            self.close_notice()

    def set_text(self, text: str) -> None:
        """Shows another text, such as the progress of a job."""
        self.text = text
        self.label.setText(text)
        self.fit(self.width())
        self.setAccessibleName(f"{_NAMES[self.kind]}: {text}")

    def copy(self) -> None:
        """Puts text and details on the clipboard."""
        QGuiApplication.clipboard().setText("\n\n".join(t for t in (self.text, self._details) if t))

    def close_notice(self) -> None:
        """Closes the message."""
        if self.finished is not None:
            self.finished()

    def _closing(self, callback: Callable[[], None]) -> Callable[[], None]:
        def close_and_call() -> None:
            self.close_notice()
            callback()

        return close_and_call

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        window = self.palette().color(QPalette.ColorRole.Window)
        color = kind_color(self.kind, self.palette())
        painter.fillRect(self.rect(), blended(color, window, 0.14))
        painter.fillRect(0, 0, 3, self.height(), color)


class _Sign(QWidget):
    """A disc with a letter: the kind of a message without relying on its colour."""

    def __init__(self, kind: NoticeKind, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setAccessibleName(_NAMES[kind])
        self.setToolTip(plain_tip(_NAMES[kind]))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + 2
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kind_color(self._kind, self.palette()))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawEllipse(box)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.Window))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _SIGNS[self._kind])
