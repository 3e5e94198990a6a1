"""Embeddings of everything that was analysed, stored beside the project."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.analysis import Analysis
from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import EmbeddingStore
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.jobs.embeddings import (
    OpenStoreJob,
    StoreJob,
    analysed_before,
    analysed_now,
)
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.labels.project import ProjectChange

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_SOON_MS = 250


class EmbeddingStorage(AutomaticService):
    """Opens the store of the open project, and puts into it what analyses give.

    What was analysed elsewhere (the analysis of many recordings, the command line) is taken from
    the stored results, without running the network.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._analysis = context.services.analysis
        self._weights = context.services.weights
        self._show_error = context.shell.show_error
        self._owner = self._embeddings
        self._runner = JobRunner("embeddings", self)
        self._closed = False
        self._opened: list[EmbeddingStore] = []
        self._new: dict[Path, Analysis] = {}
        self._looked: set[str] = set()
        self._model = ""
        self._grew = False
        self._soon = Debounced(self, _SOON_MS, self._store)
        self._project.project_changed.connect(self._on_project)
        self._project.recording_changed.connect(self.look_again)
        self._project.written.connect(self._on_written)
        self._weights.changed.connect(self._on_project)
        self._analysis.analysed.connect(self._on_analysed)
        context.session.document.analysis_changed.connect(self._on_scores)

    @property
    def busy(self) -> bool:
        return self._soon.active or self._runner.busy

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._soon.stop()
        self._runner.close()
        self._replace(None)
        self._close_others()

    def look_again(self) -> None:
        """More recordings may have been analysed."""
        if not self._closed:
            self._soon.start_once()

    @Slot(object)
    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        changed = {c.recording_id for c in changes if c.recording_changed}
        if changed:
            self._looked -= changed
            self.look_again()

    def _on_analysed(self, analysis: Analysis) -> None:
        self._new[analysis.recording.path] = analysis
        self.look_again()

    def _on_project(self) -> None:
        """Another project, or other weights: another store."""
        self._runner.cancel_all()
        self._replace(None)
        self._looked = set()
        self._model = ""
        project = self._project.project
        if project is None:
            return
        try:
            model = self._analysis.model_of_results()
        except UserError as error:
            self._owner.use(None, error.problem)
            return
        self._model = model.sha256
        read_only = self._project.storage_mode is StorageMode.READ_ONLY
        self._runner.submit(
            OpenStoreJob(project.path, model, read_only, self._opened),
            on_result=self._on_opened,
            on_failed=self._on_refused,
        )

    def _on_scores(self) -> None:
        """Without weights, the store is that of the model whose scores are shown."""
        if self._project.project is None or self._closed:
            return
        try:
            wanted = self._analysis.model_of_results().sha256
        except UserError:
            return
        if wanted != self._model:
            self._on_project()

    def _on_opened(self, store: EmbeddingStore) -> None:
        self._opened.remove(store)
        self._close_others()
        self._replace(store)
        self.look_again()

    def _on_refused(self, error: UserError) -> None:
        self._owner.use(None, str(error))

    def _close_others(self) -> None:
        """Stores of projects that were left before their store was open."""
        while self._opened:
            self._opened.pop().close()

    def _replace(self, store: EmbeddingStore | None) -> None:
        before = self._owner.use(store)
        if before is not None:
            before.close()

    def _store(self) -> None:
        store, project = self._owner.store, self._project.project
        if store is None or project is None or store.read_only:
            return
        analysing = self._analysis
        try:
            model, settings = analysing.model_of_results(), analysing.analysis_settings()
        except UserError:
            return  # without weights the store stays as it is
        # of ten thousand recordings most have nothing to store: that is found out in the background
        requests = chain(
            analysed_now(project, self._new), analysed_before(project, store, self._looked)
        )
        self._runner.submit(
            StoreJob(store, requests, model, settings, analysing.cache),
            on_result=self._on_stored,
            on_done=self._on_done,
            on_failed=self._show_error,
        )

    def _on_stored(self, _frames: int) -> None:
        self._grew = True

    def _on_done(self) -> None:
        if self._grew:
            self._grew = False
            self._owner.grown()
