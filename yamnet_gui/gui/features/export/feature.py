"""Labels out of the window: tables, clips and reports, written in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDir

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.gui.background.runner import Job, JobRunner
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.state.document import Document
    from yamnet_gui.labels.formats import WriteStep

    from .clips_dialog import ClipsRequest
    from .dialog import ExportRequest
    from .event_choice import Offered
    from .jobs import CutStep
    from .report_dialog import ReportRequest

_KEY = "export"
_CUTTING = "Cutting clips"
_SECONDS = 15.0


class ExportFeature(Feature):
    """Asks what goes out and where to; one job at a time, with progress and cancel."""

    def __init__(self, context: Context, all_events: AllEvents) -> None:
        super().__init__()
        self._all_events = all_events
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._project = context.session.project
        self._selection = context.session.selection
        self._settings = context.session.settings
        self._events_panel = context.shell.events
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._runner = JobRunner("export", self)
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
        from .dialog import ExportDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ExportDialog(
            offered,
            self._class_map.value,
            self._folder(),
            format_name=self._format,
            parent=self._window,
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._write(dialog.request)

        self.open_dialog(dialog, accepted)

    def cut_clips(self) -> None:
        """Cuts events out of their recordings into files."""
        from .clips_dialog import ClipsDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ClipsDialog(
            offered, self._class_map.value, self._folder("clips"), parent=self._window
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._cut(dialog.request)

        self.open_dialog(dialog, accepted)

    def report(self) -> None:
        """Writes a page about the labels, to read and print."""
        from .report_dialog import ReportDialog

        offered = self._offered()
        if offered is None:
            return
        dialog = ReportDialog(offered, self._class_map.value, self._folder(), parent=self._window)

        def accepted() -> None:
            if dialog.request is not None:
                self._report(dialog.request)

        self.open_dialog(dialog, accepted)

    # What there is

    def _offered(self) -> Offered | None:
        """What can go out; says so where there is nothing."""
        from .event_choice import Offered

        project = self._project.project
        count = len(project.recordings.all()) if project is not None else 0
        shown = shown_labels(self._document)
        if shown is None and not count:
            self._notices.show_notice(
                NoticeKind.INFO, "There is nothing to export yet: open a recording.", key=_KEY
            )
            return None
        if self._runner.busy:
            self._notices.show_notice(
                NoticeKind.INFO, "Another export is running; wait for it or cancel it."
            )
            return None
        return Offered(
            shown,
            project,
            count,
            frozenset(self._selection.ids),
            frozenset(self._events_panel.shown_ids),
            frozenset(self._class_view.ticked),
            self._rows(),
        )

    def _rows(self) -> tuple[int, ...]:
        """Rows of the project that are selected in the table of all events, if it is looked at."""
        panel = self._all_events.panel
        return tuple(panel.selected.tolist()) if panel.isVisible() else ()

    def _folder(self, purpose: str = "exports") -> Path:
        return Path(self._settings.folder(purpose) or QDir.homePath())

    # Writing

    def _write(self, request: ExportRequest) -> None:
        from yamnet_gui.labels.formats import FORMATS

        from .jobs import ExportJob, ScoreTablesJob

        self._format = request.format_name
        folder = request.path if request.path.is_dir() else request.path.parent
        self._settings.remember_folder(folder, "exports")
        job: Job
        if FORMATS[request.format_name].needs_scores:
            job = ScoreTablesJob(
                request.recordings,
                request.path,
                request.options,
                self._project.project,
                self._shown_scores(),
            )
        else:
            job = ExportJob(request.format_name, request.recordings, request.path, request.options)
        self._submit(job, f"Writing {request.path.name}", self._on_step)

    def _cut(self, request: ClipsRequest) -> None:
        from .jobs import CutJob

        self._settings.remember_folder(request.folder.parent, "clips")
        self._clips = None

        def cut(step: CutStep) -> None:
            self._clips = step
            self._progress(f"Cutting clips: {step.done} of {step.total}")

        job = CutJob(request.recordings, request.folder, request.options)
        self._submit(job, _CUTTING, cut, lambda: self._tell_clips(request.folder))

    def _report(self, request: ReportRequest) -> None:
        from .jobs import ReportJob

        self._settings.remember_folder(request.path.parent, "exports")
        job = ReportJob(request.recordings, request.path, request.facts)
        self._submit(job, f"Writing {request.path.name}", self._tell_report)

    def _shown_scores(self) -> Any:
        """The scores of the open recording's mix, if they are all there."""
        document = self._document
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
        handle = self._runner.submit(
            job,
            on_result=on_result,
            on_failed=self._on_failed,
            on_done=lambda: None if self._failed or on_done is None else on_done(),
        )

        def cancel() -> None:
            handle.cancel()
            self._notices.show_notice(
                NoticeKind.INFO, f"{title}: cancelled.", key=_KEY, seconds=_SECONDS
            )

        self._notices.show_notice(NoticeKind.INFO, f"{title}…", [("Cancel", cancel)], key=_KEY)

    def _progress(self, text: str) -> None:
        self._notices.set_text(_KEY, text)

    def _on_failed(self, error: UserError) -> None:
        self._failed = True
        self._notices.clear(_KEY)
        self._show_error(error)

    def _on_step(self, step: WriteStep) -> None:
        if not step.made:
            part = f"{step.files_done} of {step.files} files" if step.files > 1 else "Writing"
            self._progress(f"{part}, {step.lines} lines")
            return
        names = ", ".join(path.name for path in step.made[:3])
        more = f" and {len(step.made) - 3} more" if len(step.made) > 3 else ""
        self._tell(f"Saved in {step.made[0].parent}: {names}{more}.")

    def _tell_report(self, path: Path) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        url = QUrl.fromLocalFile(str(path))

        def look() -> None:
            QDesktopServices.openUrl(url)

        self._notices.show_notice(
            NoticeKind.INFO,
            f"Saved as {path}.",
            [("Open", look)],
            key=_KEY,
            seconds=2 * _SECONDS,
        )

    def _tell_clips(self, folder: Path) -> None:
        step = self._clips
        if step is None:
            return
        if step.problems:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{step.done} of {step.total} clips saved in {folder}. {step.problems[0]}",
                key=_KEY,
                details="\n".join(step.problems),
            )
        else:
            self._tell(f"{step.done} clips saved in {folder}, listed in manifest.csv.")

    def _tell(self, text: str) -> None:
        self._notices.show_notice(NoticeKind.INFO, text, key=_KEY, seconds=_SECONDS)


def shown_labels(document: Document) -> LabelledRecording | None:
    """The open recording with its events as the window shows them."""
    if document.recording is None:
        return None
    return LabelledRecording(
        document.recording.info, document.events, document.reviewed, document.model.sha256
    )
