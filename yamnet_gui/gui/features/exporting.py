"""Labels out of the window: tables, clips and reports, written in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDir

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.gui.jobs.runner import Job, JobRunner
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.document import AnalysisState

from .all_events import AllEvents
from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.dialogs.clips import ClipsRequest
    from yamnet_gui.gui.dialogs.event_choice import Offered
    from yamnet_gui.gui.dialogs.export import ExportRequest
    from yamnet_gui.gui.dialogs.report import ReportRequest
    from yamnet_gui.gui.jobs.exporting import CutStep
    from yamnet_gui.gui.workbench import Workbench
    from yamnet_gui.labels.formats import WriteStep

_KEY = "export"
_CUTTING = "Cutting clips"
_SECONDS = 15.0


class Exporting(Feature):
    """Asks what goes out and where to; one job at a time, with progress and cancel."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._runner = JobRunner("export", workbench)
        self._format = ""
        self._clips: CutStep | None = None
        self._failed = False
        self._cutting = False

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"export": self.export, "cut_clips": self.cut_clips, "report": self.report}

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        """Lets a table that is being written come to its end; clips stop where they are."""
        self.close_dialog()
        self._runner.close(finish=not self._cutting)

    def export(self) -> None:
        """Writes events in a format and to a place that a person chooses."""
        from yamnet_gui.gui.dialogs.export import ExportDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ExportDialog(
            offered,
            self._bench.class_map,
            self._folder(),
            format_name=self._format,
            parent=self._bench.window,
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._write(dialog.request)

        self.open_dialog(dialog, accepted)

    def cut_clips(self) -> None:
        """Cuts events out of their recordings into files."""
        from yamnet_gui.gui.dialogs.clips import ClipsDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ClipsDialog(
            offered, self._bench.class_map, self._folder("clips"), parent=self._bench.window
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._cut(dialog.request)

        self.open_dialog(dialog, accepted)

    def report(self) -> None:
        """Writes a page about the labels, to read and print."""
        from yamnet_gui.gui.dialogs.report import ReportDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ReportDialog(
            offered, self._bench.class_map, self._folder(), parent=self._bench.window
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._report(dialog.request)

        self.open_dialog(dialog, accepted)

    # What there is

    def _offered(self) -> Offered | None:
        """What can go out; says so where there is nothing."""
        from yamnet_gui.gui.dialogs.event_choice import Offered

        bench = self._bench
        project = bench.project.project
        count = len(project.recordings()) if project is not None else 0
        shown = shown_labels(bench)
        if shown is None and not count:
            bench.notices.show_notice(
                NoticeKind.INFO, "There are no labels to write yet: open a recording.", key=_KEY
            )
            return None
        if self._runner.busy:
            bench.notices.show_notice(
                NoticeKind.INFO, "Something is being written already; wait for it or cancel it."
            )
            return None
        return Offered(
            shown,
            project,
            count,
            frozenset(bench.selection.ids),
            frozenset(bench.events_panel.shown_ids),
            frozenset(bench.classes.ticked),
            self._rows(),
        )

    def _rows(self) -> tuple[int, ...]:
        """Rows of the project that are selected in the table of all events, if it is looked at."""
        panel = self._bench.feature(AllEvents).panel
        return tuple(panel.selected.tolist()) if panel.isVisible() else ()

    def _folder(self, purpose: str = "exports") -> Path:
        return Path(self._bench.settings.folder(purpose) or QDir.homePath())

    # Writing

    def _write(self, request: ExportRequest) -> None:
        from yamnet_gui.gui.jobs.exporting import ExportJob, ScoreTablesJob
        from yamnet_gui.labels.formats import FORMATS

        bench = self._bench
        self._format = request.format_name
        folder = request.path if request.path.is_dir() else request.path.parent
        bench.settings.remember_folder(folder, "exports")
        job: Job
        if FORMATS[request.format_name].needs_scores:
            job = ScoreTablesJob(
                request.recordings,
                request.path,
                request.options,
                bench.project.project,
                self._shown_scores(),
            )
        else:
            job = ExportJob(request.format_name, request.recordings, request.path, request.options)
        self._submit(job, f"Writing {request.path.name}", self._on_step)

    def _cut(self, request: ClipsRequest) -> None:
        from yamnet_gui.gui.jobs.exporting import CutJob

        self._bench.settings.remember_folder(request.folder.parent, "clips")
        self._clips = None

        def cut(step: CutStep) -> None:
            self._clips = step
            self._progress(f"Cutting clips: {step.done} of {step.total}")

        job = CutJob(request.recordings, request.folder, request.options)
        self._submit(job, _CUTTING, cut, lambda: self._tell_clips(request.folder))

    def _report(self, request: ReportRequest) -> None:
        from yamnet_gui.gui.jobs.exporting import ReportJob

        self._bench.settings.remember_folder(request.path.parent, "exports")
        job = ReportJob(request.recordings, request.path, request.facts)
        self._submit(job, f"Writing {request.path.name}", self._tell_report)

    def _shown_scores(self) -> Any:
        """The scores of the open recording's mix, if they are all there."""
        document = self._bench.document
        buffer = document.scores
        if document.recording is None or buffer is None or buffer.channel is not None:
            return None
        if document.state is not AnalysisState.COMPLETE:
            return None
        return document.recording.info.path, buffer.table()

    def _submit(
        self,
        job: Job,
        title: str,
        on_result: Callable[[Any], None],
        on_done: Callable[[], None] | None = None,
    ) -> None:
        self._failed = False
        self._cutting = title == _CUTTING
        ticket = self._runner.submit(
            job,
            on_result=on_result,
            on_failed=self._on_failed,
            on_done=lambda: None if self._failed or on_done is None else on_done(),
        )

        def cancel() -> None:
            ticket.cancel()
            self._bench.notices.show_notice(
                NoticeKind.INFO, f"{title}: cancelled.", key=_KEY, seconds=_SECONDS
            )

        self._bench.notices.show_notice(
            NoticeKind.INFO, f"{title}…", [("Cancel", cancel)], key=_KEY
        )

    def _progress(self, text: str) -> None:
        self._bench.notices.set_text(_KEY, text)

    def _on_failed(self, error: UserError) -> None:
        self._failed = True
        self._bench.notices.clear(_KEY)
        self._bench.show_error(error)

    def _on_step(self, step: WriteStep) -> None:
        if not step.made:
            part = f"{step.files_done} of {step.files} files" if step.files > 1 else "Writing"
            self._progress(f"{part}, {step.lines} lines")
            return
        names = ", ".join(path.name for path in step.made[:3])
        more = f" and {len(step.made) - 3} more" if len(step.made) > 3 else ""
        self._tell(f"Written to {step.made[0].parent}: {names}{more}.")

    def _tell_report(self, path: Path) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        url = QUrl.fromLocalFile(str(path))

        def look() -> None:
            QDesktopServices.openUrl(url)

        self._bench.notices.show_notice(
            NoticeKind.INFO,
            f"Written to {path}.",
            [("Open", look)],
            key=_KEY,
            seconds=2 * _SECONDS,
        )

    def _tell_clips(self, folder: Path) -> None:
        step = self._clips
        if step is None:
            return
        if step.problems:
            self._bench.notices.show_notice(
                NoticeKind.WARNING,
                f"{step.done} of {step.total} clips cut into {folder}. {step.problems[0]}",
                key=_KEY,
                details="\n".join(step.problems),
            )
        else:
            self._tell(f"{step.done} clips cut into {folder}, listed in manifest.csv.")

    def _tell(self, text: str) -> None:
        self._bench.notices.show_notice(NoticeKind.INFO, text, key=_KEY, seconds=_SECONDS)


def shown_labels(bench: Workbench) -> LabelledRecording | None:
    """The open recording with its events as the window shows them."""
    document = bench.document
    if document.recording is None:
        return None
    return LabelledRecording(
        document.recording.info, document.events, document.reviewed, document.model.sha256
    )
