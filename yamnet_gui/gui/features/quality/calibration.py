"""Calibration: probabilities from reviewed events, stored in the project, shown with events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted, threshold_text
from yamnet_gui.gui.background.first_use import PLOTS, FirstUse
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.widgets.notices import OFFER_S, NoticeKind

from .current_scores import CurrentScores

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .calibration_dialog import CalibrationDialog
    from .jobs import CalibrationReport


class CalibrationFeature(Feature):
    """Fits probabilities to the reviews of the project, and computes those of events."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._project = context.session.project
        self._rules = context.session.rules
        self._inspector = context.shell.inspector
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self.calibrations = context.session.calibrations
        self._scores = CurrentScores(context)
        self._background = LatestJob("calibration", self, self._show_error)
        dialog = (f"{__package__}.{name}" for name in ("jobs", "calibration_dialog"))
        self._first_use = FirstUse(
            "dialog of calibration", self, [PLOTS, *dialog], ["yamnet_gui.quality.evaluation"]
        )
        self._filling = LatestJob("probabilities", self, self._show_error)
        self._dialog: CalibrationDialog | None = None
        self._report: CalibrationReport | None = None
        self.calibrations.changed.connect(self._show)
        self._rules.changed.connect(self._on_rules)
        self._project.project_changed.connect(self._on_project)
        self._project.texts_changed.connect(self._fill)
        self._filled = self.calibrations.stored
        self._inspector.add_facts(self._facts)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"calibration": lambda: self._first_use.then(self.open)}

    @property
    def busy(self) -> bool:
        return self._first_use.busy or self._background.busy or self._filling.busy

    def close(self) -> None:
        self._first_use.close()
        self._background.close()
        self._filling.close()

    def open(self) -> CalibrationDialog:
        """Shows the dialog, with the current reviews."""
        from .calibration_dialog import CalibrationDialog

        if self._dialog is None:
            dialog = CalibrationDialog(
                self._class_map, lambda index: self._rules.rule(index).on, self._window
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
        """Reads all reviews of the project again."""
        from .jobs import CalibrateJob

        project = self._project.project
        if project is None:
            return
        model = self._scores.present_model()
        same = self._document.model.sha256 == model.sha256
        chosen = self._class_view.chosen
        job = CalibrateJob(
            project,
            model.sha256,
            model.name,
            self._scores.shown_events() if same else {},
            () if chosen is None else (chosen,),
        )
        self._report = None
        self._show()
        self._background.run(job, self._on_report)

    def use(self) -> None:
        """Stores the calibration in the project, and uses it."""
        if self._report is None:
            return
        try:
            stored = self.calibrations.store(self._report.calibration)
        except UserError as error:
            self._show_error(error)
            return
        self._notices.show_notice(
            NoticeKind.INFO,
            f"Events of {counted(len(stored.known), 'class')} now show a "
            f"probability (calibration {stored.version}).",
            [("Undo", self._window.actions_by_id["undo"].trigger)],
            key="calibration",
            seconds=OFFER_S,
        )

    def drop(self) -> None:
        """Stops showing probabilities: events show only scores again."""
        try:
            self.calibrations.drop()
        except UserError as error:
            self._show_error(error)

    def _fill(self) -> None:
        """Updates stored detections of all other recordings, for queues and exports.

        After every step about the calibration, undo and redo as well.
        """
        from .jobs import FillProbabilitiesJob

        project, stored = self._project.project, self.calibrations.stored
        if project is not None and stored != self._filled:
            self._filled = stored
            here = (self._project.recording_id,) if self._project.recording_id else ()
            self._filling.run(
                FillProbabilitiesJob(project, self.calibrations.stored, here), lambda _id: None
            )

    def _on_report(self, report: CalibrationReport) -> None:
        before, self._report = self._report, report
        if before is not None and report.raw_error is None:
            return  # nothing new yet
        self._show()
        chosen = self._class_view.chosen if before is None else None
        if self._dialog is not None and chosen is not None:
            self._dialog.choose_class(chosen)

    def _show(self) -> None:
        from .calibration_dialog import CalibrationStatus

        if self._dialog is None:
            return
        project = self._project.project
        status = CalibrationStatus(
            self.calibrations.stored,
            self._scores.present_model().name,
            self.calibrations.stale,
            project is not None and not project.read_only,
        )
        self._dialog.show_report(self._report, status)

    def _set_threshold(self, class_index: int, threshold: float) -> None:
        self._rules.set_threshold(class_index, threshold)
        name = self._class_map.value[class_index].name
        self._notices.show_notice(
            NoticeKind.INFO,
            f"The threshold of {name} is now {threshold_text(threshold)}.",
            key="calibration",
            seconds=8,
        )

    def _on_rules(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.refresh_thresholds()

    def _on_project(self) -> None:
        self._background.cancel()
        self._filling.cancel()  # the former project is closed by now
        self._filled = self.calibrations.stored
        self._report = None
        if self._dialog is not None and self._dialog.isVisible():
            self.read()

    def _facts(self, event: Event) -> list[tuple[str, str]]:
        """What the inspector shows about an event's probability."""
        calibration = self.calibrations.of_class(event.class_index)
        if calibration is None or event.score_max is None:
            return []
        if not calibration.known:
            more = calibration.more_needed
            return [("Probability", f"after {counted(more, 'more review')}")]
        (probability,), (low,), (high,) = (
            calibration.probability([event.score_max]),
            *calibration.interval([event.score_max]),
        )
        return [("Probability", f"{probability:.2f} (90%: {low:.2f}–{high:.2f})")]
