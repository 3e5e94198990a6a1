import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.detection import (
    EdgeSettings,
    Envelope,
    EnvelopeBuilder,
    EnvelopeStream,
    derive_events,
    detect,
    envelope_of,
    refine_edges,
)

from .tables import CLASS_MAP, random_table, rule_set, seeds, table_of


def sound(duration_s: float, *spans: tuple[float, float], level: float = 4.0) -> Envelope:
    """An envelope at `level` inside the spans and 0 outside."""
    values = np.zeros(int(duration_s * 100), np.float32)
    centres = 0.0125 + 0.01 * np.arange(len(values))
    for start, end in spans:
        values[(centres >= start) & (centres < end)] = level
    return Envelope(values)


def test_edges_go_to_where_the_sound_is() -> None:
    detections = detect(table_of([0, 0, 0.9, 0.9, 0.9, 0, 0, 0]), rule_set(on=0.5))
    (before,) = zip(detections.onset_s, detections.offset_s, strict=True)
    assert before == pytest.approx((1.2, 2.64))
    refined = refine_edges(detections, sound(4.3, (1.4, 2.31)))
    assert refined.onset_s == pytest.approx([1.4], abs=0.011)
    assert refined.offset_s == pytest.approx([2.31], abs=0.011)
    assert refined.ids() == detections.ids()


def test_a_sharp_onset_is_more_certain_than_a_tile() -> None:
    detections = detect(table_of([0, 0, 0.9, 0.9, 0.9, 0, 0, 0]), rule_set(on=0.5))
    refined = refine_edges(detections, sound(4.3, (1.4, 2.31)))
    assert refined.onset_uncertainty_s[0] < 0.2 < detections.onset_uncertainty_s[0]
    (event,) = refined.to_events(CLASS_MAP)
    assert event.onset_uncertainty_s == pytest.approx(0.15)


def test_silence_splits_an_event_and_short_pauses_do_not() -> None:
    detections = detect(table_of([0, *[0.9] * 10, 0, 0]), rule_set(on=0.5))
    split = refine_edges(detections, sound(6.5, (1.0, 2.0), (3.0, 4.0), (4.3, 4.8)))
    assert split.onset_s == pytest.approx([1.0, 3.0], abs=0.011)
    assert split.offset_s == pytest.approx([2.0, 4.8], abs=0.011)
    assert len(set(split.ids())) == 2
    assert split.ids()[0] == detections.ids()[0]


def test_a_sound_that_goes_on_is_followed_a_little() -> None:
    detections = detect(table_of([0, 0, 0, 0, 0.9, 0, 0, 0, 0]), rule_set(on=0.5))
    nearby = refine_edges(detections, sound(5, (1.9, 2.8)))
    assert (nearby.onset_s[0], nearby.offset_s[0]) == pytest.approx((1.9, 2.8), abs=0.011)
    humming = refine_edges(detections, sound(5, (0, 5)))
    assert humming.onset_s[0] == pytest.approx(detections.onset_s[0] - 0.6, abs=0.02)
    assert humming.onset_uncertainty_s[0] > 1


def test_what_does_not_stand_out_keeps_its_tiles() -> None:
    detections = detect(table_of([0, 0, 0.9, 0, 0]), rule_set(on=0.5))
    refined = refine_edges(detections, sound(3, (1.3, 1.5), level=0.3))
    assert refined.onset_s.tolist() == detections.onset_s.tolist()
    assert refined.onset_uncertainty_s.tolist() == detections.onset_uncertainty_s.tolist()


def test_rules_hold_for_the_refined_events() -> None:
    table = table_of([0, *[0.9] * 10, 0, 0])
    envelope = sound(6.5, (1.0, 2.0), (3.0, 3.3))
    plain = detect(table, rule_set(on=0.5), envelope=envelope)
    assert plain.onset_s == pytest.approx([1.0, 3.0], abs=0.011)
    longer = detect(table, rule_set(on=0.5, shortest_s=0.5, padding_s=0.2), envelope=envelope)
    assert longer.onset_s == pytest.approx([0.8], abs=0.011)
    assert longer.offset_s == pytest.approx([2.2], abs=0.011)
    calm = detect(table, rule_set(on=0.5, cooldown_s=2.0), envelope=envelope)
    assert len(calm) == 1
    (event,) = derive_events(table, rule_set(on=0.5, shortest_s=0.5), CLASS_MAP, envelope=envelope)
    assert event.onset_s == pytest.approx(1.0, abs=0.011)


