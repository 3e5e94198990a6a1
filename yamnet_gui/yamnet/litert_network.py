"""The network run by LiteRT, TensorFlow Lite's own runtime: a tenth of the size of TensorFlow."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE, MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.threads import network_threads

from ._quiet import without_noise
from .network import Floats, Network
from .weights import WeightsFile


class LiteRTError(WeightsError):
    """The file for LiteRT cannot be made or run; TensorFlow works all the same."""

    def __init__(self, subject: str | Path, reason: str) -> None:
        super().__init__(subject, reason, "choose TensorFlow as the runtime")


class LiteRTNetwork(Network):
    """The runtime for CPUs. `content` is that of a file that `litert_file` made.

    A batch may hold any number of patches; scores and embeddings of each are the same to the last
    bit whatever comes with it, wherever it stands and however many threads there are. Each call at
    the same time has an interpreter of its own (some 40 MB) with its share of `threads`. Raises
    ImportError where LiteRT is not installed, and ValueError for other content.
    """

    runtime = "litert"
    place_matters = False

    def __init__(
        self,
        content: bytes,
        weights_file: WeightsFile,
        batch: int = 16,
        threads: int | None = None,
    ) -> None:
        cores = threads or network_threads()
        calls = min(2, cores)
        super().__init__(weights_file, batch, f"CPU ({cores} cores)", calls)
        self._content = content
        self._threads = max(1, cores // calls)
        self._lock = threading.Lock()
        self._idle = [self._interpreter()]

    def _run(self, patches: Floats) -> tuple[Floats, Floats]:
        with self._one() as interpreter:
            return interpreter(patches)

    @contextmanager
    def _one(self) -> "Iterator[_Interpreter]":
        """An interpreter that no other thread uses; a new one where all are at work."""
        with self._lock:
            interpreter = self._idle.pop() if self._idle else None
        interpreter = interpreter or self._interpreter()
        try:
            yield interpreter
        finally:
            with self._lock:
                self._idle.append(interpreter)

    def _interpreter(self) -> "_Interpreter":
        return _Interpreter(self._content, self.classes, self.batch, self._threads)


class _Interpreter:
    """One interpreter of LiteRT, for one thread at a time."""

    def __init__(self, content: bytes, classes: int, batch: int, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._lite: Any = Interpreter(model_content=content, num_threads=threads)
        (patches,) = self._lite.get_input_details()
        # numbered as the function that was converted gave them; their sizes may be the same
        scores, embeddings = sorted(self._lite.get_output_details(), key=lambda one: one["name"])
        if [int(o["shape"][-1]) for o in (scores, embeddings)] != [classes, EMBEDDING_SIZE]:
            raise ValueError("not a network from patches to scores and embeddings")
        self._patches = patches["index"]
        self._scores, self._embeddings = scores["index"], embeddings["index"]
        self._count = 0
        with without_noise():
            self._fit(batch)

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        if len(patches) != self._count:
            self._fit(len(patches))
        self._lite.set_tensor(self._patches, np.ascontiguousarray(patches, np.float32))
        self._lite.invoke()
        return self._lite.get_tensor(self._scores), self._lite.get_tensor(self._embeddings)

    def _fit(self, count: int) -> None:
        """Makes room for so many patches; a tenth of a millisecond but for the first time."""
        self._count = 0  # nothing fits if this fails
        self._lite.resize_tensor_input(self._patches, (count, PATCH_FRAMES, MEL_BANDS))
        self._lite.allocate_tensors()
        self._count = count
