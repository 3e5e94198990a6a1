"""Taught classes of the open project: where they are kept, and their scores on the screen."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from yamnet_gui.batch import Analysis, taught_rule
from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, EmbeddingStore
from yamnet_gui.gui.jobs.runner import JobRunner, Ticket
from yamnet_gui.gui.jobs.taught import (
    Columns,
    ColumnsJob,
    DetectJob,
    Found,
    LoadClassesJob,
)
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.state.taught import TaughtClass, columns_of

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_VALUE = "taught_classes"
_FOLDER_SUFFIX = "-classes"


class TaughtScores(Feature):
    """Gives the open recording, and all of the project, scores and events of taught classes."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._taught = workbench.taught
        self._runner = JobRunner("taught classes", workbench)
        self._everywhere = JobRunner("taught classes in all recordings", workbench)
        self._ticket: Ticket | None = None
        self._analysis: Analysis | None = None
        self._scored: tuple[tuple[str, ...], tuple[ScoreBuffer, ...]] = ((), ())
        self._stored = ""
        self._closed = False
        self._store: EmbeddingStore | None = None
        self._searched: set[str] = set()
        self._soon = QTimer(workbench)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._score)
        workbench.project.project_changed.connect(self._on_project)
        workbench.analysing.analysed.connect(self._on_analysed)
        workbench.document.recording_changed.connect(self._on_recording)
        workbench.document.analysis_changed.connect(self._score_soon)
        workbench.embeddings.changed.connect(self._on_embeddings)
        self._taught.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        return self._soon.isActive() or self._runner.busy or self._everywhere.busy

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._soon.stop()
        self._runner.close()
        self._everywhere.close()

    def use(self, classifier: Classifier, path: Path | None = None) -> tuple[str, ...]:
        """Takes a classifier into the project: a copy of its file, its classes, their rules.

        Gives the labels. Raises UserError where a name is taken or nothing can be written.
        """
        bench = self._bench
        for label in classifier.labels:
            found = bench.class_map.find(label)
            if found is not None and found.index < bench.class_map.own:
                raise UserError(
                    label,
                    "is a class of YAMNet already",
                    "give the taught class a name of its own",
                )
        kept = self._place(classifier.labels)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            classifier.save(kept)
        self._taught.put(*(TaughtClass(label, classifier, kept) for label in classifier.labels))
        rules = bench.rules.rule_set
        for label in classifier.labels:
            index = self._taught.index_of(label)
            if index is not None:
                rules = rules.with_class(index, taught_rule(classifier, label))
        bench.rules.set(rules)
        return classifier.labels

    def detect_everywhere(self) -> None:
        """Detects taught classes in all recordings of the project that were analysed."""
        store = self._bench.embeddings.store
        if store is not None:
            self._searched = set(store.recordings())
            self._detect(None)

    def _detect(self, only: frozenset[str] | None) -> None:
        bench = self._bench
        project, frames = bench.project.project, bench.embeddings.frames()
        if project is None or frames is None or project.read_only or not self._taught.key:
            return
        if only is None:
            self._everywhere.cancel_all()
        self._everywhere.submit(
            DetectJob(
                project,
                frames,
                self._taught.classes,
                self._taught.first_index,
                bench.rules.rule_set,
                bench.project.recording_id,
                only,
            ),
            on_result=self._show_found,
            on_failed=bench.show_error,
            on_done=self._count,
        )

    def _count(self) -> None:
        """Counts with what was detected in the open recording, which the project may not have."""
        self._bench.projects.store_detections()
        self._bench.projects.count()

    def _on_embeddings(self) -> None:
        """Recordings that were analysed meanwhile are searched for the taught classes, too."""
        self._score_soon()
        store = self._bench.embeddings.store
        if store is None:
            return
        there = set(store.recordings())
        if store is not self._store:
            self._store, self._searched = store, there
        fresh = there - self._searched
        self._searched = there
        if fresh:
            self._detect(frozenset(fresh))

    def _show_found(self, found: Found) -> None:
        if not self._bench.analysing.running:
            share = found.done / max(found.total, 1)
            if found.done < found.total:
                self._bench.status.set_progress("Detecting taught classes", share)
            else:
                self._bench.status.clear_progress()

    # The project

    def _folder(self) -> Path | None:
        project = self._bench.project.project
        if project is None or project.read_only:
            return None
        return project.path.with_name(project.path.name + _FOLDER_SUFFIX)

    def _place(self, labels: tuple[str, ...]) -> Path | None:
        folder = self._folder()
        if folder is None:
            return None
        words = "".join(c if c.isalnum() else "-" for c in "-".join(labels).casefold()).strip("-")
        return folder / f"{words[:60] or 'class'}{CLASSIFIER_SUFFIX}"

    def _on_project(self) -> None:
        """Names at once, so that events find their class; the files in the background."""
        self._runner.cancel_all()
        project = self._bench.project.project
        self._stored = project.value(_VALUE) if project is not None else ""
        folder = project.path.parent if project is not None else Path()
        places = _places(self._stored, folder)
        try:
            self._taught.set(TaughtClass(label, None, path) for label, path in places)
        except ValueError as error:
            self._bench.show_error(UserError("Taught classes", f"cannot be used: {error}"))
            return
        if places:
            model = self._bench.embeddings.model_sha256
            self._runner.submit(
                LoadClassesJob(places, model),
                on_result=self._take_classes,
                on_failed=self._bench.show_error,
            )

    def _take_classes(self, found: tuple[tuple[TaughtClass, ...], tuple[str, ...]]) -> None:
        classes, problems = found
        self._taught.set(self._at_home(classes))
        for text in problems:
            self._bench.notices.show_notice(NoticeKind.WARNING, text)

    def _at_home(self, classes: tuple[TaughtClass, ...]) -> tuple[TaughtClass, ...]:
        """A project that was saved under another name gets files of its own."""
        folder = self._folder()
        if folder is None:
            return classes
        found = []
        for one in classes:
            path = one.path
            if one.classifier is not None and path is not None and not path.is_relative_to(folder):
                home = self._place(one.classifier.labels)
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                    if home is not None:
                        one.classifier.save(home)
                        one = replace(one, path=home)
                except (OSError, UserError):
                    pass  # the file where it is does as well
            found.append(one)
        return tuple(found)

    def _on_changed(self) -> None:
        self._score_soon()
        classes = self._taught.classes if self._taught.key else ()
        self._bench.analysing.extra = partial(columns_of, classes) if classes else None
        project, folder = self._bench.project.project, self._folder()
        if project is None or folder is None:
            return
        base = project.path.parent
        entries = [
            {
                "label": c.label,
                "file": _relative(c.path, base),
                "kept": str(c.path.absolute()) if c.path is not None else "",
            }
            for c in self._taught.classes
        ]
        text = json.dumps(entries, ensure_ascii=False) if entries else ""
        if text != self._stored:
            try:
                project.set_value(_VALUE, text)
                self._stored = text
            except UserError as error:
                self._bench.show_error(error)

    # The open recording

    def _on_recording(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
        self._scored = ((), ())
        recording = self._bench.document.recording
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
        """Columns of the taught classes, where they are not those of the present classifiers."""
        document, classes = self._bench.document, self._taught.classes
        if document.state is not AnalysisState.COMPLETE or not document.buffers:
            return
        key, buffers = self._taught.key, document.buffers
        if not classes or (key == self._scored[0] and buffers is self._scored[1]):
            return
        recording_id = self._bench.project.recording_id
        frames = self._bench.embeddings.frames()
        if self._analysis is None and (frames is None or not recording_id):
            return
        if self._ticket is not None:
            self._ticket.cancel()

        def take(columns: Columns | None) -> None:
            if columns is None or document.buffers is not buffers:
                return
            if len(columns.scores) == buffers[0].ready:
                self._scored = (key, buffers)
                document.put_columns(columns.channel, self._taught.first_index, columns.scores)

        channels = tuple(buffer.channel for buffer in buffers)
        self._ticket = self._runner.submit(
            ColumnsJob(classes, channels, self._analysis, frames, recording_id),
            on_result=take,
            on_done=self._bench.deriver.derive,
            on_failed=self._bench.show_error,
        )


def _places(text: str, base: Path) -> list[tuple[str, Path | None]]:
    """Labels and files from the project's value; what cannot be read is left out."""
    try:
        entries = json.loads(text) if text else []
        return [(str(entry["label"]), _file_of(entry, base)) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _file_of(entry: dict[str, str], base: Path) -> Path | None:
    """The file beside the project; where it is not there, where it was when it was written."""
    if not entry["file"]:
        return None
    beside, kept = base / entry["file"], entry.get("kept", "")
    return Path(kept) if kept and not beside.exists() and Path(kept).exists() else beside


def _relative(path: Path | None, base: Path) -> str:
    if path is None:
        return ""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)