def test_silence_is_not_moved_to_the_sounds_beside_it() -> None:
    nothing = [0.0] * 8
    quiet = [0.0, 0.0, 0.9, 0.9, 0.9, 0.0, 0.0, 0.0]
    table = table_of(*[nothing] * CLASS_MAP.find("Silence").index, quiet)
    plain = detect(table, rule_set(on=0.5))
    refined = detect(table, rule_set(on=0.5), envelope=sound(4.3, (1.1, 1.3), (2.5, 2.8)))
    assert refined.onset_s.tolist() == plain.onset_s.tolist() == pytest.approx([1.2])
    assert refined.offset_s.tolist() == plain.offset_s.tolist() == pytest.approx([2.64])


def test_without_an_envelope_nothing_changes() -> None:
    detections = detect(table_of([0, 0.9, 0]), rule_set(on=0.5))
    assert refine_edges(detections, Envelope(np.zeros(0, np.float32))) is detections


@given(seeds, st.floats(0.05, 0.9), st.floats(0, 0.5), st.sampled_from([0.16, 0.48]))
def test_refined_events_stay_inside_apart_and_none_vanishes(
    seed: int, on: float, follow_s: float, hop_s: float
) -> None:
    columns = random_table(seed).scores.T.tolist()
    table = table_of(*columns, hop_s=hop_s)
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 1, int(table.grid.end_s * 100)).cumsum()
    envelope = Envelope(np.maximum(steps - steps.mean(), 0).astype(np.float32))
    detections = detect(table, rule_set(on=on, merge_gap_s=0.0))
    refined = refine_edges(detections, envelope, EdgeSettings(follow_s=follow_s))
    assert (refined.onset_s >= 0).all()
    assert (refined.offset_s >= refined.onset_s).all()
    assert (refined.offset_s <= table.grid.end_s + 1e-9).all()
    same = refined.class_index[1:] == refined.class_index[:-1]
    assert (refined.onset_s[1:][same] >= refined.offset_s[:-1][same] - 1e-9).all()
    assert set(detections.ids()) <= set(refined.ids())
    assert len(refined.to_events(CLASS_MAP)) == len(refined)


@given(seeds, st.integers(1, 5000))
@pytest.mark.workflow
def test_an_envelope_does_not_depend_on_how_its_rows_arrive(seed: int, size: int) -> None:
    rows = np.random.default_rng(seed).normal(0, 1, (12_500, 3)).astype(np.float32)
    builder = EnvelopeBuilder()
    for start in range(0, len(rows), size):
        builder.push(rows[start : start + size])
    assert np.array_equal(builder.finish().values, envelope_of(rows).values)


def test_the_envelope_is_how_far_the_strongest_band_stands_out() -> None:
    rows = np.full((1000, 64), -5.0, np.float32)
    rows[400:420, 7] = -2.0
    values = envelope_of(rows).values
    assert values[410] == pytest.approx(3.0)
    assert values[:400].max() == 0


def test_a_stream_holds_only_the_surroundings() -> None:
    stream = EnvelopeStream()
    values = 0
    for _ in range(60):  # half an hour
        values += len(stream.push(np.zeros((3000, 8), np.float32)))
    held = sum(block.nbytes for block in (*stream._blocks, *stream._around))
    assert held <= 6 * 3000 * 8 * 4
    assert values + len(stream.finish()) == 180_000


@pytest.mark.workflow
@given(seeds, st.integers(0, 9), st.integers(1, 5000))
def test_an_envelope_is_taken_up_anywhere(seed: int, blocks: int, size: int) -> None:
    rows = np.random.default_rng(seed).normal(0, 1, (30_500, 3)).astype(np.float32)
    stream = EnvelopeStream(3000 * blocks)
    first = EnvelopeStream.first_row(3000 * blocks)
    parts = [stream.push(rows[k : k + size], k) for k in range(max(0, first - 700), 30_500, size)]
    whole = envelope_of(rows).values
    assert np.array_equal(np.concatenate([*parts, stream.finish()]), whole[3000 * blocks :])
