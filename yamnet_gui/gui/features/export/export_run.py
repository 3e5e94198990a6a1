"""One export at a time, in the background: progress, cancel and result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted, grouped, part_of, percent
from yamnet_gui.gui.background.runner import Job, JobRunner
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.widgets.notices import NoticeBar
    from yamnet_gui.labels.formats import WriteStep

    from .jobs import CutJob, CutStep

EXPORT_KEY = "export"
"""The notice of exports: each replaces the one before."""
_SECONDS = 15.0


class ExportRun(QObject):
    """Runs the jobs of exports and shows their progress in the bar of notices."""

    def __init__(
        self, notices: NoticeBar, show_error: Callable[[UserError], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._show_error = show_error
        self._runner = JobRunner("export", self)
        self._clips: CutStep | None = None
        self._failed = False
        self._events = 0

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        """Stops what runs; a table that is nearly written is finished."""
        self._runner.close()

    def write_table(self, job: Job, path: Path, events: int = 0) -> None:
        """Runs a job that yields `WriteStep`; `events`: how many are written, 0: nobody knows."""
        self._events = events
        self._submit(job, f"Writing {path.name}", self._on_table_step, finish=True)

    def write_report(self, job: Job, path: Path) -> None:
        """Runs a job that yields the path of the report."""
        self._submit(job, f"Writing {path.name}", self._on_report, finish=True)

    def cut_clips(self, job: CutJob) -> None:
        """Runs a job that cuts clips."""
        self._clips = None
        self._submit(job, "Cutting clips", self._on_clip, lambda: self._show_clips(job.folder))

    def _submit(
        self,
        job: Job,
        title: str,
        on_result: Callable[[Any], None],
        on_done: Callable[[], None] | None = None,
        *,
        finish: bool = False,
    ) -> None:
        self._failed = False
        handle = self._runner.submit(
            job,
            on_result=on_result,
            on_failed=self._on_failed,
            on_done=lambda: None if self._failed or on_done is None else on_done(),
            finish=finish,
        )

        def cancel() -> None:
            handle.cancel()
            self._show(f"{title}: cancelled.")

        self._notices.show_notice(
            NoticeKind.INFO, f"{title}…", [("Cancel", cancel)], key=EXPORT_KEY
        )

    def _on_failed(self, error: UserError) -> None:
        self._failed = True
        self._notices.clear(EXPORT_KEY)
        self._show_error(error)

    def _on_table_step(self, step: WriteStep) -> None:
        if not step.made:
            part = part_of(step.files_done, step.files, "file") if step.files > 1 else "Writing"
            share = min(step.lines / self._events, 0.99) if self._events else None
            done = counted(step.lines, "line") if share is None else percent(share)
            self._notices.set_text(EXPORT_KEY, f"{part}, {done}")
            return
        names = ", ".join(path.name for path in step.made[:3])
        more = f" and {grouped(len(step.made) - 3)} more" if len(step.made) > 3 else ""
        text = f"Saved in {step.made[0].parent}: {names}{more}."
        if step.remarks:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{text} {step.remarks[0]}",
                key=EXPORT_KEY,
                details="\n".join(step.remarks),
            )
        else:
            self._show(text)

    def _on_report(self, path: Path) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        url = QUrl.fromLocalFile(str(path))

        def open_report() -> None:
            QDesktopServices.openUrl(url)

        self._notices.show_notice(
            NoticeKind.INFO,
            f"Saved as {path}.",
            [("Open", open_report)],
            key=EXPORT_KEY,
            seconds=2 * _SECONDS,
        )

    def _on_clip(self, step: CutStep) -> None:
        self._clips = step
        self._notices.set_text(
            EXPORT_KEY, f"Cutting clips: {grouped(step.done)} of {grouped(step.total)}"
        )

    def _show_clips(self, folder: Path) -> None:
        step = self._clips
        if step is None:
            return
        if step.problems:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{part_of(step.done, step.total, 'clip')} saved in {folder}. {step.problems[0]}",
                key=EXPORT_KEY,
                details="\n".join(step.problems),
            )
        else:
            self._show(f"{counted(step.done, 'clip')} saved in {folder}, listed in manifest.csv.")

    def _show(self, text: str) -> None:
        self._notices.show_notice(NoticeKind.INFO, text, key=EXPORT_KEY, seconds=_SECONDS)
