"""What is written of one analysis besides its events: rows of tables, arrays."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.result import Analysis
from yamnet_gui.core.files import replacing
from yamnet_gui.core.scores import WINDOW_S, FrameGrid, ScoreTable
from yamnet_gui.core.text import printable

from .table_files import TableRows


def best_classes(analysis: Analysis, names: Sequence[str], count: int) -> list[tuple[str, float]]:
    """The classes with the highest mean score over all frames (and channels), best first."""
    mean = np.mean([_means(analysis, table)[0] for table in analysis.tables], axis=0)
    order = np.argsort(-mean, kind="stable")[:count]
    return [(names[k], float(mean[k])) for k in order]


def score_columns(names: Sequence[str]) -> list[str]:
    return list(names)


def embedding_columns(count: int) -> list[str]:
    return [f"e{k:04d}" for k in range(count)]


def clip_columns(names: Sequence[str], embedding: int = 0) -> list[str]:
    """Names of the values of `clip_rows`."""
    means, highest = [f"{n} (mean)" for n in names], [f"{n} (max)" for n in names]
    return means + highest + embedding_columns(embedding)


def clip_rows(analysis: Analysis, with_embedding: bool) -> Iterator[TableRows]:
    """One row per table: mean and maximum of each class, and the mean embedding if wanted."""
    for table in analysis.tables:
        mean, highest, embedding = _means(analysis, table, with_embedding)
        values = np.concatenate([mean, highest, embedding])[np.newaxis].astype(np.float32)
        start, end = np.array([table.grid.start_s]), np.array([table.grid.end_s])
        yield TableRows(printable(analysis.recording.path), table.channel, start, end, values)


def frame_rows(analysis: Analysis, what: str) -> Iterator[TableRows]:
    """One row per frame with its `scores` or `embeddings`, in blocks.

    Start and end are those of the segment that the frame was scored on.
    """
    file = printable(analysis.recording.path)
    read = analysis.score_blocks if what == "scores" else analysis.embedding_blocks
    for table in analysis.tables:
        starts, ends = window_bounds(table.grid)
        for first, values in read(table.channel):
            part = slice(first, first + len(values))
            yield TableRows(file, table.channel, starts[part], ends[part], values)


def window_bounds(grid: FrameGrid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end of what each frame analyses, within the analysed part; shapes (frames,)."""
    starts = grid.frame_starts()
    return starts, np.minimum(starts + WINDOW_S, max(grid.end_s, grid.start_s))


def write_arrays(path: Path, analysis: Analysis, names: Sequence[str], with_scores: bool) -> None:
    """One .npz: `embeddings`, `frame_start_s`, `frame_end_s`, `recording`, `model_sha256`,
    `runtime`, and with scores also `scores` and `class_names`. Where channels were analysed one by
    one, scores and embeddings have them as their first axis."""
    starts, ends = window_bounds(analysis.tables[0].grid)
    small = {
        "frame_start_s": starts,
        "frame_end_s": ends,
        "recording": np.array(printable(analysis.recording.path)),
        "model_sha256": np.array(analysis.model_sha256),
        "runtime": np.array(analysis.runtime),
    }
    with (
        replacing(path) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED, allowZip64=True) as file,
    ):
        _write_blocks(file, "embeddings", analysis, analysis.embedding_blocks)
        if with_scores:
            _write_blocks(file, "scores", analysis, analysis.score_blocks)
            small["class_names"] = np.array(names)
        for name, array in small.items():
            with file.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _write_blocks(
    file: zipfile.ZipFile,
    name: str,
    analysis: Analysis,
    read: Callable[[int | None], Iterator[tuple[int, NDArray[np.float32]]]],
) -> None:
    """One array of the .npz, written block by block, so that memory stays bounded."""
    tables = analysis.tables
    counts = {table.grid.count for table in tables}
    if len(counts) > 1:
        raise ValueError("channels of different lengths do not make one array")
    with file.open(f"{name}.npy", "w", force_zip64=True) as entry:
        for k, table in enumerate(tables):
            for first, block in read(table.channel):
                if k == first == 0:
                    shape: tuple[int, ...] = (table.grid.count, block.shape[1])
                    if table.channel is not None:
                        shape = (len(tables), *shape)
                    head = {"shape": shape, "fortran_order": False, "descr": "<f4"}
                    np.lib.format.write_array_header_2_0(entry, head)
                entry.write(np.ascontiguousarray(block, "<f4").data)


def _means(
    analysis: Analysis, table: ScoreTable, with_embedding: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean and maximum score of each class and the mean embedding (empty if not wanted)."""
    total = highest = embedding = np.zeros(0)
    for first, scores in analysis.score_blocks(table.channel):
        summed = scores.sum(axis=0, dtype=np.float64)
        highest_here = scores.max(axis=0).astype(np.float64)
        total = total + summed if first else summed
        highest = np.maximum(highest, highest_here) if first else highest_here
    if with_embedding:
        for first, block in analysis.embedding_blocks(table.channel):
            embedded = block.sum(axis=0, dtype=np.float64)
            embedding = embedding + embedded if first else embedded
    if table.grid.count == 0:
        raise ValueError("an analysis without frames")
    return total / table.grid.count, highest, embedding / table.grid.count
