"""Scores to detections: two thresholds, or the boxes of `sebb`; then what both share.

Frames at or above `off` form runs; runs of a class with at most `merge_gap_s` between them are one
candidate; a candidate longer than `longest_s` is cut into equal parts. None of this depends on
`on`, which only selects: a candidate becomes a detection where its highest score reaches `on`.
So raising `on` never adds, moves or splits a detection (`off` and the rest staying as they are),
and lowering it never removes one. Padding and cooldown keep that: cooldown keeps the strongest of
detections that are too near, and a candidate below `on` is weaker than every one that stays.

Refined edges do not depend on `on` either: a sound that still goes on at the end of its segment is
followed at most half way to the next candidate, whether that becomes a detection or not.

Boxes take the place of runs where the rules select them: those whose confidence is below
`off` count as silence, gaps up to `merge_gap_s` are merged, and `on` selects. They
are not cut to a length.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import EventList
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.stopping import check_stopped

from .detections import Detections, gathered, no_detections
from .envelope import Envelope
from .refine import WITHOUT_SOUND, middles, refine_edges
from .rules import ResolvedRule, RuleSet
from .sparse_scores import PreparedScores, SparseScores

TILE_UNCERTAINTY_S = 1.0
"""How far an edge on the border of a tile may be off: 90 % of the errors on labelled scenes were
smaller, at the published hop as well as at finer ones."""
_SLACK = 1e-6  # seconds; frame times are sums of floats


def detect(
    scores: ScoreTable | PreparedScores,
    rules: RuleSet,
    classes: Collection[int] | None = None,
    envelope: Envelope | None = None,
) -> Detections:
    """Detections of these classes (None: all) under the rules.

    With the recording's envelope edges are refined where the rules ask for it; shortest length,
    cooldown and padding then hold for the refined events.
    """
    check_stopped()
    prepared = scores if isinstance(scores, PreparedScores) else PreparedScores(scores)
    asked = range(prepared.class_count) if classes is None else sorted(set(classes))
    resolved = [rules.resolved(c) for c in asked]
    # A class that never reaches its threshold needs no further look.
    thresholds = np.array([rule.on for rule in resolved], np.float32)
    reached = prepared.highest[np.array(asked, np.int64)] >= thresholds
    enabled = {
        c: rule
        for c, rule, hit in zip(asked, resolved, reached, strict=True)
        if hit and rule.enabled
    }
    values = _Values(prepared.class_count, enabled)
    groups: dict[int, list[int]] = {}
    boxed: list[int] = []
    for c, rule in enabled.items():
        if rule.method == "boxes":
            boxed.append(c)
        else:
            groups.setdefault(prepared.smoothing_frames(rule.smoothing_s), []).append(c)
    parts = [
        _detect_group(prepared, frames, members, values, rules.rules_id, envelope)
        for frames, members in groups.items()
    ]
    if boxed:
        parts.append(_detect_boxes(prepared, boxed, values, rules.rules_id, envelope))
    return gathered(parts, no_detections(prepared.table, rules.rules_id))


def derive_events(
    scores: ScoreTable | PreparedScores,
    rules: RuleSet,
    class_map: ClassMap,
    classes: Collection[int] | None = None,
    envelope: Envelope | None = None,
) -> EventList:
    """Events of these classes (None: all) under the rules, sorted by onset."""
    return detect(scores, rules, classes, envelope).to_events(class_map)


def _detect_group(
    prepared: PreparedScores,
    smoothing_frames: int,
    members: list[int],
    per_class: "_Values",
    rules_id: str,
    envelope: Envelope | None,
) -> Detections:
    wanted = np.array(members, np.int64)
    floor = float(per_class.off[wanted].min())
    everything = len(members) == prepared.class_count
    sparse = prepared.sparse(smoothing_frames, floor, wanted)
    sparse = sparse.of_classes(None if everything else wanted)
    table = prepared.table
    cls, first, last, peak = _candidates(sparse, per_class, table.grid.hop_s)
    candidates = _cut_long(sparse, per_class, table, cls, first, last, peak)
    return _selected(table, candidates, per_class, rules_id, envelope)


def _detect_boxes(
    prepared: PreparedScores,
    members: list[int],
    per_class: "_Values",
    rules_id: str,
    envelope: Envelope | None,
) -> Detections:
    boxes = prepared.boxes().of_classes(np.array(members, np.int64), prepared.class_count)
    strong = boxes.confidence >= per_class.off[boxes.classes]
    cls, first, last = boxes.classes[strong], boxes.first[strong], boxes.last[strong]
    if len(cls) == 0:
        return no_detections(prepared.table, rules_id)
    widest = (per_class.merge_gap_s / prepared.table.grid.hop_s + _SLACK).astype(np.int64)
    apart = (cls[1:] != cls[:-1]) | (first[1:] - last[:-1] - 1 > widest[cls[1:]])
    starts = np.flatnonzero(np.append(True, apart))
    ends = np.append(starts[1:], len(cls)) - 1
    peak = np.maximum.reduceat(boxes.confidence[strong], starts)
    candidates = (cls[starts], first[starts], last[ends], peak)
    return _selected(prepared.table, candidates, per_class, rules_id, envelope)


def _selected(
    table: ScoreTable,
    candidates: "_Candidates",
    per_class: "_Values",
    rules_id: str,
    envelope: Envelope | None,
) -> Detections:
    """The candidates that reach `on`, refined if they can be, long enough, cooled and padded."""
    cls, first, last, peak = candidates
    edges = table.grid.tile_edges()
    onset, offset = edges[first], edges[last + 1]
    keep = (peak >= per_class.on[cls]) & (offset > onset)
    detections = Detections(
        table,
        cls[keep].astype(np.int32),
        first[keep].astype(np.int32),
        last[keep].astype(np.int32),
        onset[keep],
        offset[keep],
        peak[keep],
        uncertain := np.full(int(keep.sum()), TILE_UNCERTAINTY_S, np.float32),
        uncertain,
        rules_id,
    )
    if envelope is not None and len(detections):
        grid = table.grid
        low, high = middles(cls, onset, offset, grid.start_s, grid.end_s)
        limits = (low[keep], high[keep])
        refined = per_class.refined[detections.class_index]
        if refined.all():
            detections = refine_edges(detections, envelope, limits=limits)
        elif refined.any():
            some = (limits[0][refined], limits[1][refined])
            finer = refine_edges(detections.select(refined), envelope, limits=some)
            detections = gathered([finer, detections.select(~refined)], detections)
    length = detections.offset_s - detections.onset_s
    detections = detections.select(length >= per_class.shortest_s[detections.class_index] - _SLACK)
    return _padded(_cooled(detections, per_class), per_class)


class _Values:
    """The resolved rules as one array a field, indexed by class."""

    def __init__(self, class_count: int, resolved: dict[int, ResolvedRule]) -> None:
        index = np.fromiter(resolved, np.int64, len(resolved))
        rules = list(resolved.values())

        def spread(values: Sequence[float]) -> NDArray[np.float64]:
            array = np.zeros(class_count)
            array[index] = values
            return array

        # Thresholds are compared in the precision of the scores, so that a score equal to the
        # threshold as the user typed it counts as reaching it.
        self.on = spread([r.on for r in rules]).astype(np.float32)
        self.off = spread([r.off for r in rules]).astype(np.float32)
        self.shortest_s = spread([r.shortest_s for r in rules])
        self.longest_s = spread([r.longest_s for r in rules])
        self.merge_gap_s = spread([r.merge_gap_s for r in rules])
        self.padding_s = spread([r.padding_s for r in rules])
        self.cooldown_s = spread([r.cooldown_s for r in rules])
        self.refined = spread([r.edges == "refined" for r in rules]).astype(bool)
        self.refined[WITHOUT_SOUND : WITHOUT_SOUND + 1] = False


_Candidates = tuple[
    NDArray[np.integer], NDArray[np.integer], NDArray[np.integer], NDArray[np.float32]
]


def _candidates(sparse: SparseScores, rules: _Values, hop_s: float) -> _Candidates:
    """Class, first and last frame and highest score of the runs at or above `off`, merged."""
    active = np.flatnonzero(sparse.values >= rules.off[sparse.classes])
    if len(active) == 0:
        none = np.zeros(0, np.int64)
        return none, none, none, np.zeros(0, np.float32)
    frames, classes = sparse.frames[active], sparse.classes[active]
    widest = (rules.merge_gap_s / hop_s + _SLACK).astype(np.int32) + 1  # allowed step, in frames
    begins = np.empty(len(active), bool)
    begins[0] = True
    np.not_equal(classes[1:], classes[:-1], out=begins[1:])
    begins[1:] |= (frames[1:] - frames[:-1]) > widest[classes[1:]]
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(active)) - 1
    peak = np.maximum.reduceat(sparse.values[active], starts)
    return classes[starts], frames[starts], frames[ends], peak


def _cut_long(
    sparse: SparseScores,
    rules: _Values,
    table: ScoreTable,
    cls: NDArray[np.integer],
    first: NDArray[np.integer],
    last: NDArray[np.integer],
    peak: NDArray[np.float32],
) -> _Candidates:
    edges = table.grid.tile_edges()
    # The first and the last tile of a recording are longer than the others.
    tiles = np.diff(edges)
    extra = np.zeros(len(cls))
    if len(cls):
        extra = np.maximum(tiles[first], tiles[last]) - table.grid.hop_s
    room = rules.longest_s[cls] - np.maximum(extra, 0)
    most = np.maximum(np.floor(room / table.grid.hop_s + _SLACK), 1)
    lengths = last - first + 1
    too_long = edges[last + 1] - edges[first] > rules.longest_s[cls] + _SLACK
    too_long &= lengths > 1
    if not too_long.any():
        return cls, first, last, peak
    pieces = np.where(too_long, np.ceil(lengths / most), 1).astype(np.int64)
    pieces = np.minimum(np.maximum(pieces, np.where(too_long, 2, 1)), lengths)
    owner = np.repeat(np.arange(len(cls)), pieces)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    cut_first = first[owner] + number * lengths[owner] // pieces[owner]
    cut_last = first[owner] + (number + 1) * lengths[owner] // pieces[owner] - 1
    # The highest score of a part, from the entries at or above `off` (a part may have none).
    key = sparse.classes.astype(np.int64) * (table.grid.count + 1) + sparse.frames
    low = np.searchsorted(key, cls[owner].astype(np.int64) * (table.grid.count + 1) + cut_first)
    high = np.searchsorted(
        key, cls[owner].astype(np.int64) * (table.grid.count + 1) + cut_last, "right"
    )
    padded = np.append(sparse.values, np.float32(0))
    borders = np.column_stack([low, high]).ravel()
    cut_peak = np.where(high > low, np.maximum.reduceat(padded, borders)[::2], np.float32(0))
    return cls[owner], cut_first, cut_last, cut_peak


def _cooled(detections: Detections, rules: _Values) -> Detections:
    """Of detections of a class nearer than the cooldown, the strongest (then the first) stays."""
    cooldown = rules.cooldown_s[detections.class_index]
    if not (cooldown > 0).any():
        return detections
    keep = np.ones(len(detections), bool)
    for c in np.unique(detections.class_index[cooldown > 0]):
        places = np.flatnonzero(detections.class_index == c)
        onset, offset = detections.onset_s[places], detections.offset_s[places]
        open_ = np.ones(len(places), bool)
        for i in np.argsort(-detections.peak[places], kind="stable"):
            if not open_[i]:
                continue
            near = (onset < offset[i] + rules.cooldown_s[c] - _SLACK) & (
                offset > onset[i] - rules.cooldown_s[c] + _SLACK
            )
            open_ &= ~near
            open_[i] = True
        keep[places] = open_
    return detections.select(keep)


def _padded(detections: Detections, rules: _Values) -> Detections:
    """Both ends moved out, but never past the middle of the gap to the next of the class."""
    padding = rules.padding_s[detections.class_index]
    if not (padding > 0).any():
        return detections
    grid = detections.table.grid
    low, high = middles(
        detections.class_index, detections.onset_s, detections.offset_s, grid.start_s, grid.end_s
    )
    onset = np.maximum(detections.onset_s - padding, low)
    offset = np.minimum(detections.offset_s + padding, high)
    return replace(detections, onset_s=onset, offset_s=offset)
