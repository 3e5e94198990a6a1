"""Training that was interrupted goes on: its state after the last whole pass, in one file."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.yamnet import EpochFigures
from yamnet_gui.yamnet.weights_hdf5 import is_plain

State = dict[str, NDArray[Any]]
SUFFIX = ".training"
"""Behind the name of the model file."""
_FORMAT = "yamnet-gui fine-tuning 1"
_LARGEST = 2**30


@dataclass(frozen=True)
class Checkpoint:
    """After `epoch` passes: the state, the best one so far, of pass `best_epoch`, and the curves.

    `key` stands for everything that the training depends on.
    """

    key: str
    epoch: int
    best_epoch: int
    curves: tuple[EpochFigures, ...]
    state: State
    best: State


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Writes it beside and renames it. Raises SettingsError where that fails."""
    import json

    import h5py

    about = {
        "format": _FORMAT,
        "key": checkpoint.key,
        "epoch": checkpoint.epoch,
        "best_epoch": checkpoint.best_epoch,
        "curves": [
            [c.epoch, c.loss, c.held_out_loss, c.f1, c.learning_rate] for c in checkpoint.curves
        ],
    }
    try:
        with replacing(path) as beside:
            content = io.BytesIO()
            with h5py.File(content, "w") as file:
                file.create_dataset("about", data=np.frombuffer(json.dumps(about).encode(), "u1"))
                for group, state in (("state", checkpoint.state), ("best", checkpoint.best)):
                    for name, values in state.items():
                        file.create_dataset(f"{group}/{name}", data=values)
            beside.write_bytes(content.getbuffer())  # a full disk is an OSError here, no more
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise SettingsError(
            path, reason, "make room on the disk; training goes on from here"
        ) from error


def read_checkpoint(path: Path, key: str, shapes: dict[str, tuple[int, ...]]) -> Checkpoint | None:
    """The checkpoint, where there is one of the same training; None else.

    Raises SettingsError where the file is not a checkpoint of this program, which is left alone.
    """
    import h5py

    try:
        if not path.is_file() or path.is_symlink():
            if path.exists() or path.is_symlink():
                raise ValueError("it is no file")
            return None
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        with h5py.File(io.BytesIO(path.read_bytes()), "r") as file:
            about = parse_json(_plain(file, "about").tobytes())
            if not isinstance(about, dict) or about.get("format") != _FORMAT:
                raise ValueError("it is something else")
            if about.get("key") != key:
                return None
            states = [
                {
                    name: _checked(_plain(file, f"{group}/{name}"), shape)
                    for name, shape in shapes.items()
                }
                for group in ("state", "best")
            ]
            curves = tuple(
                EpochFigures(int(row[0]), *map(float, row[1:])) for row in about["curves"]
            )
            epoch, best = int(about["epoch"]), int(about["best_epoch"])
            return Checkpoint(key, epoch, best, curves, states[0], states[1])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        reason = f"is not a checkpoint of this program and is left as it is ({error})"
        raise SettingsError(path, reason, "move it away or choose another output file") from error


def _plain(file: Any, name: str) -> NDArray[Any]:
    import h5py

    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is missing")
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.size > _LARGEST // 4:
        raise ValueError(f"{name} is no array")
    if not is_plain(dataset):
        raise ValueError(f"{name} is not stored as plain values")
    return np.asarray(dataset[()])


def _checked(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if values.shape != shape or values.dtype.kind not in "fi":
        raise ValueError("an array has another shape or type")
    return values
