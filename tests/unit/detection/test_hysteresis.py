import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import (
    EDGES,
    METHODS,
    Detections,
    Envelope,
    Method,
    Rule,
    RuleSet,
    derive_events,
    detect,
    prepare,
)

from .tables import CLASS_MAP, methods, plain_rules, random_table, rule_set, seeds, table_of


def spans(detections: Detections) -> list[tuple[float, float]]:
    pairs = zip(detections.onset_s.tolist(), detections.offset_s.tolist(), strict=True)
    return [(round(a, 6), round(b, 6)) for a, b in pairs]


def frames(detections: Detections) -> list[tuple[int, int]]:
    return list(zip(detections.first_frame.tolist(), detections.last_frame.tolist(), strict=True))


def bursts(seed: int, end_s: float) -> Envelope:
    """Sounds and pauses of random lengths, from a few hundredths of a second on."""
    rng = np.random.default_rng(seed)
    levels = np.repeat(rng.choice([0.0, 0.2, 1.0, 3.0], 400), rng.integers(3, 120, 400))
    return Envelope(levels[: round(end_s * 100)].astype(np.float32))


def test_events_are_drawn_on_centre_tiles_inside_the_recording() -> None:
    table = table_of([0.9, 0.0, 0.9, 0.9, 0.0, 0.9])
    detections = detect(table, RuleSet.threshold(0.5))
    assert spans(detections) == [(0.0, 0.72), (1.2, 2.16), (2.64, 3.375)]


def test_an_event_reaches_from_the_peak_down_to_the_off_threshold() -> None:
    table = table_of([0.05, 0.15, 0.6, 0.2, 0.05, 0.2, 0.0])
    detections = detect(table, rule_set(on=0.5, off=0.1, merge_gap_s=0.0))
    assert frames(detections) == [(1, 3)]
    assert detections.score_max.tolist() == pytest.approx([0.6])
    assert detections.score_mean.tolist() == pytest.approx([0.95 / 3])


def test_a_score_equal_to_the_threshold_reaches_it() -> None:
    table = table_of([0.0, 0.3, 0.0])
    assert len(detect(table, RuleSet.threshold(0.3))) == 1
    assert len(detect(table, RuleSet.threshold(0.3001))) == 0


def test_gaps_up_to_the_limit_are_bridged() -> None:
    table = table_of([0.9, 0.0, 0.9, 0.0, 0.0, 0.9])
    assert frames(detect(table, rule_set(on=0.5, off=0.5, merge_gap_s=0.48))) == [(0, 2), (5, 5)]
    assert frames(detect(table, rule_set(on=0.5, off=0.5, merge_gap_s=0.96))) == [(0, 5)]


def test_events_of_different_classes_never_merge() -> None:
    table = table_of([0.0, 0.9], [0.9, 0.0])
    detections = detect(table, rule_set(on=0.5, merge_gap_s=5.0))
    assert detections.class_index.tolist() == [0, 1]
    assert frames(detections) == [(1, 1), (0, 0)]


def test_long_events_are_cut_into_equal_parts_that_each_have_to_reach_the_threshold() -> None:
    table = table_of([0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.2, 0.2, 0.2])
    detections = detect(table, rule_set(on=0.5, off=0.1, longest_s=1.7))
    assert frames(detections) == [(0, 2), (3, 5)]
    assert max(detections.offset_s - detections.onset_s) <= 1.7


def test_short_events_are_left_out() -> None:
    table = table_of([0, 0.9, 0, 0, 0, 0.9, 0.9, 0])
    detections = detect(table, rule_set(on=0.5, shortest_s=0.6, merge_gap_s=0.0))
    assert frames(detections) == [(5, 6)]


def test_padding_stops_half_way_to_the_next_event() -> None:
    table = table_of([0, 0, 0.9, 0, 0.9, 0, 0, 0])
    detections = detect(table, rule_set(on=0.5, merge_gap_s=0.0, padding_s=0.5))
    assert spans(detections) == [(0.7, 1.92), (1.92, 3.14)]


