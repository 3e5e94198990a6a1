"""Chooses a backup of the project to go back to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import megabytes
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.labels.project import backup_time

_PATH_ROLE = Qt.ItemDataRole.UserRole


class BackupsDialog(QDialog):
    """Lists backups, newest first. `chosen` is the one to restore."""

    def __init__(
        self, project: Path, backups: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Backups of {project.stem}")
        self.list = QListWidget(self)
        self.list.setAccessibleName("Backups")
        for path in backups:
            item = QListWidgetItem(_words(path))
            item.setData(_PATH_ROLE, path)
            item.setToolTip(plain_tip(str(path)))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self.accept)
        explanation = (
            "A backup is made every 15 minutes of work and on closing. Restoring one replaces the "
            "project; the current file stays next to it under another name."
            if backups
            else "There are no backups yet. One is made on closing and every 15 minutes of work."
        )
        text = PlainLabel(explanation, self)
        text.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        restore = self.buttons.button(standard.Ok)
        restore.setText("Restore")
        restore.setEnabled(bool(backups))
        self.now = self.buttons.addButton("Back up now", QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.buttons)

    @property
    def chosen(self) -> Path | None:
        item = self.list.currentItem()
        return item.data(_PATH_ROLE) if item is not None else None

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 60, metrics.height() * 18)


def _words(path: Path) -> str:
    """When it was made, in this computer's time, and how large it is."""
    when = backup_time(path)
    try:
        size = megabytes(path.stat().st_size)
    except OSError:
        size = "missing"
    if when is None:
        return f"{path.stem} · {size}"
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S} · {_ago(when)} · {size}"


def _ago(when: datetime) -> str:
    minutes = int((datetime.now(UTC) - when).total_seconds() // 60)
    if minutes < 60:
        return "just now" if minutes < 1 else f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
