"""The rows of a dataset's table, any number of them: pages are read when they come in sight."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import Job
from yamnet_gui.gui.controllers.dataset_questions import Asked, DatasetQuestions
from yamnet_gui.gui.state.datasets import Datasets, OpenedDataset
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.labels.project import EventFilter, ProjectEvent, Recording, Sort

if TYPE_CHECKING:
    from yamnet_gui.dataset import DatasetEvent
    from yamnet_gui.gui.jobs.dataset import DatasetPage, InProject, Total

PAGE = 200
_STORED = 20
_AT_ONCE = 3
"""Pages that are asked for in a row; what was in sight earlier is not waited for."""
_GATHER_MS = 25


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """An event of the dataset, and what the project has for it."""

    event: DatasetEvent
    known: InProject


class DatasetRows(QObject):
    """Events of the source by position, in the order of a question; None while they are read."""

    reset = Signal()  # the first page of another question is there
    counted = Signal(object)  # Total
    arrived = Signal(int, int)  # first and last row
    failed = Signal(object)  # UserError

    def __init__(
        self,
        questions: DatasetQuestions,
        datasets: Datasets,
        project: ProjectState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._datasets = datasets
        self._project = project
        self._pages: OrderedDict[int, DatasetPage] = OrderedDict()
        self._recordings: dict[str, Recording] = {}
        self._wanted: list[int] = []
        self._listing: list[Asked] = []
        self._asked: Asked | None = None
        self._reading = 0
        """The page that is being read."""
        self._again: Asked | None = None
        self._soon = Debounced(self, _GATHER_MS, self._ask)
        datasets.opened_changed.connect(self.stop)  # nobody answers what was asked before
        self.total = 0
        self.whole = True
        """Whether the first page has all of them."""
        self.wanted = EventFilter()
        self.sort = Sort()

    def __len__(self) -> int:
        return self.total

    @property
    def busy(self) -> bool:
        return self._soon.active or self._asked is not None or self._again is not None

    def stop(self) -> None:
        """Forgets what was asked for."""
        self._soon.stop()
        for asked in (*self._listing, self._asked, self._again):
            if asked is not None:
                asked.drop()
        self._asked = self._again = None
        self._listing.clear()
        self._wanted.clear()

    def start(self, wanted: EventFilter, sort: Sort) -> bool:
        """Another question: `reset` comes with its first page, `counted` with the number of all.

        False where the dataset is not open yet.
        """
        self.stop()
        source, project = self._datasets.source, self._project.project
        if source is None or self._datasets.opened is None:
            return False

        def first_page(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import PageJob

            return PageJob(opened, source, project, wanted, sort, 0, PAGE)

        def total(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import TotalJob

            return TotalJob(opened, wanted)

        def on_page(page: DatasetPage) -> None:
            self._pages.clear()
            self._recordings.clear()
            self.wanted, self.sort = wanted, sort
            self._put(page)
            self.total, self.whole = len(page.rows), len(page.rows) < PAGE
            self.reset.emit()

        asked = (
            self._questions.ask(first_page, on_page, self._on_failed),
            self._questions.ask(total, self._on_total, self._on_failed),
        )
        self._listing = [one for one in asked if one is not None]
        return True

    def forget(self) -> None:
        """Holds no rows."""
        self.stop()
        self._pages.clear()
        self._recordings.clear()
        self.total = 0

    def _put(self, page: DatasetPage) -> None:
        """A page that was read."""
        self._pages[page.first // PAGE] = page
        for recording_id, info in page.infos.items():
            self._recordings[recording_id] = Recording(
                recording_id,
                str(info.path),
                duration_s=info.duration_s,
                sample_rate_hz=info.sample_rate_hz,
                channels=info.channels,
                recorded_at=info.recorded_at,
            )
        while len(self._pages) > _STORED:
            _number, old = self._pages.popitem(last=False)
            for recording_id in old.infos:
                if not any(recording_id in other.infos for other in self._pages.values()):
                    self._recordings.pop(recording_id, None)

    def clear(self) -> None:
        """Looks up again what the project has for the rows that were read."""
        if self._again is not None:
            self._again.drop()
            self._again = None
        pages, source, project = tuple(self._pages.values()), self._datasets.source, self._project
        if not pages or source is None:
            return

        def make(_opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import KnownJob

            return KnownJob(project.project, source, pages)

        self._again = self._questions.ask(make, self._on_known, self._on_failed, self._on_again)

    def row(self, position: int) -> DatasetRow | None:
        """What is at a position; None, and asked for, while it is not read."""
        if not 0 <= position < self.total:
            return None
        number = position // PAGE
        page = self._pages.get(number)
        if page is None:
            if number in self._wanted:
                self._wanted.remove(number)
            self._wanted.append(number)  # those in sight last are asked for first
            self._soon.start_once()
            return None
        self._pages.move_to_end(number)
        place = position - page.first
        if place >= len(page.rows):
            return None
        return DatasetRow(page.rows[place], page.known[place])

    def at(self, position: int) -> ProjectEvent | None:
        """The event at a position as tables show it: with the project's state and label."""
        row = self.row(position)
        if row is None:
            return None
        one, known = row.event, row.known.event
        label = known.label if known is not None else one.label
        opened = self._datasets.opened
        index = opened.class_index.get(label) if opened is not None else None
        event = Event(
            known.id if known is not None else "",
            one.onset_s,
            one.offset_s,
            label,
            index,
            channel=one.channel,
            source=known.source if known is not None else EventSource.DETECTED,
            state=known.state if known is not None else ReviewState.UNREVIEWED,
            score_max=one.score_max,
            reviewer=known.reviewer if known is not None else "",
            note=known.note if known is not None else "",
        )
        return ProjectEvent(one.recording, event)

    def recording(self, recording_id: str) -> Recording | None:
        """What the dataset knows of a recording of rows that were read."""
        return self._recordings.get(recording_id)

    def _ask(self) -> None:
        if not self._wanted:
            return
        if self._asked is not None:
            if self._reading in self._wanted:
                return
            self._asked.drop()  # it is out of sight by now
            self._asked = None
            self._wanted.insert(0, self._reading)
        number = self._reading = self._wanted.pop()
        del self._wanted[: -_AT_ONCE + 1]
        source, project, wanted, sort = (
            self._datasets.source, self._project.project, self.wanted, self.sort,
        )  # fmt: skip
        if source is None:
            return

        def make(opened: OpenedDataset) -> Job:
            from yamnet_gui.gui.jobs.dataset import PageJob

            return PageJob(opened, source, project, wanted, sort, number * PAGE, PAGE)

        self._asked = self._questions.ask(make, self._on_page, self._on_failed, self._on_done)

    def _on_total(self, total: Total) -> None:
        self.total = total.count
        self.counted.emit(total)

    def _on_page(self, page: DatasetPage) -> None:
        self._put(page)
        last = min(page.first + PAGE, self.total) - 1
        if last >= page.first:
            self.arrived.emit(page.first, last)

    def _on_done(self) -> None:
        self._asked = None
        self._ask()

    def _on_known(self, pages: tuple[DatasetPage, ...]) -> None:
        for page in pages:
            number = page.first // PAGE
            if number in self._pages:
                self._pages[number] = page
                self.arrived.emit(page.first, min(page.first + PAGE, self.total) - 1)

    def _on_again(self) -> None:
        self._again = None

    def _on_failed(self, error: UserError) -> None:
        self._wanted.clear()
        self.failed.emit(error)
