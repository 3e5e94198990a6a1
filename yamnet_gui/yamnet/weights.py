"""The file with the network's weights: where it is, whether it is whole, what is in it."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.model_identity import current_identity, has_identity, remember_identity
from yamnet_gui.core.resources import bundled_class_map

from .model_info import ModelInfo
from .parameters import ARRAYS, LAYERS, LOGITS_BIAS, LOGITS_KERNEL, NORM_EPSILON, ConvolutionLayer
from .weights_hdf5 import SIGNATURE, model_in_hdf5, write_hdf5
from .weights_reading import ADVICE, Arrays, checked_shape, refused, regular_bytes
from .weights_saved_model import (
    DATA,
    INDEX,
    LARGEST_INDEX,
    SAVED_MODEL,
    Variables,
    arrays_in_variables,
    saved_models_below,
    variables_in_archive,
)

ENVIRONMENT_VARIABLE = "YAMNET_GUI_WEIGHTS"
PUBLISHED_URL = "https://storage.googleapis.com/audioset/yamnet.h5"
PUBLISHED_SHA256 = "13c3308955bbfaef262f175ac9c40e47b134573a93984f009220dd7cc12a1744"
PUBLISHED_SIZE = 15_296_092
PUBLISHED_ARCHIVE_SHA256 = "b80da2a1a56926fb0767205051a200dd7b3beaf3ea1ea126c42a53943996e5e0"
PUBLISHED_ARCHIVE_SIZE = 14_242_921
FILE_NAME = "yamnet.h5"

_GZIP = b"\x1f\x8b"

KNOWN_FILES = {
    PUBLISHED_SHA256: "YAMNet as published for AudioSet",
    PUBLISHED_ARCHIVE_SHA256: "YAMNet as published on Kaggle and TensorFlow Hub",
}
"""Names of weights files by their SHA-256."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file that has been read and is complete.

    `sha256` is that of the file (of a SavedModel's folder: of its variables), `known` whether it
    is that of a published file; `name` is for display. `size` is in bytes. `identity` stands for
    the numbers in it, whatever form they are stored in: 64 small hexadecimal digits. `model` is the
    description of a fine-tuned model, whose identity stands for its classes as well; None where
    these are weights of YAMNet itself.
    """

    path: Path
    sha256: str
    name: str
    known: bool
    size: int
    identity: str = ""
    model: ModelInfo | None = None

    @property
    def classes(self) -> ClassMap:
        """What the columns of the scores are."""
        return bundled_class_map() if self.model is None else self.model.class_map


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of the network with batch norm folded into the convolutions.

    `kernels` and `biases` go with `parameters.LAYERS`: float32 (height, width, inputs, outputs or
    1) and (outputs,). The last layer: `logits_kernel` (1024, 521), `logits_bias` (521,); in a
    fine-tuned model as many as `file.model.classes`, which also says how they become scores.
    """

    file: WeightsFile
    kernels: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    logits_kernel: NDArray[np.float32]
    logits_bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Source:
    """A weights file as it was read; `hdf5` are its bytes where it is one."""

    file: WeightsFile
    arrays: Arrays
    hdf5: bytes | None


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
    """Reads all weights and checks that no array of the network is missing.

    `path` names an HDF5 file, a SavedModel (its folder, or a .tar.gz of it), or a folder with one
    SavedModel in it, as a cache of TensorFlow Hub is.

    Raises WeightsError saying what is wrong: missing, unreadable, empty, of another kind,
    truncated, too large, or which array is missing, has another shape or holds values that are
    not numbers.
    """
    return _read(Path(path)).file


def load_weights(path: Path) -> Weights:
    """Reads and checks the arrays. Raises WeightsError as `inspect_weights` does."""
    source = _read(Path(path))
    folded = [_folded(source.arrays, layer) for layer in LAYERS]
    return Weights(
        file=source.file,
        kernels=tuple(kernel for kernel, _ in folded),
        biases=tuple(bias for _, bias in folded),
        logits_kernel=source.arrays[LOGITS_KERNEL],
        logits_bias=source.arrays[LOGITS_BIAS],
    )


def use_weights(path: Path) -> WeightsFile:
    """Stores weights in the user's data folder, after checking them, as one HDF5 file.

    An HDF5 file is copied, every other form written as one with the same numbers. Raises
    WeightsError where the weights are refused or cannot be written, or are those of a fine-tuned
    model; an older file then stays.
    """
    target = weights_folder() / FILE_NAME
    source = _read(Path(path))
    if source.file.model is not None:
        reason = "is a fine-tuned model, not YAMNet's own weights"
        raise refused(path, reason, "choose it where a model is asked for (`--model`)")
    if target.exists() and target.samefile(source.file.path):
        return source.file
    return _stored(source)


def model_arrays(path: Path) -> tuple[WeightsFile, Arrays]:
    """The arrays by the names in `parameters.ARRAYS`, as stored: training begins with them.

    Raises WeightsError as `inspect_weights` does.
    """
    source = _read(Path(path))
    return source.file, source.arrays


def write_model(path: Path, arrays: Arrays, info: ModelInfo) -> WeightsFile:
    """Writes a fine-tuned model: one HDF5 file in the published layout, with its description.

    The file is read back before it takes the place of an older one. Raises WeightsError where the
    description is not valid, an array is missing or has another shape, or nothing can be written.
    """
    path = Path(path)
    for name in ARRAYS:
        checked_shape(path, name, arrays[name].shape if name in arrays else None, len(info.classes))
    try:
        with replacing(path) as temporary:
            write_hdf5(temporary, arrays, info)
            written = inspect_weights(temporary)
    except ValueError as error:
        raise WeightsError(path, f"cannot be written: {error}") from error
    except OSError as error:
        raise WeightsError(path, f"cannot be written ({_why(error)})") from error
    return replace(written, path=path)


def weights_digest(path: Path, content_hash: Callable[[Path], str]) -> str:
    """The SHA-256 of weights in any form, `WeightsFile.sha256`, without looking into them.

    `content_hash` gives the SHA-256 of a file, perhaps from memory. Raises what it raises,
    WeightsError where a folder holds no SavedModel, and OSError.
    """
    folder = _model_folder(path)
    if folder is None:
        return content_hash(path)
    return _joined(*(content_hash(folder / part) for part in (INDEX, DATA)))


def model_identity(path: Path, sha256: str) -> str:
    """The identity of the weights at a path with this digest; read only where it is not remembered.

    Weights that cannot be read get their digest: what was stored for them can be shown all the
    same, and loading them says what is wrong.
    """
    if sha256 == PUBLISHED_SHA256 or has_identity(sha256):
        return current_identity(sha256)
    try:
        return inspect_weights(path).identity
    except WeightsError:
        return sha256


def _read(path: Path) -> _Source:
    """Everything of a weights file, checked. Raises WeightsError."""
    try:
        folder = _model_folder(path)
        if folder is not None:
            variables = Variables(
                regular_bytes(folder / INDEX, LARGEST_INDEX), regular_bytes(folder / DATA)
            )
            parts = [_sha256(variables.index), _sha256(variables.data)]
            size = len(variables.index) + len(variables.data)
            return _source(path, _joined(*parts), size, arrays_in_variables(path, variables))
        content = regular_bytes(path)
        if not content:
            raise refused(path, "is empty")
        sha256, size = _sha256(content), len(content)
        if content.startswith(SIGNATURE):
            arrays, model = model_in_hdf5(path, content)
            return _source(path, sha256, size, arrays, content, model)
        if content.startswith(_GZIP) or content[257:262] == b"ustar":
            variables = variables_in_archive(path, content)
            return _source(path, sha256, size, arrays_in_variables(path, variables))
    except FileNotFoundError as error:
        raise refused(path, "there is no such weights file") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise WeightsError(path, f"cannot be read ({_why(error)})") from error
    raise refused(
        path, "is not an HDF5 file, a SavedModel's folder or .tar.gz with network weights"
    )


def _model_folder(path: Path) -> Path | None:
    """The folder with the SavedModel that a path stands for; None where it is another file.

    A folder may be the SavedModel, or hold it some levels down, as caches of TensorFlow
    Hub and Kaggle do. Raises WeightsError and OSError.
    """
    if path.name == SAVED_MODEL and (path.parent / INDEX).is_file():
        return path.parent
    if not path.is_dir():
        return None
    if (path / INDEX).is_file():
        return path
    found = [folder for folder in saved_models_below(path) if _is_yamnet(folder)]
    if not found:
        raise refused(path, f"cannot be read as a SavedModel of YAMNet: it has no {INDEX} of it")
    if len({_sha256(regular_bytes(folder / DATA)) for folder in found}) > 1:
        names = ", ".join(str(folder) for folder in found[:3])
        raise refused(path, "holds more than one YAMNet", f"name one of them: {names}")
    return found[0]


def _is_yamnet(folder: Path) -> bool:
    try:
        inspect_weights(folder)
    except WeightsError:
        return False
    return True


def _source(
    path: Path,
    sha256: str,
    size: int,
    arrays: Arrays,
    hdf5: bytes | None = None,
    model: ModelInfo | None = None,
) -> _Source:
    _check(path, arrays)
    identity = _identity(sha256, arrays, model)
    name = KNOWN_FILES.get(sha256)
    known = name is not None or identity == PUBLISHED_SHA256
    name = name or KNOWN_FILES.get(identity) or f"unknown weights {identity[:12]}"
    name = name if model is None else model.name
    file = WeightsFile(path, sha256, name, known, size, identity, model)
    return _Source(file, {name: arrays[name] for name in ARRAYS}, hdf5)


def _check(path: Path, arrays: Arrays) -> None:
    """Raises WeightsError where an array is missing or holds what cannot be weights."""
    for name in ARRAYS:
        if name not in arrays:
            raise refused(path, f"has no array {name}: these are not weights of YAMNet")
        if not np.isfinite(arrays[name]).all():
            raise refused(path, f"the array {name} holds values that are not numbers")
        if name.endswith("moving_variance") and (arrays[name] < 0).any():
            raise refused(path, f"the array {name} holds negative variances")


def _identity(sha256: str, arrays: Arrays, model: ModelInfo | None) -> str:
    """The SHA-256 of all numbers in the order of `ARRAYS`; for the published file, its own.

    That of a fine-tuned model stands for the names of its classes and its kind of output as well.
    The published file's SHA-256 has been its identity from the first version on. Any other file
    with the same numbers gets that identity as soon as both were seen on this machine.
    """
    digest = hashlib.sha256()
    for name in ARRAYS:
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name], "<f4").tobytes())
    if model is not None:
        names = [one.name for one in model.classes]
        digest.update(repr((names, model.trained, model.output)).encode())
    numbers = digest.hexdigest()
    if sha256 == PUBLISHED_SHA256:
        remember_identity(numbers, PUBLISHED_SHA256)
    identity = current_identity(numbers)
    remember_identity(sha256, identity)
    return identity


def _stored(source: _Source) -> WeightsFile:
    """Writes the one stored form. Raises WeightsError."""
    target = weights_folder() / FILE_NAME
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            if source.hdf5 is not None:
                temporary.write_bytes(source.hdf5)
            else:
                write_hdf5(temporary, source.arrays)
            written = inspect_weights(temporary)
            if written.identity != source.file.identity:
                raise WeightsError(target, "was not written as it should be", "try again")
    except OSError as error:
        raise WeightsError(target, f"cannot be written ({_why(error)})") from error
    return replace(written, path=target)


def _folded(
    arrays: Arrays, layer: ConvolutionLayer
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernel and bias of a layer: W' = W / sqrt(var + eps), b' = beta − mean / sqrt(var + eps)."""
    kernel = arrays[layer.kernel_name].astype(np.float64)
    beta, mean, variance = (
        arrays[f"{layer.name}/bn/{name}"].astype(np.float64)
        for name in ("beta", "moving_mean", "moving_variance")
    )
    scale = 1 / np.sqrt(variance + NORM_EPSILON)
    per_output = scale[:, np.newaxis] if layer.depthwise else scale
    return (kernel * per_output).astype(np.float32), (beta - mean * scale).astype(np.float32)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _joined(*digests: str) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
