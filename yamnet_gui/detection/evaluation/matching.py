"""Event-based and segment-based counts (Mesaros, Heittola, Virtanen: Metrics for polyphonic sound
event detection, Applied Sciences 6(6), 2016)."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .counts import Counts
from .event_arrays import NO_SPANS, EventArrays, Pair

_SLACK = 1e-9  # seconds: times such as 0.3 are not exact in binary


def event_counts(pair: Pair, collar_s: float = 0.5, offset_share: float = 0.2) -> dict[str, Counts]:
    """Counts by label; an event is a hit where onset and offset are both near enough.

    The onset may be off by `collar_s`, the offset by the larger of it and `offset_share` of the
    reference length. Each event is paired at most once, so that the number of pairs is the largest
    possible.
    """
    return {
        label: Counts(
            len(matches(reference, estimated, collar_s, offset_share)[0]),
            len(estimated),
            len(reference),
        )
        for label, reference, estimated in _labels(pair)
    }


def matches(
    reference: EventArrays, estimated: EventArrays, collar_s: float, offset_share: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the paired events in `reference` and in `estimated`."""
    first = np.searchsorted(estimated.onset_s, reference.onset_s - collar_s - _SLACK, "left")
    last = np.searchsorted(estimated.onset_s, reference.onset_s + collar_s + _SLACK, "right")
    lengths = last - first
    rows = np.repeat(np.arange(len(reference)), lengths)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    columns = columns + np.repeat(first, lengths)
    allowed = np.maximum(collar_s, offset_share * (reference.offset_s - reference.onset_s))
    near = np.abs(reference.offset_s[rows] - estimated.offset_s[columns]) <= allowed[rows] + _SLACK
    rows, columns = rows[near], columns[near]
    if len(rows) == 0:
        return rows, columns
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    graph = csr_matrix(
        (np.ones(len(rows), np.int8), (rows, columns)), (len(reference), len(estimated))
    )
    partner = maximum_bipartite_matching(graph, perm_type="column")
    paired = np.flatnonzero(partner >= 0)
    return paired, partner[paired].astype(np.intp)


def segment_counts(pair: Pair, segment_s: float = 1.0) -> dict[str, Counts]:
    """Counts by label over segments of `segment_s`, active where an event touches them."""
    result = {}
    for label, reference, estimated in _labels(pair):
        ends = [pair.duration_s, *reference.offset_s, *estimated.offset_s]
        length = math.ceil(max(ends) / segment_s - _SLACK)
        reference_segments = active_segments(reference, length, segment_s)
        estimated_segments = active_segments(estimated, length, segment_s)
        result[label] = Counts(
            int((reference_segments & estimated_segments).sum()),
            int(estimated_segments.sum()),
            int(reference_segments.sum()),
        )
    return result


def active_segments(spans: EventArrays, count: int, segment_s: float) -> NDArray[np.bool_]:
    """Which of `count` segments an event touches."""
    first = np.floor(spans.onset_s / segment_s + _SLACK).astype(int).clip(0, count)
    last = np.ceil(spans.offset_s / segment_s - _SLACK).astype(int).clip(first, count)
    steps = np.zeros(count + 1, int)
    np.add.at(steps, first, 1)
    np.add.at(steps, last, -1)
    return np.cumsum(steps[:-1]) > 0


def _labels(pair: Pair) -> list[tuple[str, EventArrays, EventArrays]]:
    reference: Mapping[str, EventArrays] = pair.reference
    labels = sorted({*reference, *pair.estimated})
    return [(x, reference.get(x, NO_SPANS), pair.estimated.get(x, NO_SPANS)) for x in labels]
