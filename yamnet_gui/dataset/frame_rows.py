"""Scores and embeddings of frames as rows of a dataset."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from yamnet_gui.analysis.result import Analysis

from .libraries import import_pyarrow


def embedding_batches(key: str, analysis: Analysis, columns: Any) -> Iterator[Any]:
    """A row for each frame, its embedding in half precision."""
    pa = import_pyarrow()
    for table in analysis.tables:
        starts = table.grid.frame_starts()
        for first, block in analysis.embedding_blocks(table.channel):
            frames = np.arange(first, first + len(block))
            halves = pa.array(block.astype(np.float16).reshape(-1))
            vectors = pa.FixedSizeListArray.from_arrays(halves, block.shape[1])
            yield _batch(key, table.channel, frames, starts[frames], columns, vectors)


def score_batches(
    key: str, analysis: Analysis, columns: Any, floor: float | None, names: Sequence[str]
) -> Iterator[Any]:
    """A row for each score at or above the floor, or (None) one for each frame with all scores."""
    pa = import_pyarrow()
    for table in analysis.tables:
        starts = table.grid.frame_starts()
        for first, block in analysis.score_blocks(table.channel):
            if floor is None:
                frames = np.arange(first, first + len(block))
                flat = pa.array(np.ascontiguousarray(block, np.float32).reshape(-1))
                scores = pa.FixedSizeListArray.from_arrays(flat, block.shape[1])
                yield _batch(key, table.channel, frames, starts[frames], columns, scores)
                continue
            row, index = np.nonzero(block >= floor)
            labels = pa.DictionaryArray.from_arrays(index.astype(np.int32), list(names))
            yield _batch(
                key, table.channel, row + first, starts[row + first], columns,
                index.astype(np.int16), labels, block[row, index].astype(np.float32),
            )  # fmt: skip


def _batch(
    key: str, channel: int | None, frames: Any, starts: Any, columns: Any, *values: Any
) -> Any:
    """`values` are the columns behind those that both tables of frames begin with."""
    pa = import_pyarrow()
    count = len(frames)
    recording = pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [key])
    channels = pa.array([channel], pa.int16()).take(pa.array(np.zeros(count, np.int32)))
    parts = [recording, channels, frames.astype(np.int32), starts, *values]
    arrays = [
        part if isinstance(part, pa.Array) else pa.array(part, field.type)
        for part, field in zip(parts, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=columns)
