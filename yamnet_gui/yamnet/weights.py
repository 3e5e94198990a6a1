"""The file with the network's weights: where it is, whether it is whole, what is in it."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE

from .parameters import LAYERS, NORM_EPSILON, ConvolutionLayer

ENVIRONMENT_VARIABLE = "YAMNET_GUI_WEIGHTS"
PUBLISHED_URL = "https://storage.googleapis.com/audioset/yamnet.h5"
PUBLISHED_SHA256 = "13c3308955bbfaef262f175ac9c40e47b134573a93984f009220dd7cc12a1744"
PUBLISHED_SIZE = 15_296_092
FILE_NAME = "yamnet.h5"
ADVICE = "fetch the published file with `yamnet-gui weights fetch`"

KNOWN_FILES = {PUBLISHED_SHA256: "YAMNet as published for AudioSet"}
"""Names of weights files by their SHA-256."""

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LARGEST_FILE = 256 * 2**20  # the published file has 15 MB; whatever is this large is not weights


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file that has been read and is complete.

    `known` is whether its SHA-256 is that of a published file; `name` is for display. `size` is
    in bytes.
    """

    path: Path
    sha256: str
    name: str
    known: bool
    size: int


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of the network with batch norm folded into the convolutions.

    `kernels` and `biases` go with `parameters.LAYERS`: float32 (height, width, inputs, outputs or
    1) and (outputs,). The last layer: `logits_kernel` (1024, 521), `logits_bias` (521,).
    """

    file: WeightsFile
    kernels: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    logits_kernel: NDArray[np.float32]
    logits_bias: NDArray[np.float32]


def weights_folder() -> Path:
    """The folder of the user's data in which downloaded weights are stored; may not exist yet."""
    return platformdirs.user_data_path("yamnet-gui", appauthor=False)


def find_weights() -> Path | None:
    """The weights file to use: the one that YAMNET_GUI_WEIGHTS names, else the user's own.

    A path in the variable is returned even where no file exists, so that opening it reports that.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named).expanduser()
    own = weights_folder() / FILE_NAME
    return own if own.exists() else None


def required_weights(path: Path | None = None) -> Path:
    """`path`, else the file that `find_weights` finds. Raises WeightsError where there is none."""
    path = path or find_weights()
    if path is None:
        raise WeightsError(FILE_NAME, "the weights of the network are not installed yet", ADVICE)
    return path


def inspect_weights(path: Path) -> WeightsFile:
    """Reads the whole file and checks that no array of the network is missing.

    Raises WeightsError saying what is wrong: missing, unreadable, empty, not HDF5, truncated, or
    which array is missing, has another shape or holds values that are not numbers.
    """
    return load_weights(path).file


def load_weights(path: Path) -> Weights:
    """Reads and checks the arrays. Raises WeightsError as `inspect_weights` does."""
    path = Path(path)
    content = _read(path)
    arrays = _arrays(path, content)
    find = _Finder(path, arrays)
    folded = [_folded(find, layer) for layer in LAYERS]
    logits_kernel = find(("logits/kernel", "dense/kernel"), (EMBEDDING_SIZE, CLASSES))
    logits_bias = find(("logits/bias", "dense/bias"), (CLASSES,))
    sha256 = hashlib.sha256(content).hexdigest()
    name = KNOWN_FILES.get(sha256)
    file = WeightsFile(
        path=path,
        sha256=sha256,
        name=name or f"unknown weights {sha256[:12]}",
        known=name is not None,
        size=len(content),
    )
    return Weights(
        file=file,
        kernels=tuple(kernel for kernel, _ in folded),
        biases=tuple(bias for _, bias in folded),
        logits_kernel=logits_kernel,
        logits_bias=logits_bias,
    )


def use_weights(path: Path) -> WeightsFile:
    """Copies a weights file into the user's data folder, after checking it.

    Raises WeightsError where the file is refused or the copy cannot be written; an older
    file then stays.
    """
    weights = inspect_weights(path)
    target = weights_folder() / FILE_NAME
    if target.exists() and target.samefile(weights.path):
        return weights
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            temporary.write_bytes(weights.path.read_bytes())
            copied = inspect_weights(temporary)
            if copied.sha256 != weights.sha256:
                raise WeightsError(path, "changed while it was being copied", "try again")
    except OSError as error:
        raise WeightsError(target, f"cannot be written ({error.strerror})") from error
    return WeightsFile(target, weights.sha256, weights.name, weights.known, weights.size)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size == 0:
            raise WeightsError(path, "is empty", ADVICE)
        with path.open("rb") as file:
            if file.read(len(_HDF5_SIGNATURE)) != _HDF5_SIGNATURE:
                raise WeightsError(path, "is not an HDF5 file of network weights", ADVICE)
            if size > _LARGEST_FILE:
                raise WeightsError(path, "is far too large for YAMNet's weights", ADVICE)
            file.seek(0)
            return file.read()
    except FileNotFoundError as error:
        raise WeightsError(path, "there is no such weights file", ADVICE) from error
    except OSError as error:
        raise WeightsError(path, f"cannot be read ({error.strerror})") from error


def _arrays(path: Path, content: bytes) -> dict[str, NDArray[np.float32]]:
    """Every array of numbers in the file by its full path, without Keras's ":0" at the end."""
    import h5py

    arrays: dict[str, NDArray[np.float32]] = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            arrays["/" + name.removesuffix(":0")] = np.asarray(item, dtype=np.float32)

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            file.visititems(visit)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        reason = "is truncated or damaged and cannot be read as HDF5"
        raise WeightsError(path, reason, ADVICE) from error
    return arrays


class _Finder:
    """Finds arrays by the end of their path and checks them."""

    def __init__(self, path: Path, arrays: dict[str, NDArray[np.float32]]) -> None:
        self._path = path
        self._arrays = arrays

    def __call__(self, ends: tuple[str, ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The array whose path ends in one of `ends`, float32 of this shape."""
        for end in ends:
            for name, array in self._arrays.items():
                if name.endswith("/" + end):
                    return self._checked(end, array, shape)
        raise WeightsError(
            self._path, f"has no array {ends[0]}: these are not weights of YAMNet", ADVICE
        )

    def _checked(
        self, end: str, array: NDArray[np.float32], shape: tuple[int, ...]
    ) -> NDArray[np.float32]:
        if array.shape != shape:
            reason = f"the array {end} has the shape {array.shape} where YAMNet has {shape}"
            raise WeightsError(self._path, reason, ADVICE)
        if not np.isfinite(array).all():
            reason = f"the array {end} holds values that are not numbers"
            raise WeightsError(self._path, reason, ADVICE)
        if end.endswith("moving_variance") and (array < 0).any():
            raise WeightsError(self._path, f"the array {end} holds negative variances", ADVICE)
        return array


def _folded(
    find: _Finder, layer: ConvolutionLayer
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernel and bias of a layer: W' = W / sqrt(var + eps), b' = beta − mean / sqrt(var + eps)."""
    kernel = find((layer.kernel_name,), layer.kernel_shape).astype(np.float64)
    channels = (layer.outputs,)
    beta = find((f"{layer.name}/bn/beta",), channels).astype(np.float64)
    mean = find((f"{layer.name}/bn/moving_mean",), channels).astype(np.float64)
    variance = find((f"{layer.name}/bn/moving_variance",), channels).astype(np.float64)
    scale = 1 / np.sqrt(variance + NORM_EPSILON)
    per_output = scale[:, np.newaxis] if layer.depthwise else scale
    return (kernel * per_output).astype(np.float32), (beta - mean * scale).astype(np.float32)
