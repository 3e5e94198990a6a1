"""Decision replay: which human decisions other rules or weights would contradict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.analysis.rule_choice import rules_by_name
from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import PRESETS, RuleSet, load_rules
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.state.document import ModelName

from .current_scores import CurrentScores

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.replay import ProjectContradiction, ReplayProgress

    from .replay_dialog import ReplayDialog

CURRENT_RULES = "the current rules"


class ReplayFeature(Feature):
    """Replays the project's decisions in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._project = context.session.project
        self._rules_in_use = context.session.rules
        self._settings = context.session.settings
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._scores = CurrentScores(context)
        self._background = LatestJob("replay", self, self._show_error)
        self._navigator = context.services.navigation
        self._dialog: ReplayDialog | None = None
        self._files: list[tuple[str, RuleSet]] = []
        self._models: list[ModelName] = []
        self._project.project_changed.connect(self._on_project)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"replay": self.open}

    @property
    def busy(self) -> bool:
        return self._background.busy or self._navigator.waiting

    def close(self) -> None:
        self._background.close()

    def open(self) -> ReplayDialog:
        """Shows the dialog and replays the decisions with the current rules."""
        from .replay_dialog import ReplayDialog

        if self._dialog is None:
            dialog = ReplayDialog(self._window)
            dialog.run_requested.connect(self.run)
            dialog.cancel_requested.connect(self.cancel)
            dialog.rules_file_requested.connect(self._ask_rules)
            dialog.weights_file_requested.connect(self._ask_weights)
            dialog.contradiction_opened.connect(self._go)
            self._dialog = dialog
        self._offer()
        self._dialog.show()
        self._dialog.activateWindow()
        self.run()
        return self._dialog

    def run(self) -> None:
        """Compares the decisions with the rules and weights chosen in the dialog."""
        from .jobs import ReplayJob

        dialog, project = self._dialog, self._project.project
        if dialog is None or project is None:
            return
        rules, model = self._rules(), self._model()
        dialog.show_replay(None)
        dialog.show_progress(0, 1)
        job = ReplayJob(
            project,
            self._scores.stored_scores(model.sha256),
            rules,
            self._class_map.value,
            self._scores.shown_events(),
        )
        self._background.run(job, self._on_step, self._failed, self._done)

    def use_rules_file(self, path: Path) -> None:
        """Replays with the rules of a file."""
        try:
            rules = load_rules(path, self._class_map.value, self._class_map.ontology)
        except UserError as error:
            self._failed(error)
            self._offer()
            return
        self._files = [(n, r) for n, r in self._files if n != path.name] + [(path.name, rules)]
        self._offer(rules=path.name)
        self.run()

    def use_weights_file(self, path: Path) -> None:
        """Replays with the stored scores of another weights file."""
        from yamnet_gui.analysis import WeightsModel

        try:
            model = WeightsModel(path)
        except UserError as error:
            self._failed(error)
            self._offer()
            return
        self._models.append(ModelName(model.name, model.sha256))
        self._offer(model=model.sha256)
        self.run()

    def cancel(self) -> None:
        """Stops at once."""
        self._background.cancel()
        self._done()

    def _offer(self, rules: str = "", model: str = "") -> None:
        """Offers rules and weights; the previous choice stays."""
        from .replay_dialog import ReplayChoice

        dialog = self._dialog
        if dialog is None:
            return
        before, scored = dialog.rules_choice, dialog.weights_choice
        kinds = [ReplayChoice(CURRENT_RULES, CURRENT_RULES)]
        kinds += [ReplayChoice(f"{name} (preset)", name) for name in PRESETS]
        kinds += [ReplayChoice(name, value) for name, value in self._files]
        wanted = rules or (before.name if before is not None and before.value else CURRENT_RULES)
        place = next((i for i, c in enumerate(kinds) if c.name == wanted), 0)
        dialog.set_rules([*kinds, ReplayChoice("a file of rules…")], place)
        models = [ReplayChoice(m.name, m) for m in self._known_models()]
        sha = model or (_sha(scored.value) if scored is not None else "")
        place = next((i for i, c in enumerate(models) if _sha(c.value) == sha), 0)
        dialog.set_weights([*models, ReplayChoice("another weights file…")], place)

    def _known_models(self) -> list[ModelName]:
        """The current weights, those of the project's analyses, and those chosen here."""
        models = [self._scores.present_model()]
        project = self._project.project
        if project is not None:
            try:
                for sha256, name in project.recordings.models():
                    models.append(ModelName(name or sha256[:12], sha256))
            except UserError as error:
                self._show_error(error)
        by_sha: dict[str, ModelName] = {}
        for model in (*models, *self._models):
            if model.sha256:
                by_sha.setdefault(model.sha256, model)
        return list(by_sha.values()) or [ModelName("no weights", "none")]

    def _rules(self) -> RuleSet:
        choice = self._dialog.rules_choice if self._dialog is not None else None
        value = choice.value if choice is not None else None
        if isinstance(value, RuleSet):
            return value
        if isinstance(value, str) and value in PRESETS:
            return rules_by_name(value, self._class_map.value, self._class_map.ontology)
        return self._rules_in_use.rule_set

    def _model(self) -> ModelName:
        choice = self._dialog.weights_choice if self._dialog is not None else None
        value = choice.value if choice is not None else None
        return value if isinstance(value, ModelName) else self._scores.present_model()

    def _ask_rules(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(
            self._dialog, "Choose a rules file", self._settings.folder("rules"), "Rules (*.json)"
        )
        if name:
            self.use_rules_file(Path(name))
        else:
            self._offer()

    def _ask_weights(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(
            self._dialog, "A weights file", self._settings.folder("weights")
        )
        if name:
            self.use_weights_file(Path(name))
        else:
            self._offer()

    def _on_step(self, step: ReplayProgress) -> None:
        if self._dialog is None:
            return
        if step.result is None:
            self._dialog.show_progress(step.done, step.total)
        else:
            self._dialog.show_replay(step.result)

    def _done(self) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(0, 0)

    def _failed(self, error: UserError) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(str(error))

    def _go(self, contradiction: ProjectContradiction) -> None:
        project = self._project.project
        recording = project.recordings.get(contradiction.recording_id) if project else None
        if project is not None and recording is not None:
            event = contradiction.contradiction.decision
            path = project.recordings.locate(recording)
            self._navigator.go(Destination(path=path, span=event.span, label=event.label))

    def _on_project(self) -> None:
        self.cancel()
        if self._dialog is not None:
            self._dialog.show_replay(None)
            if self._dialog.isVisible():
                self._offer()
                self.run()


def _sha(value: object) -> str:
    return value.sha256 if isinstance(value, ModelName) else ""
