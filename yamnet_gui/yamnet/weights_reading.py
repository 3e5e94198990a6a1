"""What all forms of weights files share: their names of arrays, limits and refusals."""

import os
import stat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.model_parameters import CLASSES

from .parameters import ARRAYS, OTHER_NAMES, array_shape

Arrays = dict[str, NDArray[np.float32]]
"""Arrays by the names in `parameters.ARRAYS`."""

ADVICE = "fetch the published file with `yamnet-gui weights fetch`"
LARGEST_FILE = 64 * 2**20
"""Bytes; the published file has 15 MB."""

_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def refused(path: Path, reason: str, advice: str = ADVICE) -> WeightsError:
    """The error about a file that is not weights of YAMNet."""
    return WeightsError(path, reason, advice)


def array_named(place: str) -> str | None:
    """The array of the network that a path in a file ends in; None where it ends in none."""
    parts = place.strip("/").split("/")
    for length in (4, 3, 2):  # layer2/depthwise_conv/bn/beta, layer1/conv/kernel, logits/bias
        name = "/".join(parts[-length:])
        name = OTHER_NAMES.get(name, name)
        if len(parts) >= length and name in ARRAYS:
            return name
    return None


def checked_shape(
    path: Path, name: str, shape: tuple[int, ...] | None, classes: int = CLASSES
) -> None:
    """Raises WeightsError where the array has another shape than with so many classes."""
    wanted = array_shape(name, classes)
    if shape != wanted:
        model = "YAMNet" if classes == CLASSES else f"a model of {classes} classes"
        reason = f"the array {name} has the shape {shape} where {model} has {wanted}"
        raise refused(path, reason)


def regular_bytes(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """All bytes of a regular file; pipes and devices are not waited for.

    Raises WeightsError where it is another kind of thing or too large, and OSError.
    """
    # a pipe without a writer would hold the opening up for ever
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_WAITING), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise refused(path, "is not a regular file")
        if status.st_size > largest:
            raise refused(path, "is far too large for YAMNet's weights")
        content = file.read(largest + 1)
    if len(content) > largest:
        raise refused(path, "is far too large for YAMNet's weights")
    return content
