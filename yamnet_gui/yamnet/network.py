"""What both runtimes offer: log-mel patches to scores and embeddings."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import EMBEDDING_SIZE, MEL_BANDS, PATCH_FRAMES

from .weights import WeightsFile

Floats = NDArray[np.float32]
RuntimeName = Literal["litert", "tensorflow"]
RuntimeChoice = Literal["auto", "litert", "tensorflow"]
RUNTIME_CHOICES: tuple[RuntimeChoice, ...] = ("auto", "litert", "tensorflow")
"""What can be asked for. "auto" is TensorFlow where there is a GPU, else LiteRT where it works."""

SCORE_TOLERANCE = 1e-5
EMBEDDING_TOLERANCE = 1e-4
"""By how much the results of two runtimes may differ."""


class Network(ABC):
    """YAMNet from log-mel patches to scores and embeddings, run by one runtime.

    The result of a patch never depends on how many came with it, and calls from several threads
    are safe. `batch` is how many patches a call takes at best.
    """

    runtime: ClassVar[RuntimeName]
    place_matters: ClassVar[bool]
    """Whether the last bits of a result depend on the patch's place in its batch."""

    def __init__(self, weights_file: WeightsFile, batch: int, device: str, calls: int) -> None:
        self.weights_file = weights_file
        self.classes = len(weights_file.classes)
        """How many scores a patch has."""
        self.batch = batch
        self.device = device
        """Where the network runs, for display."""
        self.calls = calls
        """How many calls at the same time make it faster."""
        self.note = ""
        """Why this runtime runs the network and not the one that was to be expected."""

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        """Log-mel patches float32 (n, 96, 64) to scores (n, classes) and embeddings (n, 1024)."""
        outputs = [
            self._run(patches[start : start + self.batch])
            for start in range(0, len(patches), self.batch)
        ]
        if len(outputs) == 1:
            return outputs[0]
        if not outputs:
            none = np.empty((0, self.classes), np.float32)
            return none, np.empty((0, EMBEDDING_SIZE), np.float32)
        scores, embeddings = zip(*outputs, strict=True)
        return np.concatenate(scores), np.concatenate(embeddings)

    def warm_up(self) -> None:
        """Runs one patch of silence: the first call prepares what all others use."""
        self(np.zeros((1, PATCH_FRAMES, MEL_BANDS), np.float32))

    @abstractmethod
    def _run(self, patches: Floats) -> tuple[Floats, Floats]:
        """Scores and embeddings of 1 to `batch` patches."""
