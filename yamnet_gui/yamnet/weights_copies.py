"""Copies of YAMNet that other programs have downloaded to this machine already."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from yamnet_gui.core.errors import WeightsError

from .weights import WeightsFile, inspect_weights
from .weights_reading import LARGEST_FILE
from .weights_saved_model import saved_models_below

_ENDINGS = (".h5", ".hdf5", ".tar.gz", ".tgz")
_MOST_FILES = 1_000


@dataclass(frozen=True, slots=True)
class WeightsCopy:
    """A copy that is complete, and in whose cache it lies."""

    file: WeightsFile
    owner: str


def find_copies() -> list[WeightsCopy]:
    """Copies of YAMNet in the caches of TensorFlow Hub, Kaggle and Keras, each identity once.

    Published weights come first, else the order of the caches. Every one has been read whole;
    nothing in a cache is changed, and what is not YAMNet is passed over.
    """
    copies: dict[str, WeightsCopy] = {}
    for owner, path in _candidates():
        with suppress(WeightsError):
            file = inspect_weights(path)
            if file.model is None:  # a fine-tuned one is not YAMNet itself
                copies.setdefault(file.identity, WeightsCopy(file, owner))
    return sorted(copies.values(), key=lambda copy: not copy.file.known)


def _candidates() -> Iterator[tuple[str, Path]]:
    home = Path.home()
    hub = _named("TFHUB_CACHE_DIR", Path(tempfile.gettempdir()) / "tfhub_modules")
    for owner, folder in (
        ("TensorFlow Hub's cache", hub),
        ("Kaggle's cache", _named("KAGGLEHUB_CACHE", home / ".cache" / "kagglehub")),
        ("Keras's cache", _named("KERAS_HOME", home / ".keras")),
    ):
        with suppress(OSError):
            yield from ((owner, path) for path in saved_models_below(folder))
        for place in (folder, folder / "datasets", folder / "models"):
            yield from ((owner, path) for path in _files(place))


def _named(variable: str, otherwise: Path) -> Path:
    named = os.environ.get(variable)
    return Path(named).expanduser() if named else otherwise


def _files(folder: Path) -> list[Path]:
    """Files directly in a folder that call themselves YAMNet and have a size to be it."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, _MOST_FILES):
            name = entry.name.lower()
            with suppress(OSError):
                if (
                    "yamnet" in name
                    and name.endswith(_ENDINGS)
                    and entry.is_file()
                    and entry.stat().st_size <= LARGEST_FILE
                ):
                    found.append(folder / entry.name)
    return sorted(found)
