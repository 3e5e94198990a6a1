"""Weights in an HDF5 file as Keras saves them; also the form in which this program stores them."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .parameters import ARRAYS
from .weights_reading import ADVICE, Arrays, array_named, checked_shape, refused

SIGNATURE = b"\x89HDF\r\n\x1a\n"

_MOST_OBJECTS = 4_000  # the published file has 344
_DAMAGED = "is truncated or damaged and cannot be read as HDF5"


def arrays_in_hdf5(path: Path, content: bytes) -> Arrays:
    """The arrays of the network in the bytes of an HDF5 file, float32, of the right shapes.

    Only arrays that the network has are opened, and they are read once their shape, type and
    storage are checked: plain values within this file. Links to other files are never followed.
    Raises WeightsError.
    """
    import h5py

    arrays: Arrays = {}
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            groups, count = [("", file)], 0
            while groups:
                parent, group = groups.pop()
                count += len(group)  # known without looking at them
                if count > _MOST_OBJECTS:
                    reason = f"holds more than {_MOST_OBJECTS:,} objects, unlike weights of YAMNet"
                    raise refused(path, reason)
                below = []
                for name in group:
                    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                        continue
                    place = f"{parent}/{name}"
                    if h5py.h5o.get_info(group.id, name.encode()).type == h5py.h5o.TYPE_GROUP:
                        below.append((place, group[name]))
                        continue
                    found = array_named(place.removesuffix(":0"))
                    if found is not None and found not in arrays:
                        arrays[found] = _read(path, found, group[name])
                groups += reversed(below)
    except _FAILURES as error:
        raise refused(path, _DAMAGED) from error
    return arrays


_FAILURES = (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError, AttributeError)


def write_hdf5(path: Path, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Writes the arrays under the names of the published file; the same bytes for the same arrays.

    Raises OSError.
    """
    import h5py

    with h5py.File(path, "w") as file:
        for name in ARRAYS:
            layer, _, last = name.rpartition("/")
            file.create_dataset(f"{layer}/{layer}/{last}:0", data=arrays[name], track_times=False)


def _read(path: Path, name: str, dataset: Any) -> NDArray[np.float32]:
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise refused(path, f"the array {name} is not an array of numbers")
    plan = dataset.id.get_create_plist()
    plain = plan.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if not plain or plan.get_external_count() or plan.get_nfilters():
        # a filter may unpack to any size, other files may be anybody's
        reason = f"the array {name} is compressed, in parts or in other files"
        raise refused(path, reason, f"store its arrays as plain values, or {ADVICE}")
    checked_shape(path, name, dataset.shape)
    if dataset.dtype.kind != "f":
        raise refused(path, f"the array {name} is not of floating-point numbers")
    return np.asarray(dataset[()], dtype=np.float32)
