"""The table model of an import: what each event of a table would do to the project."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from yamnet_gui.core.events import Event
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.times import clock, length
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import HeadedTableModel
from yamnet_gui.labels.exchange.import_plan import ImportKind, PlannedEvent, Resolve

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_HEADERS = ("", "Recording", "Onset", "Duration", "Label", "Change")
KIND_WORDS = {
    ImportKind.NEW: "New",
    ImportKind.CHANGED: "Changed",
    ImportKind.CONFLICTING: "Conflicting",
    ImportKind.SAME: "Same",
}
RESOLVE_WORDS = {
    Resolve.KEEP: "Keep the project's",
    Resolve.TAKE: "Use the file's",
    Resolve.BOTH: "Keep both",
}
_RANK = {
    ImportKind.CONFLICTING: 0, ImportKind.CHANGED: 1, ImportKind.NEW: 2, ImportKind.SAME: 3,
}  # fmt: skip
_FIELD_WORDS = {
    "onset_s": "onset", "offset_s": "offset", "score_max": "score", "score_mean": "mean score",
    "low_hz": "low", "high_hz": "high", "reviewed_utc": "reviewed", "rules_id": "rules",
    "class_index": "", "mid": "", "onset_uncertainty_s": "uncertainty",
    "offset_uncertainty_s": "uncertainty",
}  # fmt: skip
_TIMES = ("onset_s", "offset_s")


class ImportColumn(IntEnum):
    """Columns of the table."""

    KIND = 0
    RECORDING = 1
    ONSET = 2
    LENGTH = 3
    LABEL = 4
    WHAT = 5


class ImportTableModel(HeadedTableModel):
    """Planned events, undecided ones first; conflicts are resolved all alike or one by one."""

    headers = _HEADERS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: tuple[PlannedEvent, ...] = ()
        self._shown: list[PlannedEvent] = []
        self._kinds: frozenset[ImportKind] = frozenset(ImportKind)
        self._way = Resolve.KEEP
        self._single: dict[str, Resolve] = {}

    @property
    def single(self) -> Mapping[str, Resolve]:
        """Conflicts that are resolved individually, by the id of the existing event."""
        return dict(self._single)

    @property
    def shown(self) -> Sequence[PlannedEvent]:
        return self._shown

    def set_events(self, events: Iterable[PlannedEvent]) -> None:
        """Lists other events; resolutions of conflicts that no longer exist are dropped."""
        self._events = tuple(sorted(events, key=_order))
        there = {e.existing.id for e in self._events if e.existing is not None}
        self._single = {k: way for k, way in self._single.items() if k in there}
        self._list()

    def set_kinds(self, kinds: Collection[ImportKind]) -> None:
        """Lists only events of these kinds."""
        self._kinds = frozenset(kinds)
        self._list()

    def set_way(self, way: Resolve) -> None:
        """Sets how conflicts are resolved that are not resolved individually."""
        self._way = way
        self._repaint()

    def resolve(self, rows: Iterable[int], way: Resolve | None) -> None:
        """Resolves the conflicts in these rows individually; None: like all others."""
        for row in rows:
            planned = self._shown[row]
            if planned.kind is ImportKind.CONFLICTING and planned.existing is not None:
                if way is None:
                    self._single.pop(planned.existing.id, None)
                else:
                    self._single[planned.existing.id] = way
        self._repaint()

    def row_total(self) -> int:
        return len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        planned = self._shown[index.row()]
        column = ImportColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(planned, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._text(planned, column))
        if role == Qt.ItemDataRole.DecorationRole and column is ImportColumn.LABEL:
            return class_color(planned.result.class_index, planned.result.label)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (
            ImportColumn.ONSET,
            ImportColumn.LENGTH,
        ):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, planned: PlannedEvent, column: ImportColumn) -> str:
        event = planned.result
        match column:
            case ImportColumn.KIND:
                return KIND_WORDS[planned.kind]
            case ImportColumn.RECORDING:
                return planned.path.name
            case ImportColumn.ONSET:
                return clock(event.onset_s)
            case ImportColumn.LENGTH:
                return length(event.duration_s)
            case ImportColumn.LABEL:
                return event.label or "(no label)"
        return self._what(planned)

    def _what(self, planned: PlannedEvent) -> str:
        odd = ", ".join(planned.doubts)
        change = self._change(planned)
        return f"{change}; {odd}" if change and odd else change or odd

    def _change(self, planned: PlannedEvent) -> str:
        old = planned.existing
        if old is None or planned.kind is ImportKind.SAME:
            return ""
        text = differences(old, planned.result, planned.differences)
        if planned.kind is not ImportKind.CONFLICTING:
            return text
        way = self._single.get(old.id, self._way)
        return f"{RESOLVE_WORDS[way]}: {text}"

    def _list(self) -> None:
        self.beginResetModel()
        self._shown = [e for e in self._events if e.kind in self._kinds]
        self.endResetModel()

    def _repaint(self) -> None:
        if self._shown:
            last = len(self._shown) - 1
            column = ImportColumn.WHAT
            self.dataChanged.emit(self.index(0, column), self.index(last, column))


def _order(planned: PlannedEvent) -> tuple[int, str, float, float]:
    event = planned.result
    return (_RANK[planned.kind], planned.path.as_posix(), event.onset_s, event.offset_s)


def differences(old: Event, new: Event, names: Iterable[str]) -> str:
    """The differences in words: "onset 0:01.000 → 0:01.250, state accepted → rejected"."""
    values = [(n, getattr(old, n), getattr(new, n)) for n in names]
    for decimals in (3, 6):  # rounding differences are shown only if nothing else changed
        parts = [
            f"{word} {before} → {after}"
            for name, a, b in values
            if (word := _FIELD_WORDS.get(name, name))
            and (before := _value(name, a, decimals)) != (after := _value(name, b, decimals))
        ]
        if parts:
            return ", ".join(dict.fromkeys(parts))
    return ""


def _value(name: str, value: object, decimals: int) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, float) and name in _TIMES:
        return clock(value, decimals)
    if isinstance(value, float):
        return f"{value:.{decimals}f}"
    return str(value)
