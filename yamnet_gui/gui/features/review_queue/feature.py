"""The review queue in the window: its bar, progress by class, and what happens at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.core.negatives import negatives
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.controllers.one_per_sound import ONE_PER_SOUND
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.review import ChannelsJob, CountClassesJob, CountCorrectedJob, MarkQueueJob
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import (
    ClassCounts,
    QueueKind,
    Recording,
    counts_by_class,
)

from .progress_panel import ProgressPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_COUNT_MS = 300


class ReviewQueueFeature(Feature):
    """Shows queue and progress; asks for queues by class."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._project = context.session.project
        self._review_queue = context.session.review_queue
        self._datasets = context.session.datasets
        self._questions = context.services.datasets
        self._settings = context.session.settings
        self._project_manager = context.services.projects
        self._queue_controller = context.services.queue_controller
        self._changed_many = context.services.review.editor.changed_many.emit
        self._events_panel = context.shell.events
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self.bar = self._events_panel.queue
        self.panel = ProgressPanel()
        self._window.add_panel("progress", "Progress", self.panel, left=False, behind="events")
        self._closed = False
        self._later = Debounced(self, _COUNT_MS, self._count_in_turn)
        self.bar.request_changed.connect(self.request)
        self.bar.all_events_requested.connect(self._window.actions_by_id["all_events"].trigger)
        self.panel.class_entered.connect(self._on_class)
        self.panel.scope_changed.connect(lambda _everywhere: self.count())
        self._review_queue.changed.connect(self._show_queue)
        self._review_queue.moved.connect(self._show_place)
        self._queue_controller.finished.connect(self._on_finished)
        self._queue_controller.skipped.connect(self._on_skipped)
        for signal in (
            self._document.events_changed,
            self._project.steps_changed,
            self._project.project_changed,
        ):
            signal.connect(self._soon)
        self._settings.changed.connect(self._on_setting)
        self._datasets.changed.connect(self._offer_datasets)
        self._datasets.opened_changed.connect(self._soon)
        self._show_queue()

    @property
    def busy(self) -> bool:
        return self._later.active or self._queue_controller.waiting

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._later.stop()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == ONE_PER_SOUND and self._review_queue.request.kind is not None:
            self._queue_controller.review(self._review_queue.request)

    def request(self, request: QueueRequest) -> None:
        """Reviews by this queue from now on; keys act on events again."""
        self._notices.clear("queue")
        self._queue_controller.review(request)
        self._tracks.waveform.setFocus()
        self._soon()

    def count(self) -> None:
        """Counts the events of each class in the scope of queue and panel."""
        everywhere = {self.panel.everywhere, self._review_queue.request.everywhere}
        project = self._project.project
        if False in everywhere:
            here = counts_by_class(self._document.shown.counted)
            if not self.panel.everywhere:
                self.panel.set_counts(here)
                corrected = negatives(self._document.shown.counted)
                self.panel.set_corrected(int(corrected.sum()))
            if not self._review_queue.request.everywhere:
                self._offer(here)
                self.bar.set_channels(frozenset(e.channel for e in self._document.shown.events))
        if project is not None and True in everywhere:
            self._project_manager.run(
                CountClassesJob(project, self._document.shown.one_per_sound),
                on_result=self._show_all,
            )
            self._project_manager.run(CountCorrectedJob(project), on_result=self._show_corrected)
        if self._review_queue.request.dataset is not None:
            self._count_of_dataset()
        elif project is not None and self._review_queue.request.everywhere:
            self._project_manager.run(ChannelsJob(project), on_result=self.bar.set_channels)

    @Slot()
    def _offer_datasets(self) -> None:
        self.bar.set_datasets([(one.name, one.folder) for one in self._datasets.attached])

    def _count_of_dataset(self) -> None:
        from yamnet_gui.gui.jobs.dataset_queue import LabelCountsJob

        def show(counts: list[tuple[str, int]]) -> None:
            if self._review_queue.request.dataset is not None and not self.bar.label.in_use:
                self.bar.set_classes(counts)

        self._questions.ask(lambda opened: LabelCountsJob(opened.events), show, self._show_error)

    def _count_in_turn(self) -> None:
        self._document.turns.do(self.count, len(self._document.events))

    def _soon(self) -> None:
        if not self._closed:
            self._later.start_once()

    def _show_all(self, counts: list[ClassCounts]) -> None:
        if self.panel.everywhere:
            self.panel.set_counts(counts)
        request = self._review_queue.request
        if request.everywhere and request.dataset is None:
            self._offer(counts)

    def _show_corrected(self, count: int) -> None:
        if self.panel.everywhere:
            self.panel.set_corrected(count)

    def _offer(self, counts: list[ClassCounts]) -> None:
        if self._review_queue.request.kind is not None and not self.bar.label.in_use:
            left = [(c.label, c.unreviewed) for c in counts if c.unreviewed]
            self.bar.set_classes(sorted(left, key=lambda item: -item[1]))

    def _on_class(self, label: str) -> None:
        now = self._review_queue.request
        kind = now.kind or QueueKind.SCORE
        request = replace(now, kind=kind, label=label, everywhere=self.panel.everywhere)
        self.bar.show_request(request)
        self.request(request)

    def _show_queue(self) -> None:
        self.bar.show_request(self._review_queue.request)
        self._show_place()

    def _show_place(self) -> None:
        queue = self._review_queue
        self.bar.show_progress(queue.index, queue.left, len(queue.rows))

    def _on_finished(self) -> None:
        total, request = len(self._review_queue.rows), self._review_queue.request
        about = request.label or "all classes"
        if self._project.project is None:
            return
        actions: list[tuple[str, Callable[[], None]]] = [
            ("Mark these segments as reviewed", self.mark)
        ]
        if request.dataset is not None:
            actions.insert(0, ("Take the next events", partial(self.request, request)))
        self._notices.show_notice(
            NoticeKind.INFO,
            f"Queue finished: all {counted(total, 'event')} of {about} are reviewed.",
            actions,
            key="queue",
        )

    def mark(self) -> None:
        """Marks the segments of the queue as reviewed, each for its class."""
        project = self._project.project
        if project is not None:
            reviewer = str(self._settings.value("reviewer")).strip()
            job = MarkQueueJob(project, self._review_queue.rows, reviewer)
            self._project_manager.run(job, on_result=self._on_marked, finish=True)

    def _on_marked(self, count: int) -> None:
        self._changed_many(f"{counted(count, 'segment')} marked as reviewed.")

    def _on_skipped(self, recordings: list[Recording], why: str) -> None:
        one = recordings[0]
        if len(recordings) == 1:
            text, key = f"{one.name} {why}; its events are skipped", f"skipped {one.id}"
        else:
            many = f"{counted(len(recordings), 'recording')} {why.replace('is ', 'are ')}"
            text, key = f"{many}; their events are skipped", "skipped"
        self._notices.show_notice(NoticeKind.WARNING, f"{text} in this queue.", key=key)
