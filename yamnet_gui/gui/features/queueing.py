"""The review queue in the window: its bar, progress by class, and what comes at its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from yamnet_gui.gui.jobs.review import CountClassesJob, MarkQueueJob
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.panels.progress import ProgressPanel
from yamnet_gui.gui.state.review_queue import QueueWish
from yamnet_gui.labels.project import ClassCounts, QueueKind, Recording, counts_by_class

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_COUNT_MS = 300


class Queueing(Feature):
    """Shows queue and progress; asks for queues by class."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        self.bar = bench.events_panel.queue
        self.panel = ProgressPanel()
        bench.window.add_panel("progress", "Progress", self.panel, left=False, behind="events")
        self._closed = False
        self._later = QTimer(bench)
        self._later.setSingleShot(True)
        self._later.setInterval(_COUNT_MS)
        self._later.timeout.connect(self.count)
        self.bar.wish_changed.connect(self.wish)
        self.panel.class_entered.connect(self._on_class)
        self.panel.scope_changed.connect(lambda _everywhere: self.count())
        bench.queue.changed.connect(self._show_queue)
        bench.queue.moved.connect(self._show_place)
        bench.walk.told.connect(bench.reviewing.told)
        bench.walk.finished.connect(self._on_finished)
        bench.walk.missing.connect(self._on_missing)
        for signal in (
            bench.document.events_changed,
            bench.project.steps_changed,
            bench.project.project_changed,
        ):
            signal.connect(self._soon)
        self._show_queue()

    @property
    def busy(self) -> bool:
        return self._later.isActive() or self._bench.walk.waiting

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._later.stop()

    def wish(self, wish: QueueWish) -> None:
        """Reviews by this queue from now on; keys act on events again."""
        self._bench.notices.clear("queue")
        self._bench.walk.wish(wish)
        self._bench.tracks.waveform.setFocus()
        self._soon()

    def count(self) -> None:
        """Counts the events of each class in the scope of queue and panel."""
        bench = self._bench
        here = counts_by_class(bench.document.events)
        project = bench.project.project
        if not self.panel.everywhere:
            self.panel.set_counts(here)
        if not bench.queue.wish.everywhere:
            self._offer(here)
        if project is not None and (self.panel.everywhere or bench.queue.wish.everywhere):
            bench.projects.run(CountClassesJob(project), on_result=self._show_all)

    def _soon(self) -> None:
        if not self._closed and not self._later.isActive():
            self._later.start()

    def _show_all(self, counts: list[ClassCounts]) -> None:
        if self.panel.everywhere:
            self.panel.set_counts(counts)
        if self._bench.queue.wish.everywhere:
            self._offer(counts)

    def _offer(self, counts: list[ClassCounts]) -> None:
        if self._bench.queue.wish.kind is not None and not self.bar.label.view().isVisible():
            left = [(c.label, c.unreviewed) for c in counts if c.unreviewed]
            self.bar.set_classes(sorted(left, key=lambda item: -item[1]))

    def _on_class(self, label: str) -> None:
        now = self._bench.queue.wish
        kind = now.kind or QueueKind.SCORE
        wish = replace(now, kind=kind, label=label, everywhere=self.panel.everywhere)
        self.bar.show_wish(wish)
        self.wish(wish)

    def _show_queue(self) -> None:
        self.bar.show_wish(self._bench.queue.wish)
        self._show_place()

    def _show_place(self) -> None:
        queue = self._bench.queue
        self.bar.show_progress(queue.place, queue.left, len(queue.rows))

    def _on_finished(self) -> None:
        bench = self._bench
        total = len(bench.queue.rows)
        about = bench.queue.wish.label or "all classes"
        if bench.project.project is None:
            return
        bench.notices.show_notice(
            NoticeKind.INFO,
            f"The queue is done: all {total} events of {about} are decided on.",
            [("Mark these stretches as listened to", self.mark)],
            key="queue",
        )

    def mark(self) -> None:
        """Notes that the stretches of the queue were listened to, each for its class."""
        bench, project = self._bench, self._bench.project.project
        if project is not None:
            reviewer = str(bench.settings.value("reviewer")).strip()
            job = MarkQueueJob(project, bench.queue.rows, reviewer)
            bench.projects.run(job, on_result=self._marked)

    def _marked(self, count: int) -> None:
        self._bench.reviewing.told.emit(f"Listened to {count} stretches.")

    def _on_missing(self, recording: Recording) -> None:
        self._bench.notices.show_notice(
            NoticeKind.WARNING,
            f"{recording.name} is missing; its events are left out of this queue.",
            key=f"missing {recording.id}",
        )
