"""The scroll position of the table of events while its rows change."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QTableView

from .event_table_model import EventTableModel

_REMEMBERED = 200


class ScrollPlace(QObject):
    """Scrolls to the first event that was visible before and is still listed."""

    def __init__(self, table: QTableView, model: EventTableModel) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._top: list[str] = []
        self._row = 0

    @Slot()
    def remember(self) -> None:
        """Stores which events are at the top now."""
        first = max(self._table.rowAt(0), 0)
        self._top = [event.id for event in self._model.shown[first : first + _REMEMBERED]]
        self._row = self._table.verticalScrollBar().value()

    def restore(self) -> None:
        """Scrolls back; to the same row where none of the events is listed."""
        self._table.doItemsLayout()  # else the scroll bar still has its former range
        rows = (self._model.row_of(event_id) for event_id in self._top)
        row = next((r for r in rows if r is not None), self._row)
        self._table.verticalScrollBar().setValue(row)
