"""All events, where it looks through a dataset: listed, opened, and decided on in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.dialogs.class_picker import LabelChoice

from .all_events_panel import AllEventsPanel
from .dataset_rows import DatasetRow, DatasetRows
from .dataset_steps import DatasetSteps

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.jobs.dataset import Total

_AGAIN_MS = 150


class DatasetListing(QObject):
    """Fills the panel from the source, and does with its rows what the panel asks for."""

    def __init__(self, context: Context, panel: AllEventsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._datasets = context.session.datasets
        self._recordings = context.services.dataset_recordings
        self._navigator = context.services.navigation
        self._panel = panel
        self.rows = DatasetRows(
            context.services.datasets, self._datasets, context.session.project, self
        )
        self._again = Debounced(self, _AGAIN_MS, self.rows.clear)
        self.steps = DatasetSteps(context, self)
        self.rows.reset.connect(self._on_reset)
        self.rows.counted.connect(self._on_counted)
        self.rows.arrived.connect(panel.model.show_rows)
        self.rows.failed.connect(self._on_failed)
        self._datasets.source_changed.connect(self._on_source)
        self._datasets.changed.connect(self._again.start)

    @property
    def on(self) -> bool:
        """Whether a dataset is what the table looks through."""
        return self._datasets.source is not None

    @property
    def busy(self) -> bool:
        return self._again.active or self.rows.busy

    def stop(self) -> None:
        self._again.stop()
        self.rows.stop()

    def refresh(self) -> None:
        """Something was decided in the project."""
        if self.on:
            self._again.start_once()

    def query(self) -> None:
        """Lists the events for the filter and order of the panel: the first page, then all."""
        source = self._datasets.source
        if source is not None:
            there = self.rows.start(self._panel.filter, self._panel.sort)
            self._panel.show_note("Searching…" if there else f"Opening {source.name}…")

    def decide(self, state: ReviewState) -> None:
        """Gives all selected events the state in the project; their recordings come with them."""
        self.steps.decide(self.rows, self._panel.selected_ranges, state)

    def relabel(self, choice: LabelChoice) -> None:
        """Corrects the label of all selected events in the project."""
        self.steps.relabel(self.rows, self._panel.selected_ranges, choice)

    def destination(self, position: int, *, quietly: bool) -> Destination | None:
        """Where a row leads; None where it is not read, or nobody knows where its file is."""
        row = self.rows.row(position)
        if row is None or not self._recordings.is_there(row.event.file):
            return None
        return self._destination(row, quietly=quietly)

    def open(self, position: int) -> None:
        """Goes to an event in its recording."""
        to = self.destination(position, quietly=False)
        if to is not None:
            self._navigator.go(to)

    def _destination(self, row: DatasetRow, *, quietly: bool) -> Destination:
        source, event, known = self._datasets.source, row.event, row.known
        assert source is not None
        return Destination(
            known.recording_id,
            source.locate(event.file),
            TimeSpan(event.onset_s, event.offset_s),
            event_id=known.event.id if known.event is not None else "",
            label=event.label,
            quietly=quietly,
        )

    def _on_reset(self) -> None:
        self._panel.show_dataset(self.rows)

    def _on_counted(self, total: Total) -> None:
        self._panel.set_channels(total.channels)
        self._panel.show_total(total.count)

    @Slot(object)
    def _on_failed(self, error: UserError) -> None:
        self._panel.show_note(str(error))

    def _on_source(self) -> None:
        self.rows.forget()
        self._panel.set_from_dataset(on=self.on)