def test_of_events_within_the_cooldown_the_strongest_stays() -> None:
    table = table_of([0.6, 0, 0.9, 0, 0.7, 0, 0, 0, 0, 0, 0, 0.6])
    detections = detect(table, rule_set(on=0.5, merge_gap_s=0.0, cooldown_s=2.0))
    assert frames(detections) == [(2, 2), (11, 11)]


def test_smoothing_bridges_a_single_low_frame_and_lowers_a_single_peak() -> None:
    table = table_of([0.9, 0.9, 0.1, 0.9, 0.9], [0, 0, 0.9, 0, 0])
    detections = detect(table, rule_set(on=0.5, off=0.5, smoothing_s=1.44, merge_gap_s=0.0))
    assert detections.class_index.tolist() == [0]
    assert frames(detections) == [(0, 4)]


def test_disabled_classes_give_nothing() -> None:
    table = table_of([0.9, 0.9], [0.9, 0.9])
    rules = RuleSet().only([1], of=2)
    assert detect(table, rules).class_index.tolist() == [1]


def test_an_empty_table_gives_no_events() -> None:
    table = ScoreTable(FrameGrid(0, 0.0), np.zeros((0, 521), np.float32))
    for method in ("hysteresis", "boxes"):
        assert len(detect(table, rule_set(method))) == 0


def test_changing_one_class_equals_deriving_all_again() -> None:
    prepared = prepare(random_table(1))
    before = detect(prepared, RuleSet())
    rules = RuleSet().with_threshold(1, 0.7)
    fast = before.replacing(1, detect(prepared, rules, [1]))
    again = detect(prepared, rules)
    assert frames(fast) == frames(again)
    assert fast.class_index.tolist() == again.class_index.tolist()
    assert fast.rules_id == again.rules_id


def test_events_carry_names_scores_and_rules() -> None:
    rules = RuleSet()
    (event,) = derive_events(table_of([0.0, 0.8, 0.0]), rules, CLASS_MAP)
    assert (event.label, event.class_index, event.mid) == ("Speech", 0, "/m/09x0r")
    assert event.score_max == pytest.approx(0.8)
    assert event.rules_id == rules.rules_id
    assert event.id == "dm-0-1"


def test_ids_name_the_channel() -> None:
    table = table_of([0.0, 0.8, 0.0])
    one = ScoreTable(table.grid, table.scores, channel=1)
    (event,) = derive_events(one, RuleSet(), CLASS_MAP)
    assert (event.id, event.channel) == ("d1-0-1", 1)


@given(
    seeds,
    methods,
    st.floats(0, 1),
    st.floats(0, 1),
    st.fixed_dictionaries(plain_rules),
    st.booleans(),
)
def test_raising_on_never_adds_moves_or_splits_an_event(
    seed: int, method: Method, one: float, other: float, values: dict[str, float], refined: bool
) -> None:
    low, high = sorted((max(one, values["off"]), max(other, values["off"])))
    values = {**values, "padding_s": 0.0}
    table = random_table(seed)
    envelope = bursts(seed, table.grid.end_s) if refined else None
    below = detect(table, rule_set(method, on=low, **values), None, envelope)
    above = detect(table, rule_set(method, on=high, **values), None, envelope)

    def keys(detections: Detections) -> set[tuple[int, float, float]]:
        columns = (
            detections.class_index.tolist(),
            detections.onset_s.tolist(),
            detections.offset_s.tolist(),
        )
        return set(zip(*columns, strict=True))

    assert keys(above) <= keys(below)


