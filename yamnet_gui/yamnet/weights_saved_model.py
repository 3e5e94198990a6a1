"""Weights in a SavedModel, as TensorFlow Hub and Kaggle publish them: a folder or an archive.

Only the variables are read, as a checkpoint; the graph in `saved_model.pb` is never opened.
"""

import gzip
import io
import os
import re
import tarfile
import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from yamnet_gui.core.text import counted

from .checkpoint import CheckpointError, Entry, full_names, read_floats, read_index
from .parameters import ARRAYS, LAYERS, LOGITS_BIAS, LOGITS_KERNEL
from .weights_reading import LARGEST_FILE, Arrays, array_named, checked_shape, refused

INDEX = "variables/variables.index"
DATA = "variables/variables.data-00000-of-00001"
SAVED_MODEL = "saved_model.pb"
LARGEST_INDEX = 2**20

_DEPTH = 6
_MOST_FOLDERS = 2_000
_PARAMETERS = 3_751_369
_MOST_MEMBERS = 1_000
_LARGEST_UNPACKED = 2 * LARGEST_FILE
_KEY = re.compile(r"(?:^|/)layer_with_weights-(\d{1,3})/(\w+)/\.ATTRIBUTES/VARIABLE_VALUE$")
_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@dataclass(frozen=True, slots=True)
class Variables:
    """The two files of a checkpoint that hold the variables."""

    index: bytes
    data: bytes


def arrays_in_variables(path: Path, variables: Variables) -> Arrays:
    """The arrays of the network in a checkpoint, float32. Raises WeightsError.

    They are found by the names that the variables had when the model was built, else by their
    place in the row of layers.
    """
    try:
        entries = read_index(variables.index)
        arrays: Arrays = {}
        for name, entry in _places(entries, variables.data).items():
            checked_shape(path, name, entry.shape)
            arrays[name] = read_floats(entry, variables.data)
    except CheckpointError as error:
        raise refused(path, str(error)) from error
    return arrays


def variables_in_archive(path: Path, content: bytes) -> Variables:
    """The variables in a tar archive, packed by gzip or not. Nothing is written anywhere.

    Raises WeightsError: damaged, without variables, with links in their place, or far too large.
    """
    packed: BinaryIO = io.BytesIO(content)
    if content.startswith(b"\x1f\x8b"):
        packed = gzip.GzipFile(fileobj=packed)  # type: ignore[assignment]
    limits = {INDEX: LARGEST_INDEX, DATA: LARGEST_FILE}
    found: dict[str, bytes] = {}
    folder: PurePosixPath | None = None
    try:
        with tarfile.open(fileobj=_Bounded(path, packed), mode="r|") as archive:
            for count, member in enumerate(archive):
                if count >= _MOST_MEMBERS:
                    raise refused(path, f"holds more than {counted(_MOST_MEMBERS, 'file')}")
                place = PurePosixPath(member.name)
                inside = "/".join(place.parts[-2:])
                if inside not in limits:
                    continue
                if not member.isreg() or member.issparse():
                    raise refused(path, f"has a link or another special file in place of {inside}")
                if inside in found or folder not in (None, place.parent):
                    raise refused(path, "holds more than one model")
                folder = place.parent
                file = archive.extractfile(member)
                if file is None or member.size > limits[inside]:
                    raise refused(path, f"holds {inside}, which is far too large for YAMNet")
                found[inside] = file.read(limits[inside])
                if len(found) == len(limits):
                    break
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise refused(path, "is a truncated or damaged archive") from error
    if len(found) < len(limits):
        raise refused(path, f"is an archive without {INDEX}: it holds no SavedModel")
    return Variables(found[INDEX], found[DATA])


def _places(entries: dict[str, Entry], data: bytes) -> dict[str, Entry]:
    """Where each array of the network lies."""
    named: dict[str, Entry] = {}
    for full, key in full_names(entries, data).items():
        name = array_named(full)
        if name is not None and key in entries:
            named.setdefault(name, entries[key])
    for key, entry in entries.items():  # checkpoints that name their variables themselves
        name = array_named(key.removesuffix(_SUFFIX))
        if name is not None:
            named.setdefault(name, entry)
    if len(named) == len(ARRAYS):
        return named
    by_order = _names_by_order()
    for key, entry in entries.items():
        match = _KEY.search(key)
        name = by_order.get((int(match[1]), match[2])) if match else None
        if name is not None:
            named.setdefault(name, entry)
    return named


def _names_by_order() -> dict[tuple[int, str], str]:
    """Names by the number of the layer among those with weights, and the variable's own name."""
    names = {}
    for number, layer in enumerate(LAYERS):
        own = layer.kernel_name.rpartition("/")[2]
        names[2 * number, own] = layer.kernel_name
        for part in ("beta", "moving_mean", "moving_variance"):
            names[2 * number + 1, part] = f"{layer.name}/bn/{part}"
    names[2 * len(LAYERS), "kernel"] = LOGITS_KERNEL
    names[2 * len(LAYERS), "bias"] = LOGITS_BIAS
    return names


class _Bounded(io.RawIOBase):
    """Reads no more than an archive of YAMNet can unpack to."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._left = _LARGEST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise refused(self._path, "unpacks to far more than YAMNet's weights")
        block = self._file.read(size)
        self._left -= len(block)
        return block


def saved_models_below(folder: Path) -> list[Path]:
    """Folders below that look like a SavedModel of YAMNet's size, in order of their names.

    As deep as caches of TensorFlow Hub and Kaggle go, links not followed, and no more than
    `_MOST_FOLDERS` of them are looked at. Raises OSError where the folder cannot be listed.
    """
    found: list[Path] = []
    left = _MOST_FOLDERS
    level = [folder]
    for _ in range(_DEPTH):
        below: list[Path] = []
        for parent in level:
            try:
                with os.scandir(parent) as entries:
                    looked_at = list(islice(entries, left))
                    names = [e.name for e in looked_at if e.is_dir(follow_symlinks=False)]
            except OSError:
                if parent == folder:
                    raise
                continue
            left -= len(looked_at)
            below += [parent / name for name in sorted(names) if name != "variables"]
        found += [one for one in below if _looks_like_weights(one)]
        level = below
    return found


def _looks_like_weights(folder: Path) -> bool:
    try:
        index, data = (folder / INDEX).stat().st_size, (folder / DATA).stat().st_size
    except (OSError, ValueError):
        return False
    return index <= LARGEST_INDEX and 4 * _PARAMETERS <= data <= LARGEST_FILE
