"""A list of recent files: one line each, to open or to remove."""

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.drawing import row_height
from yamnet_gui.gui.widgets.file_names import elided_name
from yamnet_gui.gui.widgets.labels import heading
from yamnet_gui.gui.widgets.plain_text import plain_tip

_MISSING = "missing"
_MARGIN = 6


class RecentList(QWidget):
    """Files under a heading; hidden where there are none."""

    chosen = Signal(object)  # Path
    removed = Signal(object)  # Path

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RecentRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(heading(title, self))
        self.hide()

    def set_files(self, paths: Sequence[Path]) -> None:
        """Lists these files; which of them are missing is not known yet."""
        if [row.path for row in self.rows] == list(paths):
            return
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [RecentRow(path, self) for path in paths]
        for row in self.rows:
            row.link.clicked.connect(lambda _on=False, path=row.path: self.chosen.emit(path))
            row.removed.connect(self.removed)
            self._column.addWidget(row)
        self.setVisible(bool(paths))

    def set_missing(self, missing: Collection[Path]) -> None:
        """Marks those that are not there."""
        for row in self.rows:
            row.link.set_missing(row.path in missing)


class RecentRow(QWidget):
    """A file to open, and a button that removes it from the list."""

    removed = Signal(object)  # Path

    def __init__(self, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.path = path
        self.link = RecentLink(path, self)
        self.link.delete_pressed.connect(lambda: self.removed.emit(path))
        self.remove = IconButton("close", "×", "Remove from this list; the file stays", self)
        self.remove.setAccessibleName(f"Remove {path.name} from this list")
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does the same on the link
        self.remove.clicked.connect(lambda: self.removed.emit(path))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.link, 1)
        line.addWidget(self.remove)


class RecentLink(QAbstractButton):
    """The name of a file, its folder beside it in a quieter colour, and whether it is missing."""

    delete_pressed = Signal()

    def __init__(self, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._path = path
        self._missing = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_missing(False)

    @property
    def missing(self) -> bool:
        return self._missing

    def set_missing(self, missing: bool) -> None:
        self._missing = missing
        why = "\nIt is not there any more, or its drive is not connected." if missing else ""
        self.setToolTip(plain_tip(f"{self._path}{why}"))
        self.setAccessibleName(f"Open {self._path}" + (f" ({_MISSING})" if missing else ""))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, row_height(self.fontMetrics()) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, palette, metrics = QPalette.ColorRole, self.palette(), self.fontMetrics()
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(role.Button))
            painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        room = self.rect().adjusted(_MARGIN, 0, -_MARGIN, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        quiet = palette.color(role.PlaceholderText)
        if self._missing:
            painter.setPen(palette.color(role.BrightText))
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, _MISSING)
            room.adjust(0, 0, -metrics.horizontalAdvance(_MISSING) - 10, 0)
        name = elided_name(metrics, self._path.name, room.width() * 3 // 5)
        painter.setPen(quiet if self._missing else palette.color(role.Text))
        painter.drawText(room, middle, name)
        room.adjust(metrics.horizontalAdvance(name) + 12, 0, 0, 0)
        painter.setPen(quiet)
        painter.drawText(room, middle, elided_name(metrics, str(self._path.parent), room.width()))
