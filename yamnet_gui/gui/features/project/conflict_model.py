"""The table model of decisions that differ between two copies of a project."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from yamnet_gui.core.events import Event
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.table_model import HeadedTableModel
from yamnet_gui.labels.project import Conflict, MergeChoice

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_HEADERS = ("Recording", "Onset", "This project", "The other copy", "Use")
RECORDING, AT, OURS, THEIRS, TAKE = range(5)
CHOICE_WORDS = {
    MergeChoice.OURS: "this project's",
    MergeChoice.THEIRS: "the other's",
    MergeChoice.BOTH: "both",
}


class ConflictModel(HeadedTableModel):
    """Conflicts with the choice made for each, ours at first."""

    headers = _HEADERS

    def __init__(
        self,
        conflicts: Sequence[Conflict],
        names: Mapping[str, str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conflicts = list(conflicts)
        self._names = names
        self._choices = [MergeChoice.OURS] * len(self._conflicts)

    @property
    def conflicts(self) -> Sequence[Conflict]:
        """In the order of the rows; not to be altered."""
        return self._conflicts

    @property
    def resolutions(self) -> dict[tuple[str, str], MergeChoice]:
        """Choices by `Conflict.key`."""
        return {c.key: choice for c, choice in zip(self._conflicts, self._choices, strict=True)}

    def choose(self, rows: Sequence[int], choice: MergeChoice) -> None:
        """Resolves these rows."""
        for row in rows:
            self._choices[row] = choice
        if rows:
            last = len(_HEADERS) - 1
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), last))

    def row_total(self) -> int:
        return len(self._conflicts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        conflict = self._conflicts[index.row()]
        event = conflict.ours or conflict.theirs
        match index.column():
            case 0:
                return self._names.get(conflict.recording_id, "?")
            case 1:
                return clock(event.onset_s, 1) if event else ""
            case 2:
                return brief(conflict.ours)
            case 3:
                return brief(conflict.theirs)
        return CHOICE_WORDS[self._choices[index.row()]]


def brief(event: Event | None) -> str:
    """An event in a few words."""
    if event is None:
        return "deleted"
    who = f" by {event.reviewer}" if event.reviewer else ""
    return f"{state_mark(event.state)} {event.label}{who}"


def facts(event: Event | None) -> list[tuple[str, str]]:
    """An event in rows of a name and a value, the same names for all events."""
    if event is None:
        return [("State", "deleted")]
    band = "any"
    if event.low_hz is not None or event.high_hz is not None:
        low, high = (f"{x:.0f}" if x is not None else "any" for x in (event.low_hz, event.high_hz))
        band = f"{low} – {high} Hz"
    return [
        ("State", STATE_WORDS[event.state]),
        ("Label", event.label),
        ("Time", f"{clock(event.onset_s)} – {clock(event.offset_s)}"),
        ("Frequency", band),
        ("By", event.reviewer),
        ("When", f"{event.reviewed_utc.astimezone():%Y-%m-%d %H:%M}" if event.reviewed_utc else ""),
        ("Note", event.note),
    ]
