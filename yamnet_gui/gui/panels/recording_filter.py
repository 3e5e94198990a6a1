"""Which recordings the list shows: by name, by words of the state, by state."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from yamnet_gui.gui.jobs.project import RecordingStage

from .recording_table_model import LISTED_ROLE, STAGE_ROLE, RecordingsModel

LISTED = "listed"
"""Instead of a stage: only recordings with events that are counted in the list now."""


class RecordingsFilter(QSortFilterProxyModel):
    """A text in any column, and a stage."""

    def __init__(self, model: RecordingsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._stage: RecordingStage | str | None = None
        self.setSourceModel(model)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterKeyColumn(-1)

    def set_stage(self, stage: RecordingStage | str | None) -> None:
        """Only recordings in this state; all for None."""
        self._stage = stage
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        if self._stage is not None:  # else there may be thousands to go through for nothing
            index = self.sourceModel().index(row, 0, parent)
            listed = self._stage == LISTED
            if not (index.data(LISTED_ROLE) if listed else index.data(STAGE_ROLE) == self._stage):
                return False
        return super().filterAcceptsRow(row, parent)
