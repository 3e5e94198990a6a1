"""The model of an analysis, loaded only where it has to run."""

import threading
from collections.abc import Callable, Generator
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from yamnet_gui.audio import content_hash
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import RecordingError, WeightsError
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.yamnet import ModelInfo, Network, RuntimeChoice, inspect_weights, loading_network
from yamnet_gui.yamnet.model_library import description_of
from yamnet_gui.yamnet.weights import (
    KNOWN_FILES,
    WeightsFile,
    model_identity,
    required_weights,
    weights_digest,
)
from yamnet_gui.yamnet.weights_reading import ADVICE

_LOOK_EVERY_S = 0.1


@runtime_checkable
class Model(Protocol):
    """A network that may not be loaded yet: its name, its identity and a way to get it.

    `sha256` is the identity of the weights (`WeightsFile.identity`), `runtime` which runtime may
    have made a stored result of it.
    """

    @property
    def sha256(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def runtime(self) -> RuntimeChoice: ...

    def network(self) -> Network: ...


class WeightsModel:
    """The model in a weights file; its runtime is imported when `network` is first called.

    `path` None means the file that `find_weights` finds. `memo_folder` remembers the checksum
    of an unchanged file. Raises WeightsError where there is no such file.
    """

    def __init__(
        self,
        path: Path | None = None,
        memo_folder: Path | None = None,
        runtime: RuntimeChoice = "auto",
    ) -> None:
        weights_path = required_weights(path)
        if not weights_path.exists():
            raise WeightsError(weights_path, "there is no such weights file", ADVICE)
        self.path = weights_path
        self.runtime = runtime
        try:
            hashed = partial(content_hash, memo_folder=memo_folder)
            self._digest = weights_digest(weights_path, hashed)
        except RecordingError as error:
            raise WeightsError(weights_path, error.reason, ADVICE) from error
        except OSError as error:
            raise WeightsError(weights_path, f"cannot be read ({error.strerror})") from error
        self._network: Network | None = None
        self._loading = threading.Lock()
        self._fraction = 0.0

    @cached_property
    def sha256(self) -> str:
        """The identity of the weights; read from the file where it is not remembered."""
        return model_identity(self.path, self._digest)

    @property
    def file_sha256(self) -> str:
        """The checksum of the weights file, which depends on how the numbers are written."""
        return self._digest

    @property
    def name(self) -> str:
        if self.info is not None:
            return self.info.name
        return KNOWN_FILES.get(self.sha256) or f"{self.path.name} ({self.sha256[:12]})"

    @cached_property
    def info(self) -> ModelInfo | None:
        """What a fine-tuned model says about itself; None for YAMNet's own weights.

        Raises WeightsError where it cannot be read or is not valid.
        """
        return None if self._digest in KNOWN_FILES else description_of(self.path)

    @property
    def classes(self) -> ClassMap:
        """What the columns of its scores are. Raises WeightsError as `info` does."""
        return bundled_class_map() if self.info is None else self.info.class_map

    @property
    def note(self) -> str:
        """Why another runtime than expected runs the network; "" before it is loaded."""
        return self._network.note if self._network is not None else ""

    def network(self) -> Network:
        """The network, loaded once. Raises WeightsError where the file is not whole."""
        return completed(self.loading())

    def loading(self) -> Generator[float, None, Network]:
        """Loads the network; yields the fraction done while LiteRT's file is made.

        Closing the generator stops that. Where another thread loads it, waits for it. Raises
        WeightsError.
        """
        while self._network is None:
            if not self._loading.acquire(timeout=_LOOK_EVERY_S):
                yield self._fraction
                continue
            try:
                if self._network is None:
                    self._network = yield from self._load()
            finally:
                self._loading.release()
        return self._network

    def _load(self) -> Generator[float, None, Network]:
        if not self.path.is_file():
            file = inspect_weights(self.path)
        else:  # LiteRT need not read the weights
            size, known = self.path.stat().st_size, self.sha256 in KNOWN_FILES
            name, model = self.name, self.info
            file = WeightsFile(self.path, self._digest, name, known, size, self.sha256, model)
        steps = loading_network(self.path, runtime=self.runtime, file=file)
        try:
            while True:
                self._fraction = next(steps)
                yield self._fraction
        except StopIteration as end:
            return end.value
        finally:
            steps.close()


def loading(model: Model) -> Generator[float, None, Network]:
    """Loads the network of any model, as `WeightsModel.loading` does."""
    if isinstance(model, WeightsModel):
        return (yield from model.loading())
    return model.network()


class LoadedModel:
    """A network that is loaded already."""

    def __init__(self, network: Network) -> None:
        self._network = network
        file = network.weights_file
        self.sha256 = file.identity or file.sha256
        self.name = network.weights_file.name
        self.classes = file.classes
        self.runtime: RuntimeChoice = network.runtime

    def network(self) -> Network:
        return self._network


class AbsentModel:
    """The model of stored results whose weights are not on this computer: it cannot run."""

    runtime: RuntimeChoice = "auto"

    def __init__(self, sha256: str, name: str, classes: ClassMap | None = None) -> None:
        self.sha256 = sha256
        self.name = name
        self.classes = classes or bundled_class_map()

    def network(self) -> Network:
        """Raises WeightsError: there is nothing to load."""
        raise WeightsError(self.name, "the weights of this model are not here", ADVICE)


def classes_of(model: Model) -> ClassMap:
    """What the columns of a model's scores are; YAMNet's own classes where it does not say.

    Raises WeightsError where it has to be read for that and cannot be.
    """
    known = model.classes if isinstance(model, WeightsModel | LoadedModel | AbsentModel) else None
    return known or bundled_class_map()


def as_model(network: Network | Model | Callable[[], Network]) -> Model:
    """Whatever the caller has, as a model; a plain function is called at once."""
    if isinstance(network, Network):
        return LoadedModel(network)
    # the check of a protocol looks at each property, and to name a model may mean to read it
    if isinstance(network, (WeightsModel, Model)):
        return network
    return LoadedModel(network())
