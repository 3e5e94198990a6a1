"""Evaluation: how good the current rules are, and tuning them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.background.first_use import PLOTS, FirstUse
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.widgets.notices import NoticeKind

from .csv_saver import CsvSaver
from .curve_updater import CurveUpdater
from .evaluation_source import EvaluationSource

if TYPE_CHECKING:
    from yamnet_gui.detection import Tuning, TuningStep
    from yamnet_gui.detection.evaluation import Mismatch
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.evaluation import EvaluationProgress, Measurement

    from .evaluation_dialog import EvaluationDialog


class EvaluationFeature(Feature):
    """Measures and tunes the rules in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._project = context.session.project
        self._rules = context.session.rules
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._source = EvaluationSource(context)
        self._curves = CurveUpdater(context, self)
        self.csv = CsvSaver(context)
        self._background = LatestJob("evaluation", self, self._show_error)
        dialog = (f"{__package__}.{name}" for name in ("jobs", "evaluation_dialog"))
        self._first_use = FirstUse(
            "dialog of evaluation", self, [PLOTS, *dialog], ["yamnet_gui.quality.evaluation"]
        )
        self._navigator = context.services.navigation
        self._dialog: EvaluationDialog | None = None
        self._measurement: Measurement | None = None
        self._tuning: Tuning | None = None
        self._project.project_changed.connect(self._on_project)
        self._rules.changed.connect(self._on_rules)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"evaluation": lambda: self._first_use.then(self.open)}

    @property
    def busy(self) -> bool:
        return (
            self._first_use.busy
            or self._background.busy
            or self._curves.busy
            or self._navigator.waiting
        )

    def close(self) -> None:
        self._first_use.close()
        self._background.close()
        self._curves.close()

    def open(self) -> EvaluationDialog:
        """Shows the dialog and measures."""
        from .evaluation_dialog import EvaluationDialog

        if self._dialog is None:
            dialog = EvaluationDialog(self._window)
            dialog.measure_requested.connect(self.measure)
            dialog.cancel_requested.connect(self.cancel)
            dialog.table_requested.connect(self.choose_table)
            dialog.csv_requested.connect(partial(self.csv.ask, dialog))
            dialog.class_tab.curve_requested.connect(self._show_curve)
            dialog.class_tab.threshold_requested.connect(self._set_threshold)
            dialog.mismatch_tab.mismatch_opened.connect(self._go)
            dialog.tuning.tune_requested.connect(self.tune)
            dialog.tuning.accepted.connect(self.use_tuned)
            self._dialog = dialog
        self._dialog.show()
        self._dialog.activateWindow()
        self.measure()
        return self._dialog

    def measure(self) -> None:
        """Measures the current rules with the options of the dialog."""
        from .jobs import MeasureJob

        dialog = self._dialog
        if dialog is None:
            return
        table = dialog.table_path if dialog.by_table else None
        source = self._source.of_decisions() if table is None else self._source.of_table(table)
        self._curves.cancel()
        self._measurement, self._tuning = None, None
        dialog.show_measurement(None)
        dialog.show_progress("Measuring", 0, 1)
        job = MeasureJob(
            source,
            self._rules.rule_set,
            self._class_map.value,
            self._class_map.ontology if dialog.below else None,
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
        """Searches for better rules on the recordings that were measured."""
        from .jobs import TuneJob

        dialog, measurement = self._dialog, self._measurement
        if dialog is None or measurement is None:
            return
        self._tuning = None
        dialog.show_tuning(None)
        dialog.show_progress("Tuning", 0, 1)
        scope = dialog.tuning.scope
        below = self._class_map.ontology if dialog.below and scope == "default" else None
        job = TuneJob(
            measurement.on,
            measurement.rules,
            self._class_map.value,
            below,
            dialog.tuning.collar_s,
            scope,
        )
        self._background.run(job, self._on_tuning, self._failed, self._done)

    def use_tuned(self) -> None:
        """Replaces the rules by the tuned ones, as a single step of undo."""
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
        dialog, measurement = self._dialog, self._measurement
        if dialog is not None and measurement is not None:
            show = dialog.class_tab.show_curve
            self._curves.update(measurement, label, show, self._failed)

    def _set_threshold(self, label: str, threshold: float) -> None:
        entry = self._class_map.value.find(label)
        if entry is not None:
            self._rules.set_threshold(entry.index, threshold)
            self.measure()

    def _go(self, mismatch: Mismatch) -> None:
        if self._measurement is not None:
            item = self._measurement.on.items[mismatch.pair]
            span = TimeSpan(mismatch.onset_s, mismatch.offset_s)
            label = mismatch.estimated or mismatch.reference
            self._navigator.go(Destination(path=item.path, span=span, label=label))

    def _on_rules(self) -> None:
        measurement = self._measurement
        if self._dialog is not None and measurement is not None:
            self._dialog.show_stale(measurement.rules != self._rules.rule_set)

    def _on_project(self) -> None:
        self.cancel()
        self._measurement, self._tuning = None, None
        if self._dialog is not None:
            self._dialog.show_measurement(None)
            if self._dialog.isVisible():
                self.measure()
