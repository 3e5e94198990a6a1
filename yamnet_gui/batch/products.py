"""What is made of one analysis: labels, rows of tables, arrays."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.events import Event, EventList, LabelledRecording
from yamnet_gui.core.files import replacing
from yamnet_gui.core.scores import WINDOW_S, FrameGrid, ScoreTable
from yamnet_gui.detection import RuleSet, detect

from .analysis import Analysis
from .plan import printable
from .tables import TableRows


def best_classes(analysis: Analysis, names: Sequence[str], count: int) -> list[tuple[str, float]]:
    """The classes with the highest mean score over all frames (and channels), best first."""
    mean = np.mean([_means(analysis, table)[0] for table in analysis.tables], axis=0)
    order = np.argsort(-mean, kind="stable")[:count]
    return [(names[k], float(mean[k])) for k in order]


def labelled(
    analysis: Analysis,
    rules: RuleSet,
    class_map: ClassMap,
    classes: Sequence[int] = (),
    top: int | None = None,
) -> LabelledRecording:
    """The events of a recording under the rules, of these classes (none named: of all).

    With `top`, a class counts only where it is among so many highest of a frame.
    """
    events: list[Event] = []
    for table in analysis.tables:
        used = _only_top(table, top) if top is not None else table
        events += detect(used, rules, classes or None).iter_events(class_map)
    return LabelledRecording(
        analysis.recording, EventList.of(events), model_sha256=analysis.model_sha256
    )


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

    Start and end are those of the stretch that the frame was scored on.
    """
    file = printable(analysis.recording.path)
    for table in analysis.tables:
        starts, ends = window_bounds(table.grid)
        for chunk in analysis.chunks(table.channel):
            part = slice(chunk.first_frame, chunk.next_frame)
            values = chunk.scores if what == "scores" else chunk.embeddings
            yield TableRows(file, table.channel, starts[part], ends[part], values)


def window_bounds(grid: FrameGrid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end of what each frame analyses, within the analysed part; shapes (frames,)."""
    starts = grid.frame_starts()
    return starts, np.minimum(starts + WINDOW_S, max(grid.end_s, grid.start_s))


def write_arrays(path: Path, analysis: Analysis, names: Sequence[str], with_scores: bool) -> None:
    """One .npz: `embeddings`, `frame_start_s`, `frame_end_s`, `recording`, `model_sha256`, and with
    scores also `scores` and `class_names`. Where channels were analysed one by one, scores and
    embeddings have them as their first axis."""
    tables = analysis.tables
    starts, ends = window_bounds(tables[0].grid)
    embeddings = [analysis.embeddings(table.channel) for table in tables]
    arrays = {
        "embeddings": embeddings[0] if tables[0].channel is None else np.stack(embeddings),
        "frame_start_s": starts,
        "frame_end_s": ends,
        "recording": np.array(printable(analysis.recording.path)),
        "model_sha256": np.array(analysis.model_sha256),
    }
    if with_scores:
        scores = [table.scores for table in tables]
        arrays["scores"] = scores[0] if tables[0].channel is None else np.stack(scores)
        arrays["class_names"] = np.array(names)
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _means(
    analysis: Analysis, table: ScoreTable, with_embedding: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean and maximum score of each class and the mean embedding (empty if not wanted)."""
    total: NDArray[np.float64] | None = None
    for chunk in analysis.chunks(table.channel):
        summed = chunk.scores.sum(axis=0, dtype=np.float64)
        highest_here = chunk.scores.max(axis=0).astype(np.float64)
        embedded = np.zeros(0)
        if with_embedding:
            embedded = chunk.embeddings.sum(axis=0, dtype=np.float64)
        if total is None:
            total, highest, embedding = summed, highest_here, embedded
        else:
            total += summed
            highest = np.maximum(highest, highest_here)
            embedding = embedding + embedded
    if total is None:
        raise ValueError("an analysis without frames")
    return total / table.grid.count, highest, embedding / table.grid.count


def _only_top(table: ScoreTable, count: int) -> ScoreTable:
    """The table with 0 for every score that is not among the `count` highest of its frame."""
    kept = np.zeros_like(table.scores)
    for first in range(0, len(kept), 4096):
        block = table.scores[first : first + 4096]
        places = np.argpartition(-block, min(count, block.shape[1]) - 1, axis=1)[:, :count]
        np.put_along_axis(
            kept[first : first + 4096], places, np.take_along_axis(block, places, axis=1), axis=1
        )
    kept.flags.writeable = False
    return ScoreTable(table.grid, kept, table.channel)
