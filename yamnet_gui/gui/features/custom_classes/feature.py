"""Trains custom classes on reviewed events; they are scored and detected like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted, listed
from yamnet_gui.embedding import CustomClassesResult
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.jobs.review import CountClassesJob
from yamnet_gui.labels.project import ClassCounts

from .class_display import ClassDisplay
from .class_files import ClassFiles
from .jobs import TrainingRequest, TrainingStep, TrainJob
from .names import source_labels, suggested_name
from .panel import TrainingPanel
from .scores import CustomClassScores
from .suggestions import LabelSuggestions

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_COUNT_MS = 200


class TrainingFeature(Feature):
    """Trains classes in the background, and asks for the labels that would help them most."""

    def __init__(
        self, context: Context, similar_sounds: SimilarSounds, scores: CustomClassScores
    ) -> None:
        super().__init__()
        self._similar_sounds = similar_sounds
        self._scores = scores
        self._class_map = context.session.class_map
        self._custom_classes = context.session.custom_classes
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._settings = context.session.settings
        self._analysis = context.services.analysis
        self._project_manager = context.services.projects
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        self.panel = TrainingPanel(self.suggested_name)
        # the panel's id is part of saved window layouts
        self._window.add_panel(
            "teach", "Train a class", self.panel, left=False, behind="events", hidden=True
        )
        self._runner = JobRunner("training", self)
        self._job: JobHandle | None = None
        self._closed = False
        self._counting = Debounced(self, _COUNT_MS, self._count)
        self._display = ClassDisplay(context, self)
        self.files = ClassFiles(context, scores.stored, self)
        self.suggestions = LabelSuggestions(context, similar_sounds, self)
        self._connect()
        context.services.appearance.colors_changed.connect(self._show_classes)

    def _connect(self) -> None:
        panel = self.panel
        panel.train_requested.connect(self.train)
        panel.cancel_requested.connect(self.cancel)
        panel.folder_requested.connect(self._add_folder)
        panel.load_requested.connect(self.files.ask_load)
        panel.classes.save_requested.connect(self.files.ask_save)
        panel.classes.remove_requested.connect(self.files.remove)
        panel.classes.find_requested.connect(lambda _label: self._scores.find_everywhere())
        panel.classes.show_requested.connect(self._display.show_class)
        self.files.loaded.connect(self._display.show_when_scored)
        similar = self._similar_sounds.panel
        similar.train_requested.connect(self._train_from_hits)
        similar.next_requested.connect(self.suggestions.suggest)
        self._project.steps_changed.connect(self._count_soon)
        self._project.project_changed.connect(self._count_soon)
        self._custom_classes.changed.connect(self._show_classes)
        self._scores.stored.turned.connect(self._on_turned)
        self._project.project_changed.connect(self._on_project)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"teach": self.show, "label_next": self.suggestions.suggest_again}

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._counting.active or self.suggestions.busy

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._counting.stop()
        self._runner.close()
        self.suggestions.close()

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Loads dropped classes."""
        return self.files.take_dropped(paths)

    # Training

    def show(self) -> None:
        """Brings the panel to the front."""
        self._count()
        self._window.show_panel("teach")

    def suggested_name(self, label: str) -> str:
        """A name for the class that is trained from events of this label."""
        return suggested_name(label, self._class_map, self._custom_classes)

    def train(self) -> None:
        """Trains what is ticked; the classes are available when it has finished."""
        panel = self.panel
        project = self._project.project
        if project is None or self._job is not None:
            return
        names = dict(panel.class_names)
        request = TrainingRequest(
            labels=names,
            folders=panel.folders,
            others=panel.others.isChecked(),
            background=panel.background.isChecked(),
            augmented=panel.augmented.isChecked(),
            options=panel.options,
        )
        analysis = self._analysis
        try:
            model = analysis.model() if request.needs_network else analysis.model_of_results()
        except UserError as error:
            self._show_error(error)
            return
        panel.set_report((), None)
        panel.set_progress(0.0, "collecting examples")
        self._job = self._runner.submit(
            TrainJob(
                project,
                self._embeddings.frames(),
                request,
                model,
                analysis.analysis_settings(),
                analysis.cache,
            ),
            on_result=partial(self._on_step, names),
            on_failed=self._on_failed,
            on_done=self._on_done,
        )

    def cancel(self) -> None:
        """Stops at once; classes trained before stay as they are."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.panel.set_progress(None, "Stopped.")

    def _on_step(self, names: Mapping[str, str], step: TrainingStep) -> None:
        if step.result is None:
            self.panel.set_progress(step.share, step.text)
        else:
            self._on_trained(step.result, step.examples, names)

    def _on_trained(
        self, result: CustomClassesResult, examples: int, names: Mapping[str, str]
    ) -> None:
        classifier = result.classifier
        # stored in the file, so that it can be retrained from the same labels and its own
        about = {**classifier.about, "events": dict(names)}
        try:
            labels = self._scores.stored.use(replace(classifier, about=about), "train")
        except UserError as error:
            self._on_failed(error)
            return
        self.panel.set_progress(None, f"Trained on {counted(examples, 'example')}.")
        self.panel.set_report(labels, result.report)
        self._display.show_when_scored(labels[0])
        self._show_message(f"Trained: {listed(labels)}.")

    def _on_project(self) -> None:
        """What is being trained belongs to the former project."""
        if self._job is not None:
            self.cancel()

    def _on_turned(self) -> None:
        """The report is about classes that may be others now."""
        if self._job is None:
            self.panel.set_report((), None)
            self.panel.set_progress(None)

    def _on_failed(self, error: UserError) -> None:
        self.panel.set_progress(None)
        self._show_error(error)

    def _on_done(self) -> None:
        self._job = None

    def _add_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._window,
            "Add a folder of sounds: one class, or one subfolder per class",
            self._settings.folder("examples"),
        )
        if name:
            self._settings.remember_folder(Path(name), "examples")
            self.panel.add_folder(Path(name))

    def _train_from_hits(self) -> None:
        label = self._similar_sounds.similar.label
        if label is not None:
            sources = source_labels(label.label, self._custom_classes)
            name = self.suggested_name(label.label)
            self._count(lambda: self.panel.tick(sources, name))
            self._window.show_panel("teach")

    # Display

    def _count_soon(self) -> None:
        if not self._closed:
            self._counting.start()

    def _count(self, then: Callable[[], None] = lambda: None) -> None:
        """Counts the examples of every class, in the background: there may be a million.

        `then` is called once the panel shows them.
        """
        project = self._project.project
        if project is None:
            self.panel.set_counts(())
            then()
            return

        def show(counts: Sequence[ClassCounts]) -> None:
            if project is self._project.project:
                self.panel.set_counts(counts)
                then()

        self._project_manager.run(CountClassesJob(project), on_result=show)

    def _show_classes(self) -> None:
        custom = self._custom_classes
        self.panel.classes.set_classes(custom.classes, custom.first_index)
        scored = [one.label for one in custom.classes if one.classifier is not None]
        self._similar_sounds.panel.set_custom_classes(scored)
