"""The files of the index of a dataset's embeddings: `index/` in its folder.

    index.json         the runs: which rows of which files each covers, and the recall
    cells.npz          components and centres of the cells
    run-….codes        the rows of a run by cell: bytes, steps and row numbers of each cell together
    run-….npz          where cells begin, and which recording, channel and time rows are of

The index can be removed at any time, and made again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.own_files import check_own_folder

from .cells import Cells

INDEX = "index"
_LIST = "index.json"
_CELLS = "cells.npz"
_VERSION = 1
SEGMENT = np.dtype(
    [
        ("row", "<i4"), ("recording", "U32"), ("channel", "<i2"), ("frame", "<i4"),
        ("start_s", "<f8"), ("hop_s", "<f8"),
    ]
)  # fmt: skip
"""Frames that follow each other: the first one's row in the run, and what it is of."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows [first, first + rows) of a file of embeddings with this checksum."""

    path: str
    sha256: str
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that were ordered by cell together."""

    name: str
    slices: tuple[Slice, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.slices)


@dataclass(frozen=True, slots=True)
class IndexList:
    """`index.json`. `numbers` of an embedding; `planned` rows the cells were made for; `recall` of
    the best hundred, measured when they were (None: with too few rows to measure)."""

    numbers: int
    planned: int
    runs: tuple[Run, ...]
    recall: float | None


def index_folder(dataset: Path) -> Path:
    return dataset / INDEX


def read_list(folder: Path) -> IndexList | None:
    """None where there is no index. Raises DatasetError where it is damaged or a link."""
    try:
        check_own_folder(folder)
        values = parse_json((folder / _LIST).read_text(encoding="ascii"))
        if values["version"] != _VERSION:
            return None  # made again
        runs = tuple(_run(run) for run in values["runs"])
        recall = values["recall"]
        return IndexList(
            int(values["numbers"]),
            int(values["planned"]),
            runs,
            None if recall is None else float(recall),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(folder / _LIST, "is damaged", f"remove the folder {INDEX}") from error


def write_list(folder: Path, made: IndexList) -> None:
    """Raises OSError."""
    values = {
        "version": _VERSION,
        "numbers": made.numbers,
        "planned": made.planned,
        "recall": made.recall,
        "runs": [
            {"name": r.name, "slices": [[s.path, s.sha256, s.first, s.rows] for s in r.slices]}
            for r in made.runs
        ],
    }
    with replacing(folder / _LIST) as beside:
        beside.write_text(json.dumps(values) + "\n", encoding="ascii")


def _run(values: Mapping[str, Any]) -> Run:
    name = str(values["name"])
    if Path(name).name != name or not name.startswith("run-"):
        raise ValueError(name)
    slices = [
        Slice(str(p), str(c), int(first), int(rows)) for p, c, first, rows in values["slices"]
    ]
    return Run(name, tuple(slices))


def write_cells(folder: Path, cells: Cells) -> None:
    """Raises OSError."""
    with replacing(folder / _CELLS) as beside, beside.open("wb") as file:
        np.savez(file, components=cells.components, centres=cells.centres)


def read_cells(folder: Path, numbers: int) -> Cells:
    """Raises DatasetError."""
    components, centres = _arrays(folder / _CELLS, {"components": 2, "centres": 2})
    cells = Cells(components.astype(np.float32), centres.astype(np.float32))
    shapes = cells.components.shape, cells.centres.shape
    if shapes != ((numbers, shapes[1][-1]), (len(cells), shapes[1][-1])):
        raise _damaged(folder / _CELLS)
    return cells


def write_run(
    folder: Path,
    name: str,
    codes: NDArray[np.int8],
    steps: NDArray[np.float32],
    cells: NDArray[np.int32],
    count: int,
    segments: NDArray[np.void],
) -> None:
    """Writes rows by cell. `codes` int8 (n, numbers), `steps` and `cells` (n,); raises OSError."""
    order = np.argsort(cells, kind="stable").astype("<i4")
    bounds = np.searchsorted(cells[order], np.arange(count + 1)).astype("<i4")
    with replacing(folder / f"{name}.codes") as beside, beside.open("wb") as file:
        for cell in np.flatnonzero(np.diff(bounds)).tolist():
            rows = order[bounds[cell] : bounds[cell + 1]]
            file.write(codes[rows].data)
            file.write(steps[rows].astype("<f4").data)
            file.write(rows.data)
    with replacing(folder / f"{name}.npz") as beside, beside.open("wb") as file:
        np.savez(file, bounds=bounds, segments=segments)


def read_run(folder: Path, run: Run, cells: int, numbers: int) -> "RunFile":
    """Raises DatasetError where its files do not fit what is listed."""
    path = folder / f"{run.name}.npz"
    codes = folder / f"{run.name}.codes"
    (bounds,) = _arrays(path, {"bounds": 1})
    bounds = bounds.astype(np.int64)
    try:
        fits = (
            bounds.shape == (cells + 1,)
            and bounds[0] == 0
            and bounds[-1] == run.rows
            and bool((np.diff(bounds) >= 0).all())
            and codes.stat().st_size == run.rows * (numbers + 8)
        )
    except OSError as error:
        raise _damaged(codes) from error
    if not fits:
        raise _damaged(path)
    return RunFile(run, codes, path, bounds, numbers)


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run to be searched."""

    run: Run
    codes: Path
    path: Path
    bounds: NDArray[np.int64]
    numbers: int

    def span(self, cell: int) -> tuple[int, int, int]:
        """Where the rows of a cell begin in the file, how many bytes and how many rows they are."""
        first, last = int(self.bounds[cell]), int(self.bounds[cell + 1])
        width = self.numbers + 8
        return first * width, (last - first) * width, last - first

    def segments(self) -> NDArray[np.void]:
        """Of type `SEGMENT`, by row. Raises DatasetError."""
        (found,) = _arrays(self.path, {"segments": 1})
        if found.dtype != SEGMENT or not len(found) or found["row"][0] != 0:
            raise _damaged(self.path)
        return found


def _arrays(path: Path, names: Mapping[str, int]) -> list[NDArray[Any]]:
    """Arrays of numbers of an .npz, which have so many dimensions. Raises DatasetError."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            found = [stored[name] for name in names]
    except Exception as error:  # of zipfile, zlib, tokenize and NumPy
        raise _damaged(path) from error
    for array, dimensions in zip(found, names.values(), strict=True):
        if array.ndim != dimensions or array.dtype.kind not in "iufV":
            raise _damaged(path)
    return found


def _damaged(path: Path) -> DatasetError:
    return DatasetError(path, "is damaged", f"remove the folder {INDEX} and make the index again")
