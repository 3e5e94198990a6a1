"""Exporting tables, clips and reports in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDir

from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_folder
from yamnet_gui.gui.background.runner import Job
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.rules.feature import RulesFeature
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.widgets.notices import NoticeKind

from .export_run import EXPORT_KEY, ExportRun

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.state.document import Document
    from yamnet_gui.labels.project import EventFilter

    from .clips_dialog import ClipsRequest
    from .dialog import ExportRequest
    from .event_choice import Offered
    from .report_dialog import ReportRequest

_FORMAT = "export format"


class ExportFeature(Feature):
    """Asks what to export and where; one export runs at a time."""

    def __init__(self, context: Context, all_events: AllEvents, rules: RulesFeature) -> None:
        super().__init__()
        self._all_events = all_events
        self._rules = rules
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._project = context.session.project
        self._selection = context.session.selection
        self._settings = context.session.settings
        self._events_panel = context.shell.events
        self._notices = context.shell.notices
        self._window = context.shell.window
        self._run = ExportRun(self._notices, context.shell.show_error, self)
        self._format = self._settings.memo(_FORMAT)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"export": self.export, "cut_clips": self.cut_clips, "report": self.report}

    @property
    def busy(self) -> bool:
        return self._run.busy

    def close(self) -> None:
        """Finishes a table that is being written; cutting clips is stopped."""
        self.close_dialog()
        self._run.close()

    def export(self) -> None:
        """Writes events in the format and to the file that the user chooses."""
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

    # What can be exported

    def _offered(self) -> Offered | None:
        """What can be exported; shows a notice if there is nothing."""
        from .event_choice import Offered

        project = self._project.project
        count = len(project.recordings.all()) if project is not None else 0
        shown = shown_labels(self._document)
        if shown is None and not count:
            self._notices.show_notice(
                NoticeKind.INFO, "There is nothing to export yet: open a recording.", key=EXPORT_KEY
            )
            return None
        if self._run.busy:
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
            self._filtered(),
            self._document.shown.one_per_sound,
            provisional=self._document.closer_look is not None,
            other_rules=self._rules.others.text,
            apply_rules=self._rules.apply_to_project,
        )

    def _rows(self) -> tuple[int, ...]:
        """Rows of the project that are selected in the table of all events, if it is visible."""
        panel, of_dataset = self._all_events.panel, self._all_events.of_dataset.on
        return tuple(panel.selected.tolist()) if panel.isVisible() and not of_dataset else ()

    def _filtered(self) -> tuple[EventFilter, int] | None:
        """What the table of all events lists of the project, if that is seen and not all of it."""
        panel = self._all_events.panel
        if not panel.isVisible() or self._all_events.of_dataset.on or panel.lists_all:
            return None
        return panel.filter, len(panel.model.rows)

    def _folder(self, purpose: str = "exports") -> Path:
        return Path(self._settings.folder(purpose) or QDir.homePath())

    # Writing

    def _write(self, request: ExportRequest) -> None:
        from yamnet_gui.labels.formats import FORMATS

        from .jobs import ExportJob, ScoreTablesJob

        self._format = request.format_name
        self._settings.set_memo(_FORMAT, self._format)
        folder = request.path if is_folder(request.path) else request.path.parent
        self._settings.remember_folder(folder, "exports")
        job: Job
        scored = FORMATS[request.format_name].needs_scores
        if scored:
            job = ScoreTablesJob(
                request.recordings,
                request.path,
                request.options,
                self._project.project,
                self._shown_scores(),
                request.provenance,
            )
        else:
            job = ExportJob(
                request.format_name,
                request.recordings,
                request.path,
                request.options,
                request.provenance,
            )
        events = sum(len(labelled.events) for labelled in request.recordings)
        self._run.write_table(job, request.path, 0 if scored else events)

    def _cut(self, request: ClipsRequest) -> None:
        from .jobs import CutJob

        self._settings.remember_folder(request.folder.parent, "clips")
        self._run.cut_clips(
            CutJob(request.recordings, request.folder, request.options, request.provenance)
        )

    def _report(self, request: ReportRequest) -> None:
        from .jobs import ReportJob

        self._settings.remember_folder(request.path.parent, "exports")
        job = ReportJob(request.recordings, request.path, request.facts, request.provenance)
        self._run.write_report(job, request.path)

    def _shown_scores(self) -> Any:
        """The scores of the open recording, of the mix or each channel, if they are complete."""
        document = self._document
        complete = document.state is AnalysisState.COMPLETE and document.buffers
        if document.recording is None or not complete:
            return None
        return document.recording.info.path, tuple(one.table() for one in document.buffers)


def shown_labels(document: Document) -> LabelledRecording | None:
    """The open recording with its events as the window shows them."""
    if document.recording is None:
        return None
    return LabelledRecording(
        document.recording.info, document.events, document.reviewed, document.model.sha256
    )
