"""All events, where it looks through a dataset: listed, opened, and decided on in the project."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import Job
from yamnet_gui.gui.controllers.dataset_questions import Asked
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.state.datasets import OpenedDataset

from .all_events_panel import AllEventsPanel
from .dataset_rows import PAGE, DatasetRow, DatasetRows

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.jobs.dataset import Chosen, DatasetPage, Total

_AGAIN_MS = 150


class DatasetListing(QObject):
    """Fills the panel from the source, and does with its rows what the panel asks for."""

    def __init__(self, context: Context, panel: AllEventsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._datasets = context.session.datasets
        self._project = context.session.project
        self._class_map = context.session.class_map
        self._questions = context.services.datasets
        self._recordings = context.services.dataset_recordings
        self._navigator = context.services.navigation
        self._bulk = context.services.review.bulk
        self._show_message = context.shell.show_message
        self._panel = panel
        self.rows = DatasetRows(self._questions, self._datasets, self._project, self)
        self._listing: list[Asked] = []
        self._choosing: Asked | None = None
        self._again = Debounced(self, _AGAIN_MS, self.rows.clear)
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
        self._drop()

    def refresh(self) -> None:
        """Something was decided in the project."""
        if self.on:
            self._again.start_once()

    def query(self) -> None:
        """Lists the events for the filter and order of the panel: the first page, then all."""
        self._drop()
        source, opened = self._datasets.source, self._datasets.opened
        if source is None:
            return
        if opened is None:
            self._panel.show_note(f"Opening {source.name}…")
            return
        wanted, sort, project = self._panel.filter, self._panel.sort, self._project.project
        self._panel.show_note("Searching…")

        def first_page(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import PageJob

            return PageJob(opened, source, project, wanted, sort, 0, PAGE)

        def total(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import TotalJob

            return TotalJob(opened, wanted)

        def on_page(page: DatasetPage) -> None:
            self.rows.begin(wanted, sort)
            self.rows.put(page)
            self.rows.total = len(page.rows)
            self._panel.show_dataset(self.rows, whole=len(page.rows) < PAGE)

        asks: tuple[tuple[Callable[[OpenedDataset], Job], Callable[[Any], None]], ...] = (
            (first_page, on_page),
            (total, self._on_total),
        )
        for make, on_result in asks:
            asked = self._questions.ask(make, on_result, self._on_failed)
            if asked is not None:
                self._listing.append(asked)

    def decide(self, state: ReviewState) -> None:
        """Gives all selected events the state in the project; their recordings come with them."""
        from yamnet_gui.gui.jobs.dataset import decision_job

        reviewer = self._bulk.reviewer

        def begin(chosen: Chosen) -> None:
            project, source, opened = (
                self._project.project, self._datasets.source, self._datasets.opened,
            )  # fmt: skip
            if project is not None and source is not None and opened is not None:
                index = opened.class_index
                job = decision_job(project, chosen, source, state, reviewer, index)
                self._bulk.run(job, state.value.capitalize())

        self._with_chosen(begin)

    def relabel(self, choice: LabelChoice) -> None:
        """Corrects the label of all selected events in the project."""
        from yamnet_gui.gui.jobs.dataset import relabelling_job

        reviewer, ontology = self._bulk.reviewer, self._class_map.ontology
        label = (choice.label, choice.class_index, choice.mid)

        def begin(chosen: Chosen) -> None:
            project, source = self._project.project, self._datasets.source
            if project is not None and source is not None:
                job = relabelling_job(project, chosen, source, label, reviewer, ontology)
                self._bulk.run(job, f"Relabelled to {choice.label}")

        self._with_chosen(begin)

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

    def _with_chosen(self, begin: Callable[[Chosen], None]) -> None:
        from yamnet_gui.gui.jobs.dataset import MOST_TAKEN, ChosenJob

        ranges = self._panel.selected_ranges
        count = sum(end - first for first, end in ranges)
        if not count or not self._bulk.free:
            return
        if count > MOST_TAKEN:
            self._show_message(
                f"Not done: of a dataset at most {grouped(MOST_TAKEN)} events are decided on at "
                "once, because their whole recordings come into the project; select fewer."
            )
            return
        if self._choosing is not None and not self._choosing.over:
            self._show_message("Not done: what was decided before is still being read.")
            return
        wanted, sort = self.rows.wanted, self.rows.sort
        self._choosing = self._questions.ask(
            lambda opened: ChosenJob(opened, wanted, sort, ranges),
            begin,
            self._on_failed,
            self._on_chosen,
        )

    def _on_chosen(self) -> None:
        self._choosing = None

    def _on_total(self, total: Total) -> None:
        self.rows.total = total.count
        self._panel.set_channels(total.channels)
        self._panel.show_total(total.count)

    @Slot(object)
    def _on_failed(self, error: UserError) -> None:
        self._panel.show_note(str(error))

    def _drop(self) -> None:
        for asked in self._listing:
            asked.drop()
        self._listing.clear()
        self.rows.stop()

    def _on_source(self) -> None:
        self._drop()
        self._choosing = None
        self._panel.set_from_dataset(on=self.on)
