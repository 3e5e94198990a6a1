"""Tools › Fine-tune: trains a model in another process, and hands it to the list of models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.audio import safe_name
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import percent
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.models.feature import ModelsFeature
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.yamnet import WeightsFile

if TYPE_CHECKING:
    from yamnet_gui.fine_tuning import DoubtfulLabel, FinetuneProgress
    from yamnet_gui.fine_tuning.own_process import StopTraining
    from yamnet_gui.gui.context import Context

    from .dialog import FinetuneDialog
    from .jobs import PlannedData

_KEY = "fine-tuning"
_REST_MS = 300
_SHORTEST_S = 1.0


class FinetuneFeature(Feature):
    """One dialog and one training at a time."""

    def __init__(self, context: Context, models: ModelsFeature) -> None:
        super().__init__()
        self._models = models
        self._project = context.session.project
        self._navigation = context.services.navigation
        self._notices = context.shell.notices
        self._window = context.shell.window
        self._name = ""  # of the model that is being trained
        self._runner = JobRunner("fine-tuning", self)
        self._planner = JobRunner("plan of fine-tuning", self)
        self._planning: JobHandle | None = None
        self._training: JobHandle | None = None
        self._stop: StopTraining | None = None
        self._planned: PlannedData | None = None
        self._planned_source: Path | None = None  # what the last plan, or the one under way, is of
        self._train_then = False  # training was asked for while its plan is still being made
        self._file: WeightsFile | None = None
        self._open: FinetuneDialog | None = None
        self._later = Debounced(self, _REST_MS, self._plan)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"finetune": self.show}

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._planner.busy or self._later.active

    def close(self) -> None:
        self._later.stop()
        if self._open is not None:
            self._open.done(0)
        for runner in (self._planner, self._runner):
            runner.cancel_all()
            runner.close()

    def show(self) -> None:
        """Opens the dialog, or brings it to the front."""
        if self._open is None:
            from .dialog import FinetuneDialog

            dialog = FinetuneDialog(self._window)
            dialog.choice.changed.connect(self._on_choice)
            dialog.start_requested.connect(self._train)
            dialog.stop_requested.connect(self._on_stop)
            dialog.cancel_requested.connect(self._cancel)
            dialog.hidden.connect(self._on_hidden)
            dialog.use_requested.connect(self._models.use)
            dialog.show_requested.connect(self._on_show)
            dialog.outcome.listen_requested.connect(self._listen)
            dialog.finished.connect(self._on_closed)
            self._open = dialog
            self._on_choice()
        self._notices.clear(_KEY)
        self._open.show()
        self._open.raise_()
        self._open.activateWindow()

    def _on_choice(self) -> None:
        dialog = self._open
        if dialog is None:
            return
        project = self._project.project
        dialog.choice.set_project(project.path if project is not None else None)
        if self._planning is not None:
            self._planning.cancel()
        self._planned, self._train_then = None, False
        # a field that is left by the click on Train asks for a new plan before that click arrives
        if dialog.choice.source is None or dialog.choice.source != self._planned_source:
            dialog.start.setEnabled(False)
        self._planned_source = dialog.choice.source
        if dialog.choice.source is None:
            dialog.choice.show_no_plan("")
            return
        dialog.choice.show_reading()
        self._later.start()

    def _plan(self) -> None:
        dialog = self._open
        if dialog is None or dialog.choice.source is None:
            return
        from .jobs import PlanJob

        page = dialog.choice
        assert page.source is not None
        self._planning = self._planner.submit(
            PlanJob(page.source, page.choice, page.settings),
            on_result=self._on_planned,
            on_failed=self._on_not_planned,
        )

    def _on_planned(self, planned: PlannedData) -> None:
        if self._open is not None:
            self._planned = planned
            self._open.choice.show_plan(planned.plan)
            self._open.start.setEnabled(True)
            if self._train_then:
                self._train()

    def _on_not_planned(self, error: UserError) -> None:
        self._train_then, self._planned_source = False, None
        if self._open is not None:
            self._open.start.setEnabled(False)
            self._open.choice.show_no_plan(self._in_words(error))

    def _train(self) -> None:
        dialog, planned = self._open, self._planned
        if dialog is None:
            return
        self._train_then = planned is None
        if planned is None:
            return
        name = dialog.choice.name
        problem = _name_problem(name)
        if problem:
            dialog.choice.show_problem(problem)
            dialog.choice.title.setFocus()
            return
        from yamnet_gui.fine_tuning.own_process import StopTraining

        from .jobs import TrainJob

        self._stop = StopTraining()
        job = TrainJob(planned.data, name, dialog.choice.settings, self._stop)
        self._name = name
        dialog.show_training()
        self._training = self._runner.submit(
            job, on_result=self._on_step, on_failed=self._on_failed
        )

    def _on_step(self, step: FinetuneProgress | WeightsFile) -> None:
        dialog = self._open
        if isinstance(step, WeightsFile):
            self._file = step
        elif dialog is not None and step.outcome is not None and self._file is not None:
            self._training = None
            dialog.show_outcome(step.outcome, self._file)
            self._say_if_hidden(f"{self._file.name} has been trained.")
        elif dialog is not None:
            dialog.show_progress(step)
            self._notices.set_text(_KEY, self._going_on(step.share))

    def _on_failed(self, error: UserError) -> None:
        self._training = None
        if self._open is not None:
            self._open.show_failed(self._in_words(error))
            self._say_if_hidden(f"{self._name} was not trained: {self._in_words(error)}")

    def _on_hidden(self) -> None:
        self._notices.show_notice(
            NoticeKind.INFO,
            self._going_on(None),
            [("Show", self.show), ("Cancel training", self._cancel_hidden)],
            key=_KEY,
        )

    def _going_on(self, share: float | None) -> str:
        done = "" if share is None else f", {percent(share)} done"
        return f"Training of {self._name} goes on in the background{done}."

    def _cancel_hidden(self) -> None:
        if self._open is not None:
            self._open.cancel.click()
            self._open.reject()

    def _say_if_hidden(self, text: str) -> None:
        if self._open is not None and not self._open.isVisible():
            self._notices.show_notice(NoticeKind.INFO, text, [("Show", self.show)], key=_KEY)

    def _in_words(self, error: UserError) -> str:
        """The sentence without the folders of what is chosen on the page itself."""
        source = self._open.choice.source if self._open is not None else None
        if source is None or error.subject != str(source):
            return str(error)
        project = self._project.project
        own = project is not None and project.path == source
        return str(UserError("This project" if own else source.name, error.reason, error.advice))

    def _on_stop(self) -> None:
        if self._stop is not None:
            self._stop.set()

    def _cancel(self) -> None:
        if self._training is not None:
            self._training.cancel()
            self._training = None

    def _on_show(self, file: WeightsFile) -> None:
        self._models.show(file.path)

    def _listen(self, doubtful: DoubtfulLabel) -> None:
        end = doubtful.end_s if doubtful.end_s is not None else doubtful.start_s + _SHORTEST_S
        span = TimeSpan(doubtful.start_s, max(end, doubtful.start_s + 0.01))
        self._navigation.go(Destination(path=doubtful.path, span=span, event_id=doubtful.event_id))

    def _on_closed(self) -> None:
        if self._planning is not None:
            self._planning.cancel()
        if self._open is not None:
            self._open.deleteLater()
        self._open = None
        self._planned = self._planned_source = None
        self._train_then = False


def _name_problem(name: str) -> str:
    """Why a model cannot be called so; "" where a file can have the name on every system."""
    safe = safe_name(name) if name else ""
    if name and safe == name:
        return ""
    advice = f', such as "{safe}"' if safe else ""
    return f'Give the model a name without / \\ : * ? " < > |{advice}.'
