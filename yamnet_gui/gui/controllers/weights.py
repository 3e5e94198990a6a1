"""The weights of the network: where they are, how they get there, and the model made of them."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.analysis import Model, ResultCache, WeightsModel
from yamnet_gui.core.errors import MissingModelError, UserError
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.analysis import (
    FetchProgress,
    FetchWeightsJob,
    FindCopiesJob,
    InspectWeightsJob,
    Loading,
    PrepareJob,
    UseWeightsJob,
)
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.labels.project.project_model import ProjectModel
from yamnet_gui.yamnet import ModelInfo, WeightsFile, find_weights
from yamnet_gui.yamnet.model_library import model_with_identity
from yamnet_gui.yamnet.weights_copies import WeightsCopy


class Weights(QObject):
    """One weights file at a time, located, downloaded or copied in the background."""

    changed = Signal()
    missing = Signal()  # something would be analysed, but there are no weights
    checked = Signal(object)  # WeightsFile | UserError
    fetch_progress = Signal(object)  # FetchProgress
    fetch_failed = Signal(object)  # UserError
    preparing = Signal(float)  # fraction of what has to be done once before weights can be used
    prepared = Signal(str)  # why another runtime than expected runs the network, mostly ""
    copies_found = Signal(object)  # list[WeightsCopy], not empty

    def __init__(
        self,
        cache: ResultCache | None,
        settings: Settings,
        way: ForegroundPriority,
        model: Model | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache = cache
        self._settings = settings
        self._way = way
        self._preparing: JobHandle | None = None
        self._preparer = JobRunner("network", self)
        settings.changed.connect(self._on_setting)
        self._runner = JobRunner("weights", self)
        self._fetch: JobHandle | None = None
        self._model = model
        self._chosen: ProjectModel | None = None

    @property
    def path(self) -> Path | None:
        """Where the weights are; None where there are none yet."""
        if self._chosen is not None:
            try:
                return self._chosen_model(self._chosen).path
            except UserError:
                return None
        path = find_weights()
        return path if path is not None and path.exists() else None

    def model(self) -> Model:
        """The network, loaded when it first has to run. Raises WeightsError where there is none."""
        if self._chosen is not None:
            return self._chosen_model(self._chosen)
        path = find_weights()
        if self._model is None or getattr(self._model, "path", None) != path:
            memo = self._cache.memo_folder if self._cache else None
            self._model = WeightsModel(path, memo, self._settings.value("runtime"))
        return self._model

    @property
    def chosen(self) -> ProjectModel | None:
        """The fine-tuned model in the place of YAMNet; None: YAMNet."""
        return self._chosen

    def choose(self, model: ProjectModel | None) -> ModelInfo | None:
        """A fine-tuned model in the place of YAMNet (None: YAMNet again); what it says of itself.

        None also where its file is not here or cannot be read: `model` says so when it is to run.
        """
        self.cancel_preparing()
        self._chosen, self._model = model, None
        try:
            info = None if model is None else self._chosen_model(model).info
        except UserError:
            info = None
        self.prepare()
        return info

    def _chosen_model(self, chosen: ProjectModel) -> WeightsModel:
        if isinstance(self._model, WeightsModel):
            return self._model
        path = model_with_identity(chosen.identity)
        if path is None:
            raise MissingModelError(
                chosen.name,
                "the model of this project is not among your models",
                "add its file under Tools › Models, or choose another one there",
            )
        memo = self._cache.memo_folder if self._cache else None
        model = WeightsModel(path, memo, self._settings.value("runtime"))
        self._model = model
        return model

    @property
    def is_preparing(self) -> bool:
        """Whether the network is being loaded ahead of an analysis."""
        return self._preparing is not None

    def prepare(self) -> None:
        """Loads the network in the background, so that the first analysis does not wait for it."""
        self.cancel_preparing()
        try:
            model = self.model()
        except UserError:
            return  # shown when an analysis is asked for
        self._preparing = self._preparer.submit(
            PrepareJob(model, self._way),
            on_result=self._on_preparing,
            on_done=self._on_prepared,
        )

    def cancel_preparing(self) -> None:
        """Stops it; an analysis that needs the network then prepares it."""
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
            self.prepared.emit("")

    def fetch(self) -> None:
        """Downloads the weights, unless that is under way."""
        if self._fetch is None:
            self._fetch = self._runner.submit(
                FetchWeightsJob(),
                on_result=self._on_fetch,
                on_failed=self.fetch_failed.emit,
                on_done=self._on_fetch_done,
            )

    def cancel_fetch(self) -> None:
        """Stops the download; the next one resumes from the part received."""
        if self._fetch is not None:
            self._fetch.cancel()
            self._fetch = None

    def use(self, path: Path) -> None:
        """Stores a copy of local weights, in any of the published forms."""
        self._runner.submit(
            UseWeightsJob(path), on_result=self._on_weights, on_failed=self.fetch_failed.emit
        )

    def check(self) -> None:
        """Reads the weights file that would be used; the answer comes as `checked`."""
        path = self.path
        if path is not None:
            self._runner.submit(
                InspectWeightsJob(path), on_result=self.checked.emit, on_failed=self.checked.emit
            )

    def look_for_copies(self) -> None:
        """Looks for YAMNet in the caches of other programs; the answer comes as `copies_found`."""
        self._runner.submit(FindCopiesJob(), on_result=self._on_copies)

    def close(self) -> None:
        """Ends the threads."""
        for runner in (self._preparer, self._runner):
            runner.cancel_all()
        self._preparer.close()
        self._runner.close()

    def _on_fetch(self, value: FetchProgress | WeightsFile) -> None:
        if isinstance(value, WeightsFile):
            self._on_weights(value)
        else:
            self.fetch_progress.emit(value)

    def _on_weights(self, file: WeightsFile) -> None:
        self._model = None
        self.checked.emit(file)
        self.changed.emit()
        self.prepare()

    def _on_copies(self, copies: list[WeightsCopy]) -> None:
        if copies:
            self.copies_found.emit(copies)

    def _on_fetch_done(self) -> None:
        self._fetch = None

    def _on_preparing(self, step: Loading) -> None:
        self.preparing.emit(step.fraction)

    def _on_prepared(self) -> None:
        self._preparing = None
        note = getattr(self._model, "note", "")
        self.prepared.emit(note)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "runtime":
            self._model = None
            self.prepare()
