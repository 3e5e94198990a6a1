"""Teach a class: from decisions to a class that scores, detects and is exported like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, CustomClassesResult, Strategy
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import Hit, LabelOfHits, ListKind
from yamnet_gui.gui.state.class_view import Showing
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.widgets.notices import NoticeKind

from .jobs import Suggestions, SuggestJob, TrainingRequest, TrainingStep, TrainJob
from .panel import TrainingPanel
from .score_jobs import fitting_model
from .scores import CustomClassScores

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_COUNT_MS = 200
_TEN = 10


class TrainingFeature(Feature):
    """Teaches classes in the background, and asks for the labels that would help them most."""

    def __init__(
        self, context: Context, similar_sounds: SimilarSounds, scores: CustomClassScores
    ) -> None:
        super().__init__()
        self._similar_sounds = similar_sounds
        self._scores = scores
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._settings = context.session.settings
        self._similar = similar_sounds.similar
        self._analysis = context.services.analysis
        self._review = context.services.review
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        self.panel = TrainingPanel()
        self.panel.suggest = self.suggested_name
        self._window.add_panel(
            "teach", "Teach", self.panel, left=False, behind="events", hidden=True
        )
        self._runner = JobRunner("teaching", self)
        self._job: JobHandle | None = None
        self._seed = 0
        self._awaited = ""
        self._counting = Debounced(self, _COUNT_MS, self._count)
        panel = self.panel
        panel.teach_requested.connect(self.teach)
        panel.cancel_requested.connect(self.cancel)
        panel.folder_requested.connect(self._add_folder)
        panel.load_requested.connect(self._ask_load)
        panel.taught.save_requested.connect(self._ask_save)
        panel.taught.forget_requested.connect(self.forget)
        panel.taught.find_requested.connect(lambda _label: self._scores.detect_everywhere())
        panel.taught.show_requested.connect(self.show_class)
        similar = self._similar_sounds.panel
        similar.teach_requested.connect(self._teach_hits)
        similar.next_requested.connect(self.suggest)
        self._closed = False
        self._project.steps_changed.connect(self._count_soon)
        self._project.project_changed.connect(self._count_soon)
        self._custom_classes.changed.connect(self._show_taught)
        self._document.events_changed.connect(self._show_awaited)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"teach": self.show, "label_next": self.suggest_again}

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._counting.active

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._counting.stop()
        self._runner.close()

    # Teaching

    def show(self) -> None:
        """Brings the panel to the front."""
        self._count()
        self._window.show_panel("teach")

    def suggested_name(self, label: str) -> str:
        """A name for the class that events of a label teach: its own where YAMNet has it not."""
        known = self._class_map.find(label)
        taken = known is not None and known.index < self._class_map.own
        return f"{label} (taught)" if taken else label

    def teach(self) -> None:
        """Teaches what is ticked; the classes are there when it is done."""
        panel = self.panel
        project = self._project.project
        if project is None or self._job is not None:
            return
        labels = dict(panel.classes_wished)
        wish = TrainingRequest(
            labels=labels,
            folders=panel.folders,
            others=panel.others.isChecked(),
            ground=panel.ground.isChecked(),
            augmented=panel.augmented.isChecked(),
            options=panel.options,
        )
        analysing = self._analysis
        try:
            model = analysing.model()
        except UserError as error:
            self._show_error(error)
            return
        panel.set_report((), None)
        panel.set_progress(0.0, "collecting examples")
        self._job = self._runner.submit(
            TrainJob(
                project,
                self._embeddings.frames(),
                wish,
                model,
                analysing.analysis_settings(),
                analysing.cache,
            ),
            on_result=lambda step: self._take_step(step, labels),
            on_failed=self._failed,
            on_done=self._done,
        )

    def cancel(self) -> None:
        """Stops at once; what was taught before stays."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.panel.set_progress(None, "Stopped.")

    def _take_step(self, step: TrainingStep, labels: Mapping[str, str]) -> None:
        if step.result is None:
            self.panel.set_progress(step.share, step.text)
            return
        self._take_taught(step.result, step.examples, labels)

    def _take_taught(
        self, taught: CustomClassesResult, examples: int, wished: Mapping[str, str]
    ) -> None:
        classifier = taught.classifier
        # remembered, so that it can be taught again from the same labels and its own
        about = {**classifier.about, "events": dict(wished)}
        try:
            labels = self._scores.use(replace(classifier, about=about))
        except UserError as error:
            self._failed(error)
            return
        self.panel.set_progress(None, f"Taught from {examples} examples.")
        self.panel.set_report(labels, taught.report)
        self._awaited = labels[0]
        self._show_awaited()
        self._show_message(f"{', '.join(labels)}: taught.")
        self._scores.detect_everywhere()

    def _failed(self, error: UserError) -> None:
        self.panel.set_progress(None)
        self._show_error(error)

    def _done(self) -> None:
        self._job = None

    def show_class(self, label: str) -> None:
        """Shows the class's curve, and gives it a row where rows are chosen by hand."""
        index, classes = self._custom_classes.index_of(label), self._class_view
        if index is not None:
            if classes.showing is Showing.TICKED:
                classes.tick(index, True)
            classes.choose(index)

    def _show_awaited(self) -> None:
        """A class that was just taught is shown once it has scores."""
        index, scores = self._custom_classes.index_of(self._awaited), self._document.scores
        if index is not None and scores is not None and scores.best[index] > 0:
            label, self._awaited = self._awaited, ""
            self.show_class(label)

    # Files

    def load(self, path: Path) -> None:
        """Takes a class from a file of somebody else's."""
        try:
            model = self._embeddings.model_sha256
            labels = self._scores.use(fitting_model(path, Classifier.load(path), model))
        except UserError as error:
            self._show_error(error)
            return
        self._awaited = labels[0]
        self._notices.show_notice(
            NoticeKind.INFO, f"{path.name}: {', '.join(labels)} can be heard now.", seconds=8
        )
        self._scores.detect_everywhere()

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Loads dropped classes."""
        for path in paths:
            if path.suffix == CLASSIFIER_SUFFIX:
                self.load(path)
        return [path for path in paths if path.suffix != CLASSIFIER_SUFFIX]

    def save(self, label: str, path: Path) -> None:
        """Writes the classifier of a class, with whatever else it tells apart."""
        one = self._custom_classes.get(label)
        if one is None or one.classifier is None:
            return
        try:
            one.classifier.save(path)
        except UserError as error:
            self._show_error(error)
            return
        self._notices.show_notice(NoticeKind.INFO, f"Written to {path}.", seconds=8)

    def forget(self, label: str) -> None:
        """The class gives no scores any more; decided events stay."""
        if self._review.asks.confirm(
            f"Forget the taught class {label}? Events that were decided on stay.", "Forget"
        ):
            self._custom_classes.forget(label)

    def _add_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._window,
            "A folder of sounds of one class, or with one folder per class",
            self._settings.folder("examples"),
        )
        if name:
            self._settings.remember_folder(Path(name), "examples")
            self.panel.add_folder(Path(name))

    def _ask_load(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Load a taught class",
            self._settings.folder("classes"),
            f"Taught classes (*{CLASSIFIER_SUFFIX});;All files (*)",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "classes")
            self.load(Path(name))

    def _ask_save(self, label: str) -> None:
        folder = Path(self._settings.folder("classes"))
        name, _chosen = QFileDialog.getSaveFileName(
            self._window,
            "Save a taught class",
            str(folder / f"{label}{CLASSIFIER_SUFFIX}"),
            f"Taught classes (*{CLASSIFIER_SUFFIX})",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "classes")
            self.save(label, Path(name))

    # Which to label next

    def suggest_again(self) -> None:
        """Ten more by the way that is chosen in the list."""
        self.suggest(self._similar_sounds.panel.strategy.currentData())

    def suggest(self, strategy: Strategy) -> None:
        """Shows ten places whose label would help the chosen taught class."""
        label = self._similar_sounds.panel.asked.currentText()
        one, frames = self._custom_classes.get(label), self._embeddings.frames()
        project = self._project.project
        if one is None or one.classifier is None or frames is None or project is None:
            self._show_message("Teach a class first: then it knows what to ask about.")
            return
        self._seed += 1
        self._similar.set_label(LabelOfHits(one.label, self._custom_classes.index_of(one.label)))
        random = strategy == "random"
        title = f"Is this {one.label}?"

        def take(found: Suggestions) -> None:
            hits = [
                Hit(Place(f.recording, f.path, f.span, f.channel), f.score, f.row)
                for f in found.places
            ]
            self._similar_sounds.show_list(ListKind.SUGGESTED, title, hits, random=random)

        self._runner.submit(
            SuggestJob(
                project, frames, one, frozenset(self._sources(label)), strategy, _TEN, self._seed
            ),
            on_result=take,
            on_failed=self._show_error,
        )

    # What is shown

    def _teach_hits(self) -> None:
        label = self._similar.label
        if label is not None:
            self.show()
            self.panel.tick(self._sources(label.label), self.suggested_name(label.label))

    def _sources(self, label: str) -> set[str]:
        """Labels of events that a class is taught from: its own, and those it was taught from."""
        one = self._custom_classes.get(label)
        events = one.classifier.about.get("events") if one and one.classifier else None
        known = events if isinstance(events, dict) else {}
        return {label, *(source for source, name in known.items() if name == label)}

    def _count_soon(self) -> None:
        if not self._closed:
            self._counting.start()

    def _count(self) -> None:
        project = self._project.project
        self.panel.set_counts(project.class_counts() if project is not None else ())

    def _show_taught(self) -> None:
        taught = self._custom_classes
        self.panel.taught.set_classes(taught.classes, taught.first_index)
        named = [one.label for one in taught.classes if one.classifier is not None]
        self._similar_sounds.panel.set_taught(named)
