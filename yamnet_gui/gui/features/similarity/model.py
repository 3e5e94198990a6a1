"""The table model of similar sounds."""

from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from yamnet_gui.core.channels import channel_text
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.times import clock, length
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .hits import Hit, HitList, ListKind

Index = QModelIndex | QPersistentModelIndex
HIT_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()


class SimilarColumn(IntEnum):
    """Columns of the table."""

    STATE = 0
    SCORE = 1
    TIME = 2
    FILE = 3
    CHANNEL = 4


_HEADERS = {
    SimilarColumn.STATE: "",
    SimilarColumn.SCORE: "Similarity",
    SimilarColumn.TIME: "Time",
    SimilarColumn.FILE: "Recording",
    SimilarColumn.CHANNEL: "Ch.",
}
_TIPS = {
    SimilarColumn.STATE: "Review state",
    SimilarColumn.SCORE: "Cosine similarity to the examples: a rank, not a probability",
    SimilarColumn.TIME: "Start in the recording",
    SimilarColumn.FILE: "File name of the recording",
    SimilarColumn.CHANNEL: "Channel that the sound is of, counted from 1",
}
_SCORE_NAMES = {
    ListKind.SIMILAR: "Similarity",
    ListKind.SUGGESTED: "Score",
    ListKind.DUPLICATES: "Share",
    ListKind.CHOSEN: "Score",
}


class SimilarTableModel(QAbstractTableModel):
    """Rows of the list in its order; nothing is stored here."""

    def __init__(self, similar: HitList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._similar = similar
        self._count = 0
        similar.reset.connect(self._on_reset)
        similar.hit_changed.connect(self._on_changed)
        similar.hits_changed.connect(self._on_all_changed)

    def hit(self, row: int) -> Hit:
        return self._similar.hits[row]

    @property
    def has_channels(self) -> bool:
        """Whether any of the sounds is of one channel instead of the mix."""
        return any(hit.place.channel is not None for hit in self._similar.hits)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(SimilarColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = SimilarColumn(section)
        if role == Qt.ItemDataRole.DisplayRole:
            if column is SimilarColumn.SCORE:
                return _SCORE_NAMES[self._similar.kind]
            return _HEADERS[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self._count:
            return None
        hit, column = self._similar.hits[index.row()], SimilarColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(hit, column)
        if role == HIT_ROLE:
            return hit
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            span = hit.place.span
            lines = [
                hit.place.path,
                f"{clock(span.start_s)} to {clock(span.end_s)} ({length(span.duration_s)})",
                f"{_SCORE_NAMES[self._similar.kind]} {hit.score:.3f} · {STATE_WORDS[hit.state]}",
            ]
            return plain_tip("\n".join([*lines, hit.note] if hit.note else lines))
        return None

    def _on_reset(self) -> None:
        self.beginResetModel()
        self._count = len(self._similar.hits)
        self.endResetModel()

    def _on_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(SimilarColumn) - 1))

    def _on_all_changed(self) -> None:
        last = self.index(self._count - 1, len(SimilarColumn) - 1)
        self.dataChanged.emit(self.index(0, 0), last)


def _text(hit: Hit, column: SimilarColumn) -> str:
    match column:
        case SimilarColumn.STATE:
            return state_mark(hit.state)
        case SimilarColumn.SCORE:
            return f"{hit.score:.2f}"
        case SimilarColumn.TIME:
            return clock(hit.place.span.start_s, 1)
        case SimilarColumn.FILE:
            return Path(hit.place.path).name
        case SimilarColumn.CHANNEL:
            return channel_text(hit.place.channel)


def _alignment(column: SimilarColumn) -> Qt.AlignmentFlag:
    sides = {
        SimilarColumn.STATE: Qt.AlignmentFlag.AlignHCenter,
        SimilarColumn.FILE: Qt.AlignmentFlag.AlignLeft,
    }
    return sides.get(column, Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter
