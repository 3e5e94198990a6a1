"""Makes the index of a dataset's embeddings, or brings it up to date, in bounded memory.

Everything is read once. Rows are indexed in runs, each of whole files or of a part of one very long
file, so that what was added later needs only runs of its own.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.own_files import check_own_folder
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.embedding.coarse import coarse_vectors

from .cells import Cells, cell_count, make_cells
from .index_files import (
    SEGMENT,
    IndexList,
    Run,
    Slice,
    index_folder,
    read_cells,
    read_list,
    write_cells,
    write_list,
    write_run,
)
from .libraries import import_pyarrow
from .reading import Dataset
from .search import EmbeddingIndex, check_searchable

Floats = NDArray[np.float32]
RUN_ROWS = 262_144
_SAMPLE_ROWS = 131_072
_GROWN = 8
"""From so many times as many rows on, other cells are worth making all runs again."""
_QUERIES = 20
_BEST = 100
_MIX = -1
_ROW_BITS = 32


_LOCK = ".lock"


def build_index(dataset: Dataset) -> Iterator[float]:
    """Indexes what is not indexed yet; yields how much of it is done, 0 to 1.

    Raises DatasetError where the dataset has no embeddings, cannot be read or written, or is being
    indexed by somebody else.
    """
    folder = index_folder(dataset.folder)
    check_searchable(dataset)
    try:
        check_own_folder(folder)
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / _LOCK)
        if not lock.acquire():
            raise DatasetError(folder, "is being written by another program", "wait for it")
        try:
            yield from _build(dataset, folder)
        finally:
            lock.release()
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise DatasetError(folder, reason) from error


def _build(dataset: Dataset, folder: Path) -> Iterator[float]:
    total = dataset.manifest.rows("embeddings")
    listed = read_list(folder)
    if listed is not None and total < _GROWN * listed.planned:
        cells = read_cells(folder, listed.numbers)
        kept = [run for run in listed.runs if _is_current(dataset, run)]
        recall, planned, check = listed.recall, listed.planned, None
    else:
        sample = _sample(dataset)
        cells = make_cells(sample, cell_count(total))
        recall, planned, kept = None, total, []
        check = _Check(sample, total)
        del sample  # a quarter of a gigabyte, which nothing needs any more
        write_cells(folder, cells)
    numbers = cells.components.shape[0]
    covered = {part.path for run in kept for part in run.slices}
    plan = list(_plan(dataset, covered))
    runs, done, wanted = list(kept), 0, sum(run.rows for run in plan)
    for run in plan:
        _index(dataset, folder, run, cells, check)
        runs.append(run)
        write_list(folder, IndexList(numbers, planned, tuple(runs), recall))
        done += run.rows
        yield done / wanted
    write_list(folder, IndexList(numbers, planned, tuple(runs), recall))
    _remove_others(folder, runs)
    if check is not None and (measured := check.recall(EmbeddingIndex(dataset))) is not None:
        write_list(folder, IndexList(numbers, planned, tuple(runs), measured))


def _is_current(dataset: Dataset, run: Run) -> bool:
    files = dataset.manifest.files
    return all(s.path in files and files[s.path].sha256 == s.sha256 for s in run.slices)


def _plan(dataset: Dataset, covered: set[str]) -> Iterator[Run]:
    """Runs of the files that are not covered."""
    waiting: list[Slice] = []
    for path in dataset.files["embeddings"]:
        if path in covered:
            continue
        file = dataset.manifest.files[path]
        if file.rows > RUN_ROWS:
            for first in range(0, file.rows, RUN_ROWS):
                rows = min(RUN_ROWS, file.rows - first)
                yield _named([Slice(path, file.sha256, first, rows)])
            continue
        if waiting and sum(s.rows for s in waiting) + file.rows > RUN_ROWS:
            yield _named(waiting)
            waiting = []
        waiting.append(Slice(path, file.sha256, 0, file.rows))
    if waiting:
        yield _named(waiting)


def _named(slices: Sequence[Slice]) -> Run:
    text = "\n".join(f"{s.sha256} {s.first} {s.rows}" for s in slices)
    return Run(f"run-{hashlib.sha256(text.encode()).hexdigest()[:16]}", tuple(slices))


def _index(dataset: Dataset, folder: Path, run: Run, cells: Cells, check: "_Check | None") -> None:
    numbers = cells.components.shape[0]
    codes = np.empty((run.rows, numbers), np.int8)
    steps, of = np.empty(run.rows, np.float32), np.empty(run.rows, np.int32)
    segments, at = _Segments(), 0
    for part in run.slices:
        for batch in _batches(dataset.folder / part.path, part):
            check_stopped()
            vectors = _vectors(batch, numbers)
            lengths = np.linalg.norm(vectors, axis=1)
            scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            coarse = coarse_vectors(vectors, scales)
            rows = slice(at, at + len(vectors))
            units = vectors * scales[:, np.newaxis]
            codes[rows], steps[rows], of[rows] = coarse.codes, coarse.steps, cells.of(units)
            segments.add(batch, at)
            if check is not None:
                check.see(run.name, at, units)
            at += len(vectors)
    if at != run.rows:
        raise DatasetError(dataset.folder, "changed while it was read", "try again")
    write_run(folder, run.name, codes, steps, of, len(cells), segments.array())


def _batches(path: Path, part: Slice) -> Iterator[Any]:
    """Record batches of a slice. Raises DatasetError."""
    pa = import_pyarrow()
    try:
        with pa.parquet.ParquetFile(path) as file:
            begin = 0
            for k in range(file.num_row_groups):
                rows = file.metadata.row_group(k).num_rows
                first, last = max(part.first, begin), min(part.first + part.rows, begin + rows)
                if first < last:
                    table = file.read_row_group(k)
                    yield from table.slice(first - begin, last - first).to_batches()
                begin += rows
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(path, "is damaged", "dataset --check lists what is") from error


def _vectors(batch: Any, numbers: int) -> Floats:
    column = batch.column("embedding")
    flat: NDArray[np.float16] = column.flatten().to_numpy(zero_copy_only=False)
    if len(flat) != batch.num_rows * numbers:
        raise DatasetError("embeddings", f"are not all of {numbers} numbers")
    return flat.reshape(-1, numbers).astype(np.float32)


def _sample(dataset: Dataset) -> NDArray[np.float16]:
    """Directions of rows from all over the dataset, (n, numbers)."""
    pa = import_pyarrow()
    groups = []
    for path in dataset.files["embeddings"]:
        begin = 0
        meta = pa.parquet.read_metadata(dataset.folder / path)
        for k in range(meta.num_row_groups):
            rows = meta.row_group(k).num_rows
            groups.append(Slice(path, "", begin, rows))
            begin += rows
    random = np.random.default_rng(0)
    most = min(len(groups), 64)
    chosen = sorted(random.choice(len(groups), most, replace=False).tolist())
    rows = sum(groups[k].rows for k in chosen)
    share = min(1.0, _SAMPLE_ROWS / max(1, rows))
    sample, filled = np.empty((0, 0), np.float16), 0
    for k in chosen:
        for batch in _batches(dataset.folder / groups[k].path, groups[k]):
            numbers = len(batch.column("embedding").flatten()) // max(1, batch.num_rows)
            if not filled:  # all at once: parts that are joined would be in memory twice
                sample = np.empty((rows, numbers), np.float16)
            vectors = _vectors(batch, sample.shape[1])
            vectors = vectors[random.random(len(vectors)) < share]
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            end = filled + len(vectors)
            sample[filled:end] = vectors / np.maximum(lengths, 1e-9)
            filled = end
    return sample[:filled]


class _Segments:
    """Gathers which rows follow each other in one recording and channel."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._next: tuple[Any, ...] | None = None

    def add(self, batch: Any, at: int) -> None:
        names = batch.column("recording")
        recordings = np.asarray(names.dictionary.to_pylist(), "U32")[names.indices.to_numpy()]
        channels = batch.column("channel").fill_null(_MIX).to_numpy(zero_copy_only=False)
        frames = batch.column("frame").to_numpy()
        starts = batch.column("start_s").to_numpy()
        new = np.ones(len(frames), bool)
        new[1:] = (
            (recordings[1:] != recordings[:-1])
            | (channels[1:] != channels[:-1])
            | (frames[1:] != frames[:-1] + 1)
        )
        if self._next == (recordings[0], channels[0], frames[0]):
            new[0] = False
        for k in np.flatnonzero(new).tolist():
            follows = k + 1 < len(frames) and not new[k + 1]
            hop_s = starts[k + 1] - starts[k] if follows else 0.0
            self._rows.append((at + k, recordings[k], channels[k], frames[k], starts[k], hop_s))
        self._next = (recordings[-1], channels[-1], frames[-1] + 1)

    def array(self) -> NDArray[np.void]:
        return np.array(self._rows, SEGMENT)


