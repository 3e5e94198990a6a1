"""Calibration: what reviews say about scores, kept with the project and shown with events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event
from yamnet_gui.gui.jobs.latest import LatestJob
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.calibrations import Calibrations

from .feature import Feature
from .helping import present_model, shown_events

if TYPE_CHECKING:
    from yamnet_gui.gui.dialogs.calibration import CalibrationDialog
    from yamnet_gui.gui.jobs.quality import CalibrationReport
    from yamnet_gui.gui.workbench import Workbench


class Calibrating(Feature):
    """Fits what scores mean to what was reviewed, and fills in probabilities."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.calibrations = Calibrations(workbench.document, workbench.project, workbench)
        self._background = LatestJob("calibration", workbench, workbench.show_error)
        self._filling = LatestJob("probabilities", workbench, workbench.show_error)
        self._dialog: CalibrationDialog | None = None
        self._report: CalibrationReport | None = None
        self._model = ""
        self.calibrations.changed.connect(self._on_changed)
        workbench.document.analysis_changed.connect(self._on_analysis)
        workbench.rules.changed.connect(self._on_rules)
        workbench.project.project_changed.connect(self._on_project)
        workbench.taught.taught_again.connect(self._forget)
        workbench.inspector.tell_more(self._facts)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"calibration": self.open}

    @property
    def busy(self) -> bool:
        return self._background.busy or self._filling.busy

    def close(self) -> None:
        self._background.close()
        self._filling.close()

    def open(self) -> CalibrationDialog:
        """Shows the dialog, with the reviews as they are now."""
        from yamnet_gui.gui.dialogs.calibration import CalibrationDialog

        bench = self._bench
        if self._dialog is None:
            dialog = CalibrationDialog(
                bench.class_map, lambda index: bench.rules.rule(index).on, bench.window
            )
            dialog.use_requested.connect(self.use)
            dialog.drop_requested.connect(self.drop)
            dialog.refresh_requested.connect(self.read)
            dialog.threshold_requested.connect(self._set_threshold)
            self._dialog = dialog
        self._dialog.show()
        self._dialog.activateWindow()
        self.read()
        return self._dialog

    def read(self) -> None:
        """Reads all reviews of the project anew."""
        from yamnet_gui.gui.jobs.quality import CalibrateJob

        bench = self._bench
        project = bench.project.project
        if project is None:
            return
        model = present_model(bench)
        same = bench.document.model.sha256 == model.sha256
        chosen = bench.classes.chosen
        job = CalibrateJob(
            project,
            model.sha256,
            model.name,
            shown_events(bench) if same else {},
            () if chosen is None else (chosen,),
        )
        self._report = None
        self._show()
        self._background.run(job, self._take)

    def use(self) -> None:
        """Keeps what was found with the project, and uses it."""
        if self._report is None:
            return
        try:
            kept = self.calibrations.store(self._report.calibration)
        except UserError as error:
            self._bench.show_error(error)
            return
        self._fill()
        self._bench.notices.show_notice(
            NoticeKind.INFO,
            f"Events of {len(kept.known)} class{'' if len(kept.known) == 1 else 'es'} now show a "
            f"probability (calibration {kept.version}).",
            key="calibration",
            seconds=8,
        )

    def _forget(self, class_index: int) -> None:
        """A class that was taught again is no longer what was calibrated."""
        try:
            self.calibrations.forget(class_index)
        except UserError as error:
            self._bench.show_error(error)

    def drop(self) -> None:
        """Events show scores alone again."""
        try:
            self.calibrations.drop()
        except UserError as error:
            self._bench.show_error(error)
            return
        self._fill()

    def _fill(self) -> None:
        """Stored detections of all other recordings follow, for queues and exports."""
        from yamnet_gui.gui.jobs.quality import FillProbabilitiesJob

        bench = self._bench
        project = bench.project.project
        if project is not None:
            here = (bench.project.recording_id,) if bench.project.recording_id else ()
            self._filling.run(
                FillProbabilitiesJob(project, self.calibrations.kept, here), lambda _id: None
            )

    def _take(self, report: CalibrationReport) -> None:
        before, self._report = self._report, report
        if before is not None and report.raw_error is None:
            return  # nothing new yet
        self._show()
        chosen = self._bench.classes.chosen if before is None else None
        if self._dialog is not None and chosen is not None:
            self._dialog.choose_class(chosen)

    def _show(self) -> None:
        from yamnet_gui.gui.dialogs.calibration import Standing

        if self._dialog is None:
            return
        project = self._bench.project.project
        standing = Standing(
            self.calibrations.kept,
            present_model(self._bench).name,
            self.calibrations.stale,
            project is not None and not project.read_only,
        )
        self._dialog.show_report(self._report, standing)

    def _set_threshold(self, class_index: int, threshold: float) -> None:
        bench = self._bench
        bench.controller.set_threshold(class_index, threshold)
        name = bench.class_map[class_index].name
        bench.notices.show_notice(
            NoticeKind.INFO,
            f"The threshold of {name} is now {threshold:.2f}.",
            key="calibration",
            seconds=8,
        )

    def _on_changed(self) -> None:
        self._bench.deriver.combine()
        self._show()

    def _on_analysis(self) -> None:
        """Other weights: other probabilities, or none."""
        model = self._bench.document.model.sha256
        if model != self._model:
            self._model = model
            if self.calibrations.kept is not None:
                self._bench.deriver.combine()
                self._show()

    def _on_rules(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.refresh_thresholds()

    def _on_project(self) -> None:
        self._background.cancel()
        self._filling.cancel()  # the former project is closed by now
        self._report = None
        if self._dialog is not None and self._dialog.isVisible():
            self.read()

    def _facts(self, event: Event) -> list[tuple[str, str]]:
        """What the inspector says about an event's probability."""
        found = self.calibrations.of_class(event.class_index)
        if found is None or event.score_max is None:
            return []
        if not found.known:
            more = found.more_needed
            return [("Probability", f"after {more} more review{'' if more == 1 else 's'}")]
        (said,), (low,), (high,) = (
            found.probability([event.score_max]),
            *found.interval([event.score_max]),
        )
        return [("Probability", f"{said:.2f} (90 %: {low:.2f}–{high:.2f})")]
