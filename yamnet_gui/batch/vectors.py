"""Vectors of recordings for other programs: per frame, per event or per recording."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.event_table import EventTable
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.scores import FrameGrid, ScoreTable

from .tables import embedding_columns, window_bounds

Per = Literal["frame", "event", "recording"]
Pool = Literal["mean", "max"]
PER: tuple[Per, ...] = ("frame", "event", "recording")
POOLS: tuple[Pool, ...] = ("mean", "max")
STATISTICS = ("mean", "std", "min", "median", "max", "active")
_ACTIVE = 0.5
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class VectorOptions:
    """What a row is about, and its columns.

    `pools` says how the frames of an event or a recording become one vector; both stand one after
    the other. `classes` are indices of classes whose scores over time are summed up: mean, standard
    deviation, least, median, highest, and the share of frames at or above 0.5; per frame it is the
    score itself.
    """

    per: Per = "recording"
    pools: tuple[Pool, ...] = ("mean",)
    classes: tuple[int, ...] = ()

    def columns(self, class_map: ClassMap, numbers: int = EMBEDDING_SIZE) -> list[str]:
        """Names of the values of a row."""
        if self.per == "frame":
            return embedding_columns(numbers) + [class_map[k].name for k in self.classes]
        plain = embedding_columns(numbers)
        vectors = [
            name if pool == "mean" else f"{name} (max)" for pool in self.pools for name in plain
        ]
        return vectors + [f"{class_map[k].name} ({s})" for k in self.classes for s in STATISTICS]


@dataclass(frozen=True)
class Vectors:
    """Rows of one recording and channel: `start_s`, `end_s` (n,), `values` float32 (n, columns),
    and, per event, `labels`."""

    channel: int | None
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    values: Floats
    labels: tuple[str, ...] = ()


def vectors_of(
    analysis: Analysis,
    options: VectorOptions,
    events: EventTable | None = None,
    class_map: ClassMap | None = None,
) -> Iterator[Vectors]:
    """The rows of an analysis in blocks, in bounded memory.

    Per event, `events` and their `class_map` are needed. Start and end are those of what a frame
    analyses, of the event, or of the analysed part.
    """
    for table in analysis.tables:
        if options.per == "frame":
            yield from _frames(analysis, table, options)
        elif options.per == "recording":
            whole = (table.grid.start_s, table.grid.end_s)
            yield Vectors(
                table.channel,
                np.array([whole[0]]),
                np.array([whole[1]]),
                _summary(analysis, table, options, 0, table.grid.count)[np.newaxis],
            )
        else:
            assert events is not None
            assert class_map is not None
            yield from _events(analysis, table, options, events, class_map)


def _frames(analysis: Analysis, table: ScoreTable, options: VectorOptions) -> Iterator[Vectors]:
    starts, ends = window_bounds(table.grid)
    chosen = list(options.classes)
    for first, block in analysis.embedding_blocks(table.channel):
        part = slice(first, first + len(block))
        values = np.concatenate([block, table.scores[part, chosen]], axis=1)
        yield Vectors(table.channel, starts[part], ends[part], values.astype(np.float32))


def _events(
    analysis: Analysis,
    table: ScoreTable,
    options: VectorOptions,
    events: EventTable,
    class_map: ClassMap,
) -> Iterator[Vectors]:
    for event in events.labelled(class_map).events:
        if event.channel == table.channel:
            first, last = frames_of(table.grid, event.onset_s, event.offset_s)
            yield Vectors(
                table.channel,
                np.array([event.onset_s]),
                np.array([event.offset_s]),
                _summary(analysis, table, options, first, last)[np.newaxis],
                (event.label,),
            )


def frames_of(grid: FrameGrid, start_s: float, end_s: float) -> tuple[int, int]:
    """First frame and the one behind the last whose centre tiles touch a span; at least one."""
    first = grid.frame_at(start_s)
    return first, max(first, grid.frame_at(max(start_s, end_s - 1e-9))) + 1


def _summary(
    analysis: Analysis, table: ScoreTable, options: VectorOptions, first: int, last: int
) -> Floats:
    """One row: pooled embedding and statistics of chosen classes over frames [first, last)."""
    embeddings = analysis.embeddings(table.channel)
    total = np.zeros(embeddings.shape[1])
    highest = np.full(embeddings.shape[1], -np.inf, np.float32)
    for begin in range(first, last, _BLOCK):
        block = embeddings[begin : min(begin + _BLOCK, last)]
        total += block.sum(axis=0, dtype=np.float64)
        np.maximum(highest, block.max(axis=0), out=highest)
    pooled = {"mean": total / (last - first), "max": highest}
    scores = np.asarray(table.scores[first:last, list(options.classes)], np.float64)
    return np.concatenate(
        [*(pooled[p] for p in options.pools), score_statistics(scores).ravel()]
    ).astype(np.float32)


_BLOCK = 4096


def score_statistics(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """`STATISTICS` of scores (frames, classes) over the frames, (classes, 6)."""
    if scores.shape[1] == 0:
        return np.zeros((0, len(STATISTICS)))
    return np.stack(
        [
            scores.mean(axis=0),
            scores.std(axis=0),
            scores.min(axis=0),
            np.median(scores, axis=0),
            scores.max(axis=0),
            (scores >= _ACTIVE).mean(axis=0),
        ],
        axis=1,
    )
