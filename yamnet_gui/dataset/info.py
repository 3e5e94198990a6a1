"""`dataset.json`: what the rows of a dataset were made with, and the mark of its folder."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.files import is_file, is_folder, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.own_files import check_own, check_own_folder
from yamnet_gui.core.storage.errors import StorageError
from yamnet_gui.core.storage.files import open_for_reading

from .layout import PARTITIONS, Frames, Partition

MARK = "dataset.json"
_VERSION = 1
_FORMAT = "yamnet_gui dataset"
_ADVICE = "name another folder"


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What all rows have in common: two runs write into one folder only where this is equal.

    `settings` and `rules` are JSON as `AnalysisSettings.to_json` and `rules_to_json` give it, with
    what else decides on events in `events`. `classes`: name and AudioSet id of each, by index.
    """

    model_sha256: str
    model_name: str
    settings: dict[str, Any]
    rules: dict[str, Any] | None
    events: dict[str, Any]
    classes: tuple[tuple[str, str], ...]
    frames: Frames = None
    embeddings: bool = False
    partition: Partition = "day"

    def to_json(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "model": {"sha256": self.model_sha256, "name": self.model_name},
            "settings": self.settings,
            "rules": self.rules,
            "events": self.events,
            "frames": self.frames,
            "embeddings": self.embeddings,
            "partition": self.partition,
            "classes": [{"name": name, "mid": mid} for name, mid in self.classes],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "DatasetInfo":
        """Raises KeyError, TypeError or ValueError where they are no such thing."""
        if values["format"] != _FORMAT or values["partition"] not in PARTITIONS:
            raise ValueError("another format")
        frames = values["frames"]
        return cls(
            str(values["model"]["sha256"]),
            str(values["model"]["name"]),
            dict(values["settings"]),
            values["rules"],
            dict(values["events"]),
            tuple((str(c["name"]), str(c["mid"])) for c in values["classes"]),
            frames if frames is None or frames == "all" else float(frames),
            bool(values["embeddings"]),
            values["partition"],
        )

    def save(self, folder: Path) -> None:
        """Marks the folder. Raises OSError."""
        with replacing(folder / MARK) as beside:
            beside.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="ascii")


def is_dataset(folder: Path) -> bool:
    """Whether this is a folder that is marked as a dataset."""
    return is_folder(folder) and is_file(folder / MARK)


def read_info(folder: Path) -> DatasetInfo:
    """Raises DatasetError where the folder is no dataset, or one of a later version."""
    try:
        with open_for_reading(folder / MARK) as file:
            values = parse_json(file.read().decode("utf-8"))
        if values["version"] != _VERSION:
            raise DatasetError(
                folder, f"is a dataset of version {values['version']}", "use a later yamnet_gui"
            )
        return DatasetInfo.from_json(values)
    except (FileNotFoundError, NotADirectoryError):
        there = is_folder(folder)
        reason = "is not a dataset folder (it has no dataset.json)" if there else "is not there"
        raise DatasetError(folder, reason) from None
    except StorageError as error:
        raise DatasetError(folder, str(error.strerror), error.advice) from error
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
        raise DatasetError(folder / MARK, reason) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(folder / MARK, "is not that of a dataset of this program") from error


def check_folder(folder: Path, info: DatasetInfo | None = None) -> None:
    """Raises DatasetError where a dataset (of this `info`) may not be written to `folder`.

    It may where nothing is there, in an empty folder, and where our own is.
    """
    try:
        check_own_folder(folder)
        check_own([folder / MARK])
        if is_dataset(folder):
            if info is not None:
                _check_same(folder, read_info(folder), info)
        elif os.path.lexists(folder) and any(folder.iterdir()):
            raise DatasetError(folder, "holds other files and is not a dataset", _ADVICE)
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise DatasetError(folder, reason) from error


def _check_same(folder: Path, old: DatasetInfo, new: DatasetInfo) -> None:
    """A dataset is of one model and one set of rules, so that its rows can be counted together."""
    differing = {
        "of another model": (old.model_sha256, new.model_sha256),
        "with other settings of the analysis": (old.settings, new.settings),
        "with other rules": ((old.rules, old.events), (new.rules, new.events)),
        "with other classes": (old.classes, new.classes),
        f"partitioned by {old.partition}": (old.partition, new.partition),
        "with other scores of frames": (old.frames, new.frames),
        f"{'with' if old.embeddings else 'without'} embeddings": (old.embeddings, new.embeddings),
    }
    for words, (before, now) in differing.items():
        if json.dumps(before, sort_keys=True) != json.dumps(now, sort_keys=True):
            raise DatasetError(folder, f"was written {words}", _ADVICE)