class _Check:
    """Exact best rows for some frames of the sample, found while everything is read anyway."""

    def __init__(self, sample: NDArray[np.float16], total: int) -> None:
        random = np.random.default_rng(1)
        places = random.choice(len(sample), min(_QUERIES, len(sample)), replace=False)
        self._queries = sample[places].astype(np.float32)
        self._runs: list[str] = []
        empty = np.empty(0, np.float32), np.empty(0, np.int64)
        self._best = [empty for _ in places]  # cosines, and run number and row in one number
        self._enough = total >= 10 * _BEST

    def see(self, run: str, first: int, units: Floats) -> None:
        if run not in self._runs:
            self._runs.append(run)
        first += (len(self._runs) - 1) << _ROW_BITS
        near = self._queries @ units.T
        for k, (values, rows) in enumerate(self._best):
            least = values[-1] if len(values) == _BEST else -2.0
            better = np.flatnonzero(near[k] > least)
            if not len(better):
                continue
            values = np.concatenate([values, near[k][better]])
            order = np.argsort(-values, kind="stable")[:_BEST]
            self._best[k] = values[order], np.concatenate([rows, first + better])[order]

    def recall(self, index: EmbeddingIndex) -> float | None:
        """The share of the exact best hundred that the index gives; None for few rows."""
        if not self._enough:
            return None
        shares = []
        for query, (_, rows) in zip(self._queries, self._best, strict=True):
            number = {name: k << _ROW_BITS for k, name in enumerate(self._runs)}
            found = {number[p.run] + p.row for p in index.places(query, _BEST)}
            shares.append(len(found.intersection(rows.tolist())) / _BEST)
        return float(np.mean(shares))


def _remove_others(folder: Path, runs: Sequence[Run]) -> None:
    names = {run.name for run in runs}
    for path in folder.glob("run-*"):
        if path.suffix in (".codes", ".npz") and path.stem not in names:
            path.unlink(missing_ok=True)
