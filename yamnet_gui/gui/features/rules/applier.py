"""Applies the rules to all recordings of the project, after a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.widgets.notices import OFFER_S, NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.rule_preview import RulesPreview

    from .dialog import ApplyRulesDialog


class RulesApplier:
    """Owns the dialog of the preview, and the thread that computes and applies it."""

    def __init__(self, context: Context, parent: QObject) -> None:
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._project = context.session.project
        self._rules = context.session.rules
        self._analysis = context.services.analysis
        self._event_updater = context.services.events
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._runner = JobRunner("rules", parent)
        self.dialog: ApplyRulesDialog | None = None

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        self._runner.close()

    def cancel(self) -> None:
        """Closes the preview without applying it."""
        if self.dialog is not None:
            self.dialog.reject()

    def preview(self) -> None:
        """Shows what the current rules would change; applies them if the user accepts."""
        project = self._project.project
        if project is None or self.dialog is not None:
            return
        from yamnet_gui.quality.references import StoredScores

        from .dialog import ApplyRulesDialog
        from .jobs import PreviewRulesJob

        analysis, rules = self._analysis, self._rules.rule_set
        try:
            scores = StoredScores(
                analysis.cache, analysis.model().sha256, analysis.analysis_settings()
            )
        except UserError:  # without weights only the open recording has scores
            scores = StoredScores(None, "")
        open_events = {}
        if self._project.recording_id and self._document.state is AnalysisState.COMPLETE:
            open_events[self._project.recording_id] = self._event_updater.detections
        self.dialog = ApplyRulesDialog(rules.name, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()
        self._runner.submit(
            PreviewRulesJob(project, scores, rules, self._class_map.value, open_events),
            on_result=self.dialog.on_progress,
            on_failed=self._on_failed,
        )

    def _on_failed(self, error: UserError) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._show_error(error)

    def _on_finished(self, result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        self._runner.cancel_all()
        project, preview = self._project.project, dialog.preview
        dialog.deleteLater()
        if project is not None and preview is not None and (result or preview.empty):
            from .jobs import ApplyRulesJob

            self._runner.submit(
                ApplyRulesJob(project, preview),
                on_result=lambda _title: self._on_applied(preview),
                on_failed=self._show_error,
                finish=True,
            )

    def _on_applied(self, preview: RulesPreview) -> None:
        if preview.empty:  # it is stored that these rules found what is there
            return
        count = sum(bool(one.changes) for one in preview.recordings)
        where = "one recording" if count == 1 else counted(count, "recording")
        text = f"Rules {preview.rules.name} applied to {where}: {preview.in_words()}."
        undo = self._window.actions_by_id["undo"].trigger
        self._notices.show_notice(
            NoticeKind.INFO, text, [("Undo", undo)], key="rules", seconds=OFFER_S
        )
        self._project_manager.count()
