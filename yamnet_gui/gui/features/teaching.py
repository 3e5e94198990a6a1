"""Teach a class: from decisions to a class that scores, detects and is exported like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, Strategy, Taught
from yamnet_gui.gui.jobs.runner import JobRunner, Ticket
from yamnet_gui.gui.jobs.taught import fitting_model
from yamnet_gui.gui.jobs.teaching import Suggestions, SuggestJob, TeachJob, TeachStep, TeachWish
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.panels.teaching import TeachingPanel
from yamnet_gui.gui.state.class_view import Showing
from yamnet_gui.gui.state.similar import Hit, LabelOfHits, ListKind, Place

from .feature import Feature
from .similar import FindingSimilar
from .taught_scores import TaughtScores

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_COUNT_MS = 200
_TEN = 10


class Teaching(Feature):
    """Teaches classes in the background, and asks for the labels that would help them most."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        self.panel = TeachingPanel()
        self.panel.suggest = self.suggested_name
        bench.window.add_panel(
            "teach", "Teach", self.panel, left=False, behind="events", hidden=True
        )
        self._runner = JobRunner("teaching", bench)
        self._ticket: Ticket | None = None
        self._seed = 0
        self._awaited = ""
        self._counting = QTimer(bench)
        self._counting.setSingleShot(True)
        self._counting.setInterval(_COUNT_MS)
        self._counting.timeout.connect(self._count)
        panel = self.panel
        panel.teach_requested.connect(self.teach)
        panel.cancel_requested.connect(self.cancel)
        panel.folder_requested.connect(self._add_folder)
        panel.load_requested.connect(self._ask_load)
        panel.taught.save_requested.connect(self._ask_save)
        panel.taught.forget_requested.connect(self.forget)
        panel.taught.find_requested.connect(lambda _label: self._scores.detect_everywhere())
        panel.taught.show_requested.connect(self.show_class)
        similar = self._similar.panel
        similar.teach_requested.connect(self._teach_hits)
        similar.next_requested.connect(self.suggest)
        self._closed = False
        bench.project.steps_changed.connect(self._count_soon)
        bench.project.project_changed.connect(self._count_soon)
        bench.taught.changed.connect(self._show_taught)
        bench.document.events_changed.connect(self._show_awaited)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"teach": self.show, "label_next": self.suggest_again}

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._counting.isActive()

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._counting.stop()
        self._runner.close()

    @property
    def _similar(self) -> FindingSimilar:
        return self._bench.feature(FindingSimilar)

    @property
    def _scores(self) -> TaughtScores:
        return self._bench.feature(TaughtScores)

    # Teaching

    def show(self) -> None:
        """Brings the panel to the front."""
        self._count()
        self._bench.window.show_panel("teach")

    def suggested_name(self, label: str) -> str:
        """A name for the class that events of a label teach: its own where YAMNet has it not."""
        bench = self._bench
        known = bench.class_map.find(label)
        taken = known is not None and known.index < bench.class_map.own
        return f"{label} (taught)" if taken else label

    def teach(self) -> None:
        """Teaches what is ticked; the classes are there when it is done."""
        bench, panel = self._bench, self.panel
        project = bench.project.project
        if project is None or self._ticket is not None:
            return
        labels = dict(panel.classes_wished)
        wish = TeachWish(
            labels=labels,
            folders=panel.folders,
            others=panel.others.isChecked(),
            ground=panel.ground.isChecked(),
            augmented=panel.augmented.isChecked(),
            options=panel.options,
        )
        analysing = bench.analysing
        try:
            model = analysing.model()
        except UserError as error:
            bench.show_error(error)
            return
        panel.set_report((), None)
        panel.set_progress(0.0, "collecting examples")
        self._ticket = self._runner.submit(
            TeachJob(
                project,
                bench.embeddings.frames(),
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
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
        self.panel.set_progress(None, "Stopped.")

    def _take_step(self, step: TeachStep, labels: Mapping[str, str]) -> None:
        if step.result is None:
            self.panel.set_progress(step.share, step.text)
            return
        self._take_taught(step.result, step.examples, labels)

    def _take_taught(self, taught: Taught, examples: int, wished: Mapping[str, str]) -> None:
        bench = self._bench
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
        bench.reviewing.told.emit(f"{', '.join(labels)}: taught.")
        self._scores.detect_everywhere()

    def _failed(self, error: UserError) -> None:
        self.panel.set_progress(None)
        self._bench.show_error(error)

    def _done(self) -> None:
        self._ticket = None

    def show_class(self, label: str) -> None:
        """Shows the class's curve, and gives it a row where rows are chosen by hand."""
        index, classes = self._bench.taught.index_of(label), self._bench.classes
        if index is not None:
            if classes.showing is Showing.TICKED:
                classes.tick(index, True)
            classes.choose(index)

    def _show_awaited(self) -> None:
        """A class that was just taught is shown once it has scores."""
        index, scores = self._bench.taught.index_of(self._awaited), self._bench.document.scores
        if index is not None and scores is not None and scores.best[index] > 0:
            label, self._awaited = self._awaited, ""
            self.show_class(label)

    # Files

    def load(self, path: Path) -> None:
        """Takes a class from a file of somebody else's."""
        bench = self._bench
        try:
            model = bench.embeddings.model_sha256
            labels = self._scores.use(fitting_model(path, Classifier.load(path), model))
        except UserError as error:
            bench.show_error(error)
            return
        self._awaited = labels[0]
        bench.notices.show_notice(
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
        one = self._bench.taught.get(label)
        if one is None or one.classifier is None:
            return
        try:
            one.classifier.save(path)
        except UserError as error:
            self._bench.show_error(error)
            return
        self._bench.notices.show_notice(NoticeKind.INFO, f"Written to {path}.", seconds=8)

    def forget(self, label: str) -> None:
        """The class gives no scores any more; decided events stay."""
        if self._bench.reviewing.asks.confirm(
            f"Forget the taught class {label}? Events that were decided on stay.", "Forget"
        ):
            self._bench.taught.forget(label)

    def _add_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self._bench.window,
            "A folder of sounds of one class, or with one folder per class",
            self._bench.settings.folder("examples"),
        )
        if name:
            self._bench.settings.remember_folder(Path(name), "examples")
            self.panel.add_folder(Path(name))

    def _ask_load(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(
            self._bench.window,
            "Load a taught class",
            self._bench.settings.folder("classes"),
            f"Taught classes (*{CLASSIFIER_SUFFIX});;All files (*)",
        )
        if name:
            self._bench.settings.remember_folder(Path(name).parent, "classes")
            self.load(Path(name))

    def _ask_save(self, label: str) -> None:
        folder = Path(self._bench.settings.folder("classes"))
        name, _chosen = QFileDialog.getSaveFileName(
            self._bench.window,
            "Save a taught class",
            str(folder / f"{label}{CLASSIFIER_SUFFIX}"),
            f"Taught classes (*{CLASSIFIER_SUFFIX})",
        )
        if name:
            self._bench.settings.remember_folder(Path(name).parent, "classes")
            self.save(label, Path(name))

    # Which to label next

    def suggest_again(self) -> None:
        """Ten more by the way that is chosen in the list."""
        self.suggest(self._similar.panel.strategy.currentData())

    def suggest(self, strategy: Strategy) -> None:
        """Shows ten places whose label would help the chosen taught class."""
        bench = self._bench
        label = self._similar.panel.asked.currentText()
        one, frames = bench.taught.get(label), bench.embeddings.frames()
        project = bench.project.project
        if one is None or one.classifier is None or frames is None or project is None:
            bench.reviewing.told.emit("Teach a class first: then it knows what to ask about.")
            return
        self._seed += 1
        bench.similar.set_label(LabelOfHits(one.label, bench.taught.index_of(one.label)))
        random = strategy == "random"
        title = f"Is this {one.label}?"

        def take(found: Suggestions) -> None:
            hits = [
                Hit(Place(f.recording, f.path, f.span, f.channel), f.score, f.row)
                for f in found.places
            ]
            self._similar.show_list(ListKind.SUGGESTED, title, hits, random=random)

        self._runner.submit(
            SuggestJob(
                project, frames, one, frozenset(self._sources(label)), strategy, _TEN, self._seed
            ),
            on_result=take,
            on_failed=bench.show_error,
        )

    # What is shown

    def _teach_hits(self) -> None:
        label = self._bench.similar.label
        if label is not None:
            self.show()
            self.panel.tick(self._sources(label.label), self.suggested_name(label.label))

    def _sources(self, label: str) -> set[str]:
        """Labels of events that a class is taught from: its own, and those it was taught from."""
        one = self._bench.taught.get(label)
        events = one.classifier.about.get("events") if one and one.classifier else None
        known = events if isinstance(events, dict) else {}
        return {label, *(source for source, name in known.items() if name == label)}

    def _count_soon(self) -> None:
        if not self._closed:
            self._counting.start()

    def _count(self) -> None:
        project = self._bench.project.project
        self.panel.set_counts(project.class_counts() if project is not None else ())

    def _show_taught(self) -> None:
        taught = self._bench.taught
        self.panel.taught.set_classes(taught.classes, taught.first_index)
        named = [one.label for one in taught.classes if one.classifier is not None]
        self._similar.panel.set_taught(named)
