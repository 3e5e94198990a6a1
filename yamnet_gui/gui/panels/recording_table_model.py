"""The table model of recordings: names and the state of each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.jobs.project import stage_of
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import Index

PATH_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()
NAME, EVENTS, STATE = 0, 1, 2
STAGE_ROLE, LISTED_ROLE = PATH_ROLE + 1, PATH_ROLE + 2


_TIPS = (
    "Name of the file",
    "How many events the recording has",
    "How far the analysis and the review are",
)
_LISTED_TIP = (
    "How many events of the recording the filter of All events lists; without a filter, or once All"
    " events is closed, the column shows how many there are"
)


_TEXTS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _alignment(column: int) -> Qt.AlignmentFlag:
    return _NUMBERS if column == EVENTS else _TEXTS


@dataclass(slots=True)
class _Entry:
    path: Path
    state: str = ""
    tip: str = ""
    events: int | None = None


class RecordingsModel(QAbstractTableModel):
    """Recordings and the state of each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._rows: dict[Path, int] = {}
        self._current: Path | None = None
        self._listed: Mapping[Path, int] | None = None
        self._states: Counter[str] = Counter()
        self._most_events: int | None = None

    @property
    def paths(self) -> list[Path]:
        return [entry.path for entry in self._entries]

    @property
    def states(self) -> set[str]:
        """Every state that is shown."""
        return set(self._states)

    def set_files(self, paths: Iterable[Path]) -> None:
        """Lists these, each once; what is known of their state stays."""
        known = {entry.path: entry for entry in self._entries}
        self.beginResetModel()
        self._entries = [known.get(p) or _Entry(p) for p in dict.fromkeys(paths)]
        self._rows = {entry.path: row for row, entry in enumerate(self._entries)}
        self._states = Counter(entry.state for entry in self._entries)
        self._find_most_events()
        self.endResetModel()

    def add(self, path: Path) -> None:
        """Lists one more, at the end."""
        if path not in self._rows:
            row = len(self._entries)
            self.beginInsertRows(QModelIndex(), row, row)
            self._entries.append(_Entry(path))
            self._rows[path] = row
            self._states[""] += 1
            if self._listed is not None:
                self._find_most_events()
            self.endInsertRows()

    def set_state(self, path: Path, text: str, tip: str = "") -> None:
        self.set_states({path: (text, tip)})

    def set_states(self, states: Mapping[Path, tuple[str, str]]) -> None:
        """State and tooltip of many recordings at once."""
        changed = []
        for path, (text, tip) in states.items():
            row = self._rows.get(path)
            if row is not None and (self._entries[row].state, self._entries[row].tip) != (
                text, tip,
            ):  # fmt: skip
                entry = self._entries[row]
                self._states[entry.state] -= 1
                if not self._states[entry.state]:
                    del self._states[entry.state]
                self._states[text] += 1
                entry.state, entry.tip = text, tip
                changed.append(row)
        if changed:
            self.dataChanged.emit(self.index(min(changed), NAME), self.index(max(changed), STATE))

    @property
    def listed(self) -> Mapping[Path, int] | None:
        """How many events of each recording another table lists; None where it filters none."""
        return self._listed

    def set_events(self, counts: Mapping[Path, int | None]) -> None:
        """How many events recordings have."""
        changed = []
        for path, count in counts.items():
            row = self._rows.get(path)
            if row is not None and self._entries[row].events != count:
                self._entries[row].events = count
                changed.append(row)
        if changed:
            self._find_most_events()
            self.dataChanged.emit(self.index(min(changed), NAME), self.index(max(changed), STATE))

    def set_listed(self, counts: Mapping[Path, int] | None) -> None:
        """Shows these numbers instead of those of all events, until None is set."""
        if counts != self._listed:
            self._listed = counts
            self._find_most_events()
            self._all_changed()
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, EVENTS, EVENTS)

    def events_of(self, path: Path) -> int | None:
        """The number that is shown."""
        if self._listed is not None:
            return self._listed.get(path, 0)
        row = self._rows.get(path)
        return self._entries[row].events if row is not None else None

    @property
    def most_events(self) -> int | None:
        """The largest number that is shown; None where none is."""
        return self._most_events

    def _find_most_events(self) -> None:
        """Looks through all recordings: once for each change, not for each who asks."""
        if self._listed is None:
            numbers: Iterable[int | None] = (entry.events for entry in self._entries)
        else:
            numbers = (self._listed.get(entry.path, 0) for entry in self._entries)
        self._most_events = max((n for n in numbers if n is not None), default=None)

    def _all_changed(self) -> None:
        if self._entries:
            last = self.index(len(self._entries) - 1, STATE)
            self.dataChanged.emit(self.index(0, NAME), last)

    def set_current(self, path: Path | None) -> None:
        """Marks the recording that is open."""
        before, self._current = self._current, path
        for changed in (before, path):
            row = self._rows.get(changed) if changed else None
            if row is not None:
                self.dataChanged.emit(self.index(row, NAME), self.index(row, STATE))

    @property
    def current_state(self) -> str:
        """That of the recording that is open; "" without one."""
        row = self._rows.get(self._current) if self._current is not None else None
        return self._entries[row].state if row is not None else ""

    @property
    def current(self) -> Path | None:
        """The recording that is open."""
        return self._current

    def row_of(self, path: Path) -> int | None:
        return self._rows.get(path)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 3

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not NAME <= section <= STATE:
            return None
        listed = section == EVENTS and self._listed is not None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Listed" if listed else ("Recording", "Events", "State")[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_LISTED_TIP if listed else _TIPS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole and column == EVENTS:
            count = self.events_of(entry.path)
            return "" if count is None else grouped(count)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.path.name if column == NAME else entry.state
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == STAGE_ROLE:
            return stage_of(entry.state)
        if role == LISTED_ROLE:
            return bool(self.events_of(entry.path))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{entry.path}\n{entry.tip or entry.state}".strip())
        if role == Qt.ItemDataRole.FontRole and entry.path == self._current:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole and entry.path == self._current:
            return f"{entry.path.name}, open" if column == NAME else str(self.data(index))
        if role == PATH_ROLE:
            return entry.path
        return None
