"""Custom classes of the open project: where they are stored, and their scores on the screen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.analysis import Analysis, custom_class_rule
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, EmbeddingStore, write_classifier
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.state.custom_classes import CustomClass, columns_of
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.widgets.notices import NoticeKind

from .score_jobs import Columns, ColumnsJob, DetectJob, DetectProgress, LoadClassesJob
from .stored_classes import StoredClasses

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_VALUE = "taught_classes"
_FOLDER_SUFFIX = "-classes"


class CustomClassScores(Feature):
    """Scores and detects custom classes in the open recording and in the whole project."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._rules = context.session.rules
        self._analysis_controller = context.services.analysis
        self._event_updater = context.services.events
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._status = context.shell.status
        self._runner = JobRunner("custom classes", self)
        self._everywhere = JobRunner("custom classes in all recordings", self)
        self._job: JobHandle | None = None
        self._analysis: Analysis | None = None
        self._scored: tuple[tuple[str, ...], tuple[ScoreBuffer, ...]] = ((), ())
        self._stored = StoredClasses()
        self._closed = False
        self._store: EmbeddingStore | None = None
        self._searched: set[str] = set()
        self._soon = Debounced(self, 0, self._score)
        self._project.project_changed.connect(self._on_project)
        self._analysis_controller.analysed.connect(self._on_analysed)
        self._document.recording_changed.connect(self._on_recording)
        self._document.analysis_changed.connect(self._score_soon)
        self._embeddings.changed.connect(self._on_embeddings)
        self._custom_classes.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        return self._soon.active or self._runner.busy or self._everywhere.busy

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._soon.stop()
        self._runner.close()
        self._everywhere.close()

    def use(self, classifier: Classifier) -> tuple[str, ...]:
        """Adds a classifier to the project: a copy of its file, its classes, their rules.

        Returns the labels. Raises UserError if a name is taken or the file cannot be written.
        """
        for label in classifier.labels:
            known = self._class_map.value.find(label)
            if known is not None and known.index < self._class_map.model_count:
                raise UserError(
                    label,
                    "is already a class of YAMNet",
                    "give the custom class another name",
                )
        path = self._path_for(classifier.labels)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_classifier(path, classifier)
        self._custom_classes.put(
            *(CustomClass(label, classifier, path) for label in classifier.labels)
        )
        rules = self._rules.rule_set
        for label in classifier.labels:
            index = self._custom_classes.index_of(label)
            if index is not None:
                rules = rules.with_class(index, custom_class_rule(classifier, label))
        self._rules.set(rules)
        return classifier.labels

    def detect_everywhere(self) -> None:
        """Detects custom classes in all analysed recordings of the project."""
        store = self._embeddings.store
        if store is not None:
            self._searched = set(store.recordings())
            self._detect(None)

    def _detect(self, only: frozenset[str] | None) -> None:
        project, frames = self._project.project, self._embeddings.frames()
        if project is None or frames is None or project.read_only or not self._custom_classes.key:
            return
        if only is None:
            self._everywhere.cancel_all()
        self._everywhere.submit(
            DetectJob(
                project,
                frames,
                self._custom_classes.classes,
                self._custom_classes.first_index,
                self._rules.rule_set,
                self._project.recording_id,
                only,
            ),
            on_result=self._show_progress,
            on_failed=self._show_error,
            on_done=self._count,
        )

    def _count(self) -> None:
        """Counts including what was detected in the open recording but not stored yet."""
        self._project_manager.store_detections()
        self._project_manager.count()

    def _on_embeddings(self) -> None:
        """Detects custom classes also in recordings that were analysed meanwhile."""
        self._score_soon()
        store = self._embeddings.store
        if store is None:
            return
        stored = set(store.recordings())
        if store is not self._store:
            self._store, self._searched = store, stored
        new = stored - self._searched
        self._searched = stored
        if new:
            self._detect(frozenset(new))

    def _show_progress(self, step: DetectProgress) -> None:
        if not self._analysis_controller.running:
            share = step.done / max(step.total, 1)
            if step.done < step.total:
                self._status.set_progress("Detecting custom classes", share)
            else:
                self._status.clear_progress()

    # The project

    def _folder(self) -> Path | None:
        project = self._project.project
        if project is None or project.read_only:
            return None
        return project.path.with_name(project.path.name + _FOLDER_SUFFIX)

    def _path_for(self, labels: tuple[str, ...]) -> Path | None:
        folder = self._folder()
        if folder is None:
            return None
        words = "".join(c if c.isalnum() else "-" for c in "-".join(labels).casefold()).strip("-")
        return folder / f"{words[:60] or 'class'}{CLASSIFIER_SUFFIX}"

    def _on_project(self) -> None:
        """Adds names at once, so that events have their class; loads files in the background."""
        self._runner.cancel_all()
        project = self._project.project
        self._stored = StoredClasses()
        if project is not None:
            text = project.settings.value(_VALUE)
            self._stored = StoredClasses.read(text, project.path.parent)
        entries = self._stored.entries
        if self._stored.unreadable:
            count = counted(len(self._stored.unreadable), "custom class")
            self._notices.show_notice(
                NoticeKind.WARNING, f"{count} of this project cannot be read.", key=_VALUE
            )
        try:
            self._custom_classes.set(CustomClass(label, None, path) for label, path in entries)
        except ValueError as error:
            self._stored = self._stored.unusable()
            self._custom_classes.set(())  # not those of the former project
            self._show_error(UserError("Custom classes", f"cannot be used: {error}"))
            return
        if entries:
            model = self._embeddings.model_sha256
            self._runner.submit(
                LoadClassesJob(entries, model),
                on_result=self._on_loaded,
                on_failed=self._show_error,
            )

    def _on_loaded(self, result: tuple[tuple[CustomClass, ...], tuple[str, ...]]) -> None:
        classes, problems = result
        self._custom_classes.set(self._with_own_files(classes))
        for text in problems:
            self._notices.show_notice(NoticeKind.WARNING, text)

    def _with_own_files(self, classes: tuple[CustomClass, ...]) -> tuple[CustomClass, ...]:
        """Copies the files for a project that was saved under another name."""
        folder = self._folder()
        if folder is None:
            return classes
        result = []
        for one in classes:
            path = one.path
            if one.classifier is not None and path is not None and not path.is_relative_to(folder):
                own = self._path_for(one.classifier.labels)
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                    if own is not None:
                        write_classifier(own, one.classifier)
                        one = replace(one, path=own)
                except (OSError, UserError):
                    pass  # the original file does as well
            result.append(one)
        return tuple(result)

    def _on_changed(self) -> None:
        self._score_soon()
        classes = self._custom_classes.classes if self._custom_classes.key else ()
        self._analysis_controller.extra = partial(columns_of, classes) if classes else None
        project, folder = self._project.project, self._folder()
        if project is None or folder is None:
            return
        base = project.path.parent
        text = self._stored.text_with(self._custom_classes.classes, base)
        if text != self._stored.text:
            try:
                project.settings.set_value(_VALUE, text)
                self._stored = StoredClasses.read(text, base)
            except UserError as error:
                self._show_error(error)

    # The open recording

    def _on_recording(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._scored = ((), ())
        recording = self._document.recording
        mine = recording is not None and self._analysis is not None
        if not (mine and self._analysis.recording.path == recording.info.path):  # type: ignore[union-attr]
            self._analysis = None

    def _on_analysed(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._score_soon()

    def _score_soon(self) -> None:
        if not self._closed:
            self._soon.start()

    def _score(self) -> None:
        """Computes the columns of the custom classes, unless they are up to date."""
        document, classes = self._document, self._custom_classes.classes
        if document.state is not AnalysisState.COMPLETE or not document.buffers:
            return
        key, buffers = self._custom_classes.key, document.buffers
        if not classes or (key == self._scored[0] and buffers is self._scored[1]):
            return
        recording_id = self._project.recording_id
        frames = self._embeddings.frames()
        if self._analysis is None and (frames is None or not recording_id):
            return
        if self._job is not None:
            self._job.cancel()

        def on_columns(columns: Columns | None) -> None:
            if columns is None or document.buffers is not buffers:
                return
            if len(columns.scores) == buffers[0].ready:
                self._scored = (key, buffers)
                document.put_columns(
                    columns.channel, self._custom_classes.first_index, columns.scores
                )

        channels = tuple(buffer.channel for buffer in buffers)
        self._job = self._runner.submit(
            ColumnsJob(classes, channels, self._analysis, frames, recording_id),
            on_result=on_columns,
            on_done=self._event_updater.derive,
            on_failed=self._show_error,
        )
