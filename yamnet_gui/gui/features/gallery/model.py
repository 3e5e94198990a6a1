"""The list model of the gallery: one row for each card."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from yamnet_gui.core.channels import channel_name
from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.times import clock, length
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import Index

from .items import GalleryItem
from .sources import Source

_NO_PARENT = QModelIndex()


class GalleryModel(QAbstractListModel):
    """Cards of one source at a time; nothing is stored here."""

    def __init__(self, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._count = source.count()
        source.reset.connect(self._on_reset)
        source.changed.connect(self._on_changed)

    @property
    def source(self) -> Source:
        return self._source

    def set_source(self, source: Source) -> None:
        if source is not self._source:
            self._source.reset.disconnect(self._on_reset)
            self._source.changed.disconnect(self._on_changed)
            self.beginResetModel()  # what is selected is asked of the former source
            self._source = source
            self._count = source.count()
            self.endResetModel()
            source.reset.connect(self._on_reset)
            source.changed.connect(self._on_changed)

    def item(self, row: int) -> GalleryItem | None:
        """What a card stands for; None if it has been removed meanwhile."""
        return self._source.item(row)

    def keys_of(self, rows: NDArray[np.int64]) -> frozenset[int]:
        """What names the sounds in these rows from one listing to the next."""
        return self._source.keys_of(rows)

    def rows_of(self, keys: frozenset[int]) -> NDArray[np.int64]:
        """Where they are now, ascending; int64 (n,)."""
        return self._source.rows_of(keys)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        item = self.item(index.row())
        if item is None:
            return self._source.absent
        if role == Qt.ItemDataRole.DisplayRole:
            return ", ".join(words_of(item))
        return plain_tip("\n".join([*words_of(item), item.note] if item.note else words_of(item)))

    def _on_reset(self) -> None:
        self.beginResetModel()
        self._count = self._source.count()
        self.endResetModel()

    def _on_changed(self) -> None:
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, 0))


def words_of(item: GalleryItem) -> list[str]:
    """What a card shows, in words."""
    span = item.place.span
    score = "" if item.score is None else f", score {item.score:.2f}"
    state = STATE_WORDS[ReviewState(item.state)]
    return [
        f"{item.label or 'Not labelled'}{score}",
        f"{state}",
        f"{clock(span.start_s, 2)} ({length(span.duration_s)})",
        *channel_words(item),
        item.name,
    ]


def channel_words(item: GalleryItem) -> list[str]:
    """Which channel a sound is of; nothing for the mix."""
    channel = item.place.channel
    return [] if channel is None else [channel_name(channel).lower()]
