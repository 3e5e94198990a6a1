"""Find more like this in a dataset: the nearest cells are read from the disk, all else is not."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.stopping import check_stopped, inherited
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.threads import usable_cores

from .index_files import RunFile, index_folder, read_cells, read_list, read_run
from .reading import Dataset

Floats = NDArray[np.float32]
CELLS_READ = 48
_SEGMENTS_HELD = 262_144
"""So many lines about recordings, of some 150 bytes each, stay in memory from search to search."""
_LOOKED_AT = 8
"""So many times as many frames as results are looked at: neighbours in time make one result."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a run, and its cosine with the query but for the rounding of bytes."""

    run: str
    row: int
    cosine: float


@dataclass(frozen=True, slots=True)
class DatasetMatch:
    """A frame that resembles the query: its recording's id and file, channel (None: the mix), start
    in seconds, and cosine (some thousandths off, as the index holds bytes)."""

    recording: str
    file: str
    channel: int | None
    start_s: float
    cosine: float


class EmbeddingIndex:
    """The index of a dataset, opened: centres and bounds of cells are in memory, nothing else.

    Files that were added or replaced since it was made are not in it: see `unindexed`. Raises
    DatasetError where there is none or it is damaged.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        folder = index_folder(dataset.folder)
        listed = read_list(folder)
        if listed is None:
            check_searchable(dataset)
            raise DatasetError(dataset.folder, "has no index yet", "make it: dataset --index")
        self.recall = listed.recall
        self._segments: dict[str, NDArray[np.void]] = {}
        self._file_of: dict[str, str] = {}
        self._cells = read_cells(folder, listed.numbers)
        current = [
            run
            for run in listed.runs
            if all(_is_there(dataset, s.path, s.sha256) for s in run.slices)
        ]
        self._runs = {
            run.name: read_run(folder, run, len(self._cells), listed.numbers) for run in current
        }
        indexed = sum(run.rows for run in current)
        self.unindexed = dataset.manifest.rows("embeddings") - indexed
        """Rows of the dataset that a search does not find."""

    def search(
        self, direction: Floats, count: int = 100, *, apart_s: float = 1.0
    ) -> list[DatasetMatch]:
        """The best frames for a direction of length 1 (numbers,), best first; of those of one
        recording within `apart_s` seconds only the best. Raises DatasetError."""
        kept: list[tuple[str, int, float, float]] = []
        taken: dict[tuple[str, int], list[float]] = {}
        for place in self.places(direction, count * _LOOKED_AT):
            recording, channel, start_s = self._segment(place)
            near = taken.setdefault((recording, channel), [])
            if all(abs(start_s - other) > apart_s for other in near):
                near.append(start_s)
                kept.append((recording, channel, start_s, place.cosine))
            if len(kept) == count:
                break
        if sum(map(len, self._segments.values())) > _SEGMENTS_HELD:
            self._segments.clear()
        files = self._files({recording for recording, *_ in kept})
        return [
            DatasetMatch(r, files[r], None if c < 0 else c, s, cosine) for r, c, s, cosine in kept
        ]

    def places(self, direction: Floats, count: int) -> list[Place]:
        """The best rows, best first."""
        cells = self._cells.nearest_to(direction, CELLS_READ).tolist()

        @inherited
        def best_of(run: RunFile) -> tuple[str, NDArray[np.int32], Floats]:
            check_stopped()
            rows, near = _near(run, cells, direction)
            if len(near) > count:
                best = np.argpartition(-near, count)[:count]
                rows, near = rows[best], near[best]
            return run.run.name, rows, near

        with ThreadPoolExecutor(usable_cores(), thread_name_prefix="search") as pool:
            found = list(pool.map(best_of, self._runs.values()))
        names, rows, near = zip(*found, strict=True) if found else ((), (), ())
        if not names:
            return []
        run_of = np.repeat(np.arange(len(names)), [len(part) for part in rows])
        row, cosine = np.concatenate(rows), np.concatenate(near)
        if len(row) > count:  # before they are sorted, and become Python's numbers
            best = np.argpartition(-cosine, count - 1)[:count]
            run_of, row, cosine = run_of[best], row[best], cosine[best]
        best = np.lexsort((row, run_of, -cosine))
        return [
            Place(names[run], place, value)
            for run, place, value in zip(
                run_of[best].tolist(), row[best].tolist(), cosine[best].tolist(), strict=True
            )
        ]

    def _segment(self, place: Place) -> tuple[str, int, float]:
        """Recording, channel (-1: the mix) and start in seconds of a row."""
        segments = self._segments.get(place.run)
        if segments is None:
            segments = self._segments[place.run] = self._runs[place.run].segments()
        k = int(np.searchsorted(segments["row"], place.row, "right")) - 1
        row, recording, channel, _, start_s, hop_s = segments[k].item()
        return recording, channel, start_s + (place.row - row) * hop_s

    def _files(self, recordings: set[str]) -> dict[str, str]:
        if new := sorted(recordings - self._file_of.keys()):
            rows = self._dataset.ask(
                "SELECT recording, file FROM recordings WHERE recording IN (SELECT unnest(?))",
                [new],
            )
            self._file_of |= {str(recording): str(file) for recording, file in rows}
        return {recording: self._file_of.get(recording, recording) for recording in recordings}


def check_searchable(dataset: Dataset) -> None:
    """Raises DatasetError where the dataset cannot have an index."""
    if is_stored(dataset.folder):
        reason = "a search for similar sounds reads its index on this computer"
        raise DatasetError(dataset.folder, reason, "copy the dataset here, and name that folder")
    if not dataset.files["embeddings"]:
        raise DatasetError(dataset.folder, "has no embeddings", "analyze with --with-embeddings")


def _is_there(dataset: Dataset, path: str, sha256: str) -> bool:
    file = dataset.manifest.files.get(path)
    return file is not None and file.sha256 == sha256


def _near(
    run: RunFile, cells: Sequence[int], direction: Floats
) -> tuple[NDArray[np.int32], Floats]:
    """Rows of some cells, and their cosines with the direction."""
    from yamnet_gui.embedding.kernels import coarse_products

    rows, near = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    try:
        with run.codes.open("rb", buffering=0) as file:
            for cell in sorted(cells):
                at, size, count = run.span(cell)
                if not count:
                    continue
                file.seek(at)
                data = file.read(size)
                if len(data) != size:
                    raise DatasetError(run.codes, "is damaged", "make the index again")
                width = count * run.numbers
                codes = np.frombuffer(data, np.int8, width).reshape(count, run.numbers)
                steps = np.frombuffer(data[width : width + 4 * count], "<f4")
                near.append(coarse_products(codes, steps, direction))
                rows.append(np.frombuffer(data[width + 4 * count :], "<i4"))
    except OSError as error:
        reason = f"cannot be read ({error.strerror or os.strerror(error.errno or 0)})"
        raise DatasetError(run.codes, reason) from error
    return np.concatenate(rows), np.concatenate(near)