@given(seeds, st.floats(0, 1), st.floats(0, 1), st.fixed_dictionaries(plain_rules))
def test_raising_any_threshold_never_adds_covered_time(
    seed: int, one: float, other: float, values: dict[str, float]
) -> None:
    """Also for a plain threshold, where a run may fall into two, and with padding. Cooldown and
    the longest length choose among events and stay out of it."""
    low, high = sorted((one, other))
    values = {**values, "longest_s": 1e9, "cooldown_s": 0.0, "shortest_s": 0.0}
    table = random_table(seed)
    times = np.arange(0, table.grid.end_s, 0.05)

    def covered(threshold: float) -> np.ndarray:
        rules = {**values, "on": threshold, "off": threshold}
        detections = detect(table, rule_set(**rules), [0])
        inside = (detections.onset_s[:, None] <= times) & (times < detections.offset_s[:, None])
        return inside.any(axis=0)

    assert not (covered(high) & ~covered(low)).any()


@given(seeds, st.floats(0.01, 1))
def test_hysteresis_with_equal_thresholds_is_plain_thresholding(
    seed: int, threshold: float
) -> None:
    table = random_table(seed)
    rules = rule_set(on=threshold, off=threshold, merge_gap_s=0.0, smoothing_s=0.0)
    detections = detect(table, rules)
    active = np.zeros(table.scores.shape, bool)
    for c, (a, b) in zip(detections.class_index, frames(detections), strict=True):
        active[a : b + 1, c] = True
    assert np.array_equal(active, table.scores >= np.float32(threshold))
    assert np.array_equal(detect(table, RuleSet.threshold(threshold)).onset_s, detections.onset_s)


@settings(max_examples=150)
@given(seeds, methods, st.floats(0, 1), st.fixed_dictionaries(plain_rules))
@pytest.mark.workflow
def test_events_are_sorted_apart_inside_the_recording_and_never_negative(
    seed: int, method: Method, on: float, values: dict[str, float]
) -> None:
    table = random_table(seed)
    detections = detect(table, rule_set(method, on=on, **values))
    assert (detections.offset_s >= detections.onset_s).all()
    assert (detections.onset_s >= 0).all()
    assert (detections.offset_s <= table.grid.end_s + 1e-9).all()
    same = detections.class_index[1:] == detections.class_index[:-1]
    assert (detections.onset_s[1:][same] >= detections.offset_s[:-1][same] - 1e-9).all()
    assert (np.diff(detections.class_index) >= 0).all()
    events = derive_events(table, rule_set(method, on=on, **values), CLASS_MAP)
    assert len(events) == len(detections)
    onsets = [e.onset_s for e in events]
    assert onsets == sorted(onsets)
    assert all(e.score_mean <= e.score_max + 1e-6 for e in events)  # type: ignore[operator]


@given(seeds, st.floats(0.03, 1))
def test_prepared_scores_give_the_same_events(seed: int, on: float) -> None:
    table = random_table(seed)
    prepared = prepare(table)
    detect(prepared, RuleSet.threshold(0.9))
    for rules in (rule_set(on=on), rule_set(on=on, off=0.0), rule_set(on=on, smoothing_s=1.5)):
        assert frames(detect(prepared, rules)) == frames(detect(table, rules))


@given(seeds, st.integers(10, 3000))
@pytest.mark.workflow
def test_each_class_has_its_own_method_and_edges(seed: int, rows: int) -> None:
    table = random_table(seed, classes=6)
    values = np.random.default_rng(seed).random(rows).astype(np.float32) * 4
    envelope = Envelope(values)
    mixed = RuleSet()
    kinds = [(m, e) for m in METHODS for e in EDGES]
    for index, (method, edges) in enumerate(kinds):
        mixed = mixed.with_class(index, Rule(method=method, edges=edges))
    detections = detect(table, mixed, None, envelope)
    assert (np.diff(detections.class_index) >= 0).all()
    for index, (method, edges) in enumerate(kinds):
        alone = detect(table, RuleSet().with_method(method).with_edges(edges), [index], envelope)
        for name in ("onset_s", "offset_s", "peak", "first_frame", "onset_uncertainty_s"):
            assert np.array_equal(getattr(detections.of_class(index), name), getattr(alone, name))
