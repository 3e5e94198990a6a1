"""A second look around events with shifted windows: a finer grid where it matters.

`spans_to_rescore` gives the spans; the caller runs the network there with a finer hop;
`densified` puts the frames into a table on the finer grid, which rules take like any other.
The running mean of the rules (`Rule.smoothing_s`) then averages the shifted windows.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.scores import PATCH_S, WINDOW_S, FrameGrid, ScoreTable
from yamnet_gui.core.spans import TimeSpan

from .hysteresis import detect
from .rules import Rule, RuleSet
from .sparse_scores import PreparedScores

FINE_HOP_S = 0.16
_NEARLY = 0.5  # share of `on` from which a finer look may lift a candidate above it


def spans_to_rescore(
    scores: ScoreTable | PreparedScores,
    rules: RuleSet,
    classes: Collection[int] | None = None,
    margin_s: float = PATCH_S,
) -> list[TimeSpan]:
    """Where events are or nearly are, with a margin, in order and apart from each other."""
    table = scores.table if isinstance(scores, PreparedScores) else scores
    nearly = replace(rules, default=_nearly(rules.default), classes={
        index: _nearly(rule) for index, rule in rules.classes.items()
    }, groups=tuple(replace(g, rule=_nearly(g.rule)) for g in rules.groups))  # fmt: skip
    detections = detect(scores, nearly, classes)
    if len(detections) == 0:
        return []
    order = np.argsort(detections.onset_s, kind="stable")
    start = np.maximum(detections.onset_s[order] - margin_s, table.grid.start_s)
    end = np.minimum(detections.offset_s[order] + margin_s, table.grid.end_s)
    reach = np.maximum.accumulate(end)
    begins = np.flatnonzero(np.append(True, start[1:] > reach[:-1]))
    ends = reach[np.append(begins[1:], len(start)) - 1]
    return [TimeSpan(a, b) for a, b in zip(start[begins].tolist(), ends.tolist(), strict=True)]


def fine_frames(table: ScoreTable, span: TimeSpan, hop_s: float = FINE_HOP_S) -> tuple[int, int]:
    """First and last frame (excluded) on the finer grid whose centre tile touches a span.

    Frame k begins at `table.grid.start_s` + k · hop_s.
    """
    grid = fine_grid(table.grid, hop_s)
    return grid.frame_at(span.start_s), min(grid.frame_at(span.end_s) + 1, grid.count)


def fine_grid(grid: FrameGrid, hop_s: float = FINE_HOP_S) -> FrameGrid:
    """The grid of an analysis of the same recording with another hop."""
    length = max(0.0, grid.end_s - grid.start_s - WINDOW_S)
    count = 1 + int(np.ceil(length / hop_s - 1e-6)) if grid.count else 0
    return FrameGrid(count, grid.end_s, grid.start_s, hop_s)


def densified(
    table: ScoreTable,
    pieces: Iterable[tuple[int, NDArray[np.float32]]],
    hop_s: float = FINE_HOP_S,
) -> ScoreTable:
    """The table on a finer grid: re-scored frames where there are, else the nearest old ones.

    `pieces` are pairs of a first frame on the finer grid and scores (n, classes). The table grows
    with the ratio of the hops.
    """
    grid = fine_grid(table.grid, hop_s)
    nearest = np.round(np.arange(grid.count) * hop_s / table.grid.hop_s).astype(int)
    scores = table.scores[np.minimum(nearest, max(table.grid.count - 1, 0))]
    for first, values in pieces:
        last = min(first + len(values), grid.count)
        scores[first:last] = values[: last - first]
    scores.flags.writeable = False
    return ScoreTable(grid, scores, table.channel)


def _nearly(rule: Rule) -> Rule:
    return rule if rule.on is None else replace(rule, on=rule.on * _NEARLY)
