"""Decisions on events of a dataset: read there with their recordings, then made in the project."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.controllers.dataset_questions import Asked
from yamnet_gui.gui.dialogs.class_picker import LabelChoice

from .dataset_rows import DatasetRows

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.jobs.dataset import Chosen

Ranges = tuple[tuple[int, int], ...]
"""Positions: first and past the last of each."""


class DatasetSteps(QObject):
    """Each is one step of undo, with all events of the recordings that come into the project."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._datasets = context.session.datasets
        self._project = context.session.project
        self._class_map = context.session.class_map
        self._questions = context.services.datasets
        self._bulk = context.services.review.bulk
        self._show_message = context.shell.show_message
        self._show_error = context.shell.show_error
        self._reading: Asked | None = None
        for signal in (self._datasets.source_changed, self._datasets.opened_changed):
            signal.connect(self._on_read)

    def decide(self, rows: DatasetRows, ranges: Ranges, state: ReviewState) -> bool:
        """Gives events the state; False where that cannot be now."""
        reviewer = self._bulk.reviewer

        def begin(chosen: Chosen) -> None:
            from yamnet_gui.gui.jobs.dataset import decision_job

            project, source = self._project.project, self._datasets.source
            opened = self._datasets.opened
            if project is not None and source is not None and opened is not None:
                index = opened.class_index
                job = decision_job(project, chosen, source, state, reviewer, index)
                self._bulk.run(job, state.value.capitalize())

        return self._with_chosen(rows, ranges, begin)

    def relabel(self, rows: DatasetRows, ranges: Ranges, choice: LabelChoice) -> bool:
        """Corrects the label of events; False where that cannot be now."""
        reviewer, ontology = self._bulk.reviewer, self._class_map.ontology
        label = (choice.label, choice.class_index, choice.mid)

        def begin(chosen: Chosen) -> None:
            from yamnet_gui.gui.jobs.dataset import relabelling_job

            project, source = self._project.project, self._datasets.source
            if project is not None and source is not None:
                job = relabelling_job(project, chosen, source, label, reviewer, ontology)
                self._bulk.run(job, f"Relabelled to {choice.label}")

        return self._with_chosen(rows, ranges, begin)

    def _with_chosen(
        self, rows: DatasetRows, ranges: Ranges, begin: Callable[[Chosen], None]
    ) -> bool:
        from yamnet_gui.gui.jobs.dataset import MOST_TAKEN, ChosenJob

        count = sum(end - first for first, end in ranges)
        if not count or not self._bulk.free:
            return False
        if count > MOST_TAKEN:
            self._show_message(
                f"Not done: of a dataset at most {grouped(MOST_TAKEN)} events are decided on at "
                "once, because their whole recordings come into the project; select fewer."
            )
            return False
        if self._reading is not None:
            self._show_message("Not done: what was decided before is still being read.")
            return False
        wanted, sort = rows.wanted, rows.sort
        self._reading = self._questions.ask(
            lambda opened: ChosenJob(opened, wanted, sort, ranges),
            begin,
            self._show_error,
            self._on_read,
        )
        return self._reading is not None

    def _on_read(self) -> None:
        self._reading = None
