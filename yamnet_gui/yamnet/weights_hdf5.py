"""Weights in an HDF5 file as Keras saves them; also the form in which this program stores them.

A fine-tuned model is such a file with two arrays of bytes more: what it says about itself
(`model_info`) and its card.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import CLASSES
from yamnet_gui.core.text import grouped

from .model_info import LARGEST_INFO, ModelInfo, info_from_json, info_to_json
from .parameters import ARRAYS
from .weights_reading import ADVICE, Arrays, array_named, checked_shape, refused

INFO = "yamnet_gui/model.json"
CARD = "yamnet_gui/card.md"
"""Where a model file describes itself: arrays of bytes, UTF-8."""
MODEL_ADVICE = "get a new copy of the model file, or fine-tune again"
SIGNATURE = b"\x89HDF\r\n\x1a\n"

_MOST_OBJECTS = 4_000  # the published file has 344
_DAMAGED = "is truncated or damaged and cannot be read as HDF5"


def model_in_hdf5(path: Path, content: bytes) -> tuple[Arrays, ModelInfo | None]:
    """The arrays of a network in the bytes of an HDF5 file, float32, of the right shapes.

    With what a fine-tuned model says about itself, None for YAMNet's weights. Only arrays that the
    network has are opened, and they are read once their shape, type and storage are checked: plain
    values within this file. Links to other files are never followed. Raises WeightsError.
    """
    import h5py

    arrays: Arrays = {}
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            info = _info(path, file)
            classes = CLASSES if info is None else len(info.classes)
            for place, dataset in _datasets(path, file):
                found = array_named(place.removesuffix(":0"))
                if found is not None and found not in arrays:
                    arrays[found] = _read(path, found, dataset, classes)
    except _FAILURES as error:
        raise refused(path, _DAMAGED) from error
    return arrays, info


def _datasets(path: Path, file: Any) -> Iterator[tuple[str, Any]]:
    """The path of everything that is no group, and the thing, opened by a hard link."""
    import h5py

    groups, count = [("", file)], 0
    while groups:
        parent, group = groups.pop()
        count += len(group)  # known without looking at them
        if count > _MOST_OBJECTS:
            reason = f"holds more than {grouped(_MOST_OBJECTS)} objects, unlike weights of YAMNet"
            raise refused(path, reason)
        below = []
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            place = f"{parent}/{name}"
            if h5py.h5o.get_info(group.id, name.encode()).type == h5py.h5o.TYPE_GROUP:
                below.append((place, group[name]))
                continue
            yield place, group[name]
        groups += reversed(below)


_FAILURES = (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError, AttributeError)


def write_hdf5(
    path: Path, arrays: Mapping[str, NDArray[np.float32]], info: ModelInfo | None = None
) -> None:
    """Writes the arrays under the names of the published file, and the description of a model.

    The same bytes for the same values. Raises OSError, and ValueError where the description is not
    valid.
    """
    import h5py

    described = () if info is None else ((INFO, info_to_json(info)), (CARD, info.card.encode()))
    with h5py.File(path, "w") as file:
        for name in ARRAYS:
            layer, _, last = name.rpartition("/")
            file.create_dataset(f"{layer}/{layer}/{last}:0", data=arrays[name], track_times=False)
        for place, text in described:
            file.create_dataset(place, data=np.array(bytearray(text), np.uint8), track_times=False)


def _info(path: Path, file: Any) -> ModelInfo | None:
    """The description of a model; None in plain weights. Raises WeightsError."""
    import h5py

    group, _, _ = INFO.partition("/")
    if file.get(group, getlink=True) is None:  # to ask whether it is there would follow it
        return None
    texts = []
    for place in (INFO, CARD):
        links = (file.get(name, getlink=True) for name in (group, place))
        if not all(isinstance(link, h5py.HardLink) for link in links):
            raise refused(path, f"has no {place}", MODEL_ADVICE)
        dataset = file[place]
        if not isinstance(dataset, h5py.Dataset) or dataset.dtype != np.uint8:
            raise refused(path, f"its {place} is not text", MODEL_ADVICE)
        if dataset.ndim != 1 or dataset.size > LARGEST_INFO:
            raise refused(path, f"its {place} is far too large", MODEL_ADVICE)
        _check_plain(path, place, dataset)
        texts.append(dataset[()].tobytes())
    try:
        return info_from_json(*texts)
    except ValueError as error:  # also what is not UTF-8
        reason = "its description is damaged" if isinstance(error, UnicodeError) else str(error)
        raise refused(path, reason, MODEL_ADVICE) from error


def _read(path: Path, name: str, dataset: Any, classes: int) -> NDArray[np.float32]:
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise refused(path, f"the array {name} is not an array of numbers")
    _check_plain(path, name, dataset)
    checked_shape(path, name, dataset.shape, classes)
    if dataset.dtype.kind != "f":
        raise refused(path, f"the array {name} is not of floating-point numbers")
    return np.asarray(dataset[()], dtype=np.float32)


def _check_plain(path: Path, name: str, dataset: Any) -> None:
    """Raises WeightsError where the values do not lie as they are in this file."""
    if not is_plain(dataset):
        reason = f"the array {name} is compressed, in parts or in other files"
        raise refused(path, reason, f"store its arrays as plain values, or {ADVICE}")


def is_plain(dataset: Any) -> bool:
    """Whether the values of a dataset lie as they are in its file.

    A filter may unpack to any size, and other files may be anybody's.
    """
    import h5py

    plan = dataset.id.get_create_plist()
    plain = plan.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    return bool(plain and not plan.get_external_count() and not plan.get_nfilters())
