"""Evaluation: how good the present rules are, and rules that do better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.widgets.notices import NoticeKind

from .shared import CurrentScores

if TYPE_CHECKING:
    from yamnet_gui.core.ontology import Ontology
    from yamnet_gui.detection import Tuning, TuningStep
    from yamnet_gui.detection.evaluation import Mismatch
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.evaluation import Curve, EvaluationProgress, Measurement

    from .evaluation_dialog import EvaluationDialog
    from .jobs import Source


class EvaluationFeature(Feature):
    """Measures and tunes the rules in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._ontology = context.session.ontology
        self._project = context.session.project
        self._rules = context.session.rules
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._scores = CurrentScores(context)
        self._background = LatestJob("evaluation", self, self._show_error)
        self._curves = LatestJob("curves", self, self._show_error)
        self._navigator = context.services.navigation
        self._dialog: EvaluationDialog | None = None
        self._measurement: Measurement | None = None
        self._tuning: Tuning | None = None
        self._project.project_changed.connect(self._on_project)
        self._rules.changed.connect(self._on_rules)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"evaluation": self.open}

    @property
    def busy(self) -> bool:
        return self._background.busy or self._curves.busy or self._navigator.waiting

    def close(self) -> None:
        self._background.close()
        self._curves.close()

    def open(self) -> EvaluationDialog:
        """Shows the dialog and measures."""
        from .evaluation_dialog import EvaluationDialog

        if self._dialog is None:
            dialog = EvaluationDialog(self._window)
            dialog.measure_requested.connect(self.measure)
            dialog.cancel_requested.connect(self.cancel)
            dialog.table_wanted.connect(self.choose_table)
            dialog.curve_requested.connect(self._show_curve)
            dialog.threshold_requested.connect(self._set_threshold)
            dialog.mismatch_opened.connect(self._go)
            dialog.tune_requested.connect(self.tune)
            dialog.tuned_accepted.connect(self.use_tuned)
            dialog.csv_wanted.connect(self._save)
            self._dialog = dialog
        self._dialog.show()
        self._dialog.activateWindow()
        self.measure()
        return self._dialog

    def measure(self) -> None:
        """Measures the present rules by what the dialog says."""
        from .jobs import MeasureJob

        dialog = self._dialog
        if dialog is None:
            return
        source = self._source(dialog)
        self._curves.cancel()
        self._measurement, self._tuning = None, None
        dialog.show_measurement(None)
        dialog.show_progress("Measuring", 0, 1)
        job = MeasureJob(
            source,
            self._rules.rule_set,
            self._class_map.value,
            self._below(),
            dialog.collar_s,
        )
        self._background.run(job, self._on_step, self._failed, self._done)

    def use_table(self, path: Path) -> None:
        """Measures against a reference table."""
        if self._dialog is not None:
            self._dialog.set_table(path)
            self._dialog.source.setCurrentIndex(1)
            self.measure()

    def choose_table(self) -> None:
        """Asks for a reference table."""
        assert self._dialog is not None
        name, _chosen = QFileDialog.getOpenFileName(
            self._dialog, "Choose a reference table", self._settings.folder("exports")
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "exports")
            self.use_table(Path(name))
        elif self._dialog.table_path is None:
            self._dialog.set_table(None)

    def tune(self) -> None:
        """Looks for better rules on what was measured."""
        from .jobs import TuneJob

        dialog, found = self._dialog, self._measurement
        if dialog is None or found is None:
            return
        self._tuning = None
        dialog.show_tuning(None)
        dialog.show_progress("Tuning", 0, 1)
        below = self._below() if dialog.scope == "default" else None
        job = TuneJob(
            found.on,
            found.rules,
            self._class_map.value,
            below,
            dialog.tuning_measure,
            dialog.scope,
        )
        self._background.run(job, self._on_tuning, self._failed, self._done)

    def use_tuned(self) -> None:
        """Takes the tuned rules over, as one step."""
        if self._tuning is None:
            return
        self._rules.set(self._tuning.rules)
        self._notices.show_notice(
            NoticeKind.INFO, "The tuned rules are in use.", key="evaluation", seconds=8
        )
        self.measure()

    def cancel(self) -> None:
        """Stops measuring or tuning at once."""
        self._background.cancel()
        self._done()

    def _source(self, dialog: EvaluationDialog) -> Source:
        from .jobs import Source

        scores = self._scores.stored_scores(self._scores.present_model().sha256)
        project = self._project.project
        if not dialog.by_table or dialog.table_path is None:
            return Source(scores, project, self._scores.shown_events())
        paths: dict[Path, str] = {}
        if project is not None:
            paths = {project.recordings.locate(r): r.id for r in project.recordings.all()}
        recording = self._document.recording
        if recording is not None:
            paths.setdefault(recording.info.path, self._project.recording_id)
        here = recording.info.path if recording is not None else None
        return Source(scores, table=dialog.table_path, paths=paths, otherwise=here)

    def _below(self) -> Ontology | None:
        below = self._dialog is not None and self._dialog.below
        return self._ontology if below else None

    def _on_step(self, step: EvaluationProgress) -> None:
        if self._dialog is None:
            return
        if step.result is None:
            self._dialog.show_progress("Measuring", step.done, step.total)
            return
        self._measurement = step.result
        self._dialog.show_measurement(step.result)

    def _on_tuning(self, step: TuningStep) -> None:
        if self._dialog is None:
            return
        if step.result is None:
            self._dialog.show_progress("Tuning", step.done, step.total)
            return
        self._tuning = step.result
        self._dialog.show_tuning(step.result)

    def _done(self) -> None:
        if self._dialog is not None:
            self._dialog.show_progress("", 0, 0)

    def _failed(self, error: UserError) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(str(error))

    def _show_curve(self, label: str) -> None:
        from .jobs import CurveJob

        dialog, found = self._dialog, self._measurement
        if dialog is None or found is None:
            return
        below = self._ontology if found.below else None
        job = CurveJob(found.on, found.rules, self._class_map.value, label, below, found.collar_s)
        shown: list[Curve] = []

        def take(curve: Curve | None) -> None:
            if curve is not None:
                shown.append(curve)
                dialog.show_curve(curve)

        def done() -> None:
            if not shown:
                dialog.show_curve(None, label)

        self._curves.run(job, take, self._failed, done)

    def _set_threshold(self, label: str, threshold: float) -> None:
        entry = self._class_map.value.find(label)
        if entry is not None:
            self._rules.set_threshold(entry.index, threshold)
            self.measure()

    def _go(self, mismatch: Mismatch) -> None:
        if self._measurement is not None:
            subject = self._measurement.on.items[mismatch.pair]
            span = TimeSpan(mismatch.onset_s, mismatch.offset_s)
            label = mismatch.estimated or mismatch.reference
            self._navigator.go(Destination(path=subject.path, span=span, label=label))

    def _save(self, what: str, text: str) -> None:
        start = str(Path(self._settings.folder("exports")) / f"{what}.csv")
        name, _chosen = QFileDialog.getSaveFileName(
            self._dialog, "Save the table", start, "CSV (*.csv)"
        )
        if name:
            self.write(Path(name), text)

    def write(self, path: Path, text: str) -> None:
        """Writes a table as CSV; a bar says where, or why not."""
        try:
            with replacing(path) as beside:
                beside.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            self._show_error(UserError(path, reason, "choose another folder"))
            return
        self._settings.remember_folder(path.parent, "exports")
        self._notices.show_notice(
            NoticeKind.INFO, f"Written to {path}.", key="evaluation", seconds=8
        )

    def _on_rules(self) -> None:
        found = self._measurement
        if self._dialog is not None and found is not None:
            self._dialog.show_stale(found.rules != self._rules.rule_set)

    def _on_project(self) -> None:
        self.cancel()
        self._measurement, self._tuning = None, None
        if self._dialog is not None:
            self._dialog.show_measurement(None)
            if self._dialog.isVisible():
                self.measure()
