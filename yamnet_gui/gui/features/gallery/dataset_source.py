"""Cards of a dataset's events: any number of them, read when they come in sight."""

from PySide6.QtCore import QObject

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.features.dataset.dataset_rows import DatasetRows
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.state.place import Place

from .items import GalleryItem
from .sources import Source


class DatasetSource(Source):
    """What *All events* lists of a dataset, by its filter; a card has the project's state."""

    absent = "…"  # it is being read

    def __init__(
        self, rows: DatasetRows, datasets: Datasets, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.rows = rows
        self._datasets = datasets
        rows.reset.connect(self.reset)
        rows.counted.connect(self._on_counted)
        rows.arrived.connect(lambda _first, _last: self.changed.emit())

    def count(self) -> int:
        return len(self.rows)

    def item(self, position: int) -> GalleryItem | None:
        row, shown = self.rows.row(position), self.rows.at(position)
        source = self._datasets.source
        if row is None or shown is None or source is None:
            return None
        one, event = row.event, shown.event
        span = TimeSpan(one.onset_s, one.offset_s)
        path = str(source.locate(one.file))
        return GalleryItem(
            Place(row.known.recording_id, path, span, one.channel),
            event.label,
            event.class_index,
            event.score_max,
            event.state,
            event.id,
            note=event.note,
        )

    def _on_counted(self, _total: object) -> None:
        if not self.rows.whole:
            self.reset.emit()
