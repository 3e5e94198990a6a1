"""Where the recordings of the dataset are that is looked through."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.gui.state.datasets import Datasets


class DatasetRecordings(QObject):
    """Says once of a dataset that its recordings are not where it has them."""

    missing = Signal(str)  # the file, as the dataset names it

    def __init__(self, datasets: Datasets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._datasets = datasets
        self._said: set[Path] = set()
        datasets.changed.connect(self._said.clear)
        datasets.source_changed.connect(self._said.clear)

    def is_there(self, file: str) -> bool:
        """Whether a recording can be opened; `missing` asks for its folder where it cannot."""
        source = self._datasets.source
        if source is None:
            return False
        if exists(file_of(source.locate(file))):
            return True
        if source.folder not in self._said:
            self._said.add(source.folder)
            self.missing.emit(file)
        return False
