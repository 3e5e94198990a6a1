from dataclasses import replace

import numpy as np
import pytest

from tests.unit.detection.tables import ONTOLOGY
from yamnet_gui.core.events import Event, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection.evaluation import (
    Counts,
    EventArrays,
    Pair,
    ReviewedReference,
    by_label,
    confusions,
    counting_events_below,
    evaluate,
    precision_recall,
    psds,
    united,
)


def pair(
    reference: dict[str, list[tuple[float, float]]], estimated: dict[str, list[tuple[float, float]]]
) -> Pair:
    def spans(rows: dict[str, list[tuple[float, float]]]) -> dict[str, EventArrays]:
        return {k: EventArrays.of([a for a, _ in v], [b for _, b in v]) for k, v in rows.items()}

    return Pair(spans(reference), spans(estimated), 20.0)


def test_perfect_events_score_one_everywhere() -> None:
    same = {"dog": [(1.0, 2.0), (5.0, 9.0)], "cat": [(3.0, 4.0)]}
    result = evaluate([pair(same, same)])
    assert result.event_f1(0.2) == result.event_f1(0.5) == result.segment_f1 == 1.0
    assert result.psds is not None
    assert result.psds.score == 1.0
    assert result.confusions == ()


def test_labels_that_are_not_asked_for_do_not_count() -> None:
    one = pair({"dog": [(1, 2)]}, {"dog": [(1, 2)], "speech": [(0, 20)]})
    assert evaluate([one]).segment_f1 == 1.0
    assert evaluate([one], labels=["dog", "speech"]).segment_f1 < 1.0  # type: ignore[operator]


def test_without_reference_and_estimated_events_there_is_no_figure() -> None:
    result = evaluate([pair({}, {})])
    assert result.segment_f1 is None
    assert result.psds is None
    assert Counts().precision is None
    assert result.as_dict()["segment"]["overall"]["f1"] is None


def test_the_offset_may_be_off_by_a_share_of_the_length() -> None:
    late = pair({"dog": [(0.0, 10.0)]}, {"dog": [(0.1, 11.5)]})
    assert evaluate([late]).event_f1(0.2) == 1.0
    assert evaluate([late], offset_share=0.0).event_f1(0.2) == 0.0


def test_an_event_is_paired_once() -> None:
    twice = pair({"dog": [(1.0, 2.0)]}, {"dog": [(1.0, 2.0), (1.1, 2.1)]})
    assert evaluate([twice]).event_f1(0.5) == pytest.approx(2 / 3)


def test_confusions_count_the_seconds_of_the_wrong_label() -> None:
    one = pair({"dog": [(0, 4)], "cat": [(10, 12)]}, {"cat": [(1, 3), (10, 11)], "dog": [(3.5, 4)]})
    (confusion,) = confusions([one])
    assert (confusion.reference, confusion.estimated) == ("dog", "cat")
    assert confusion.seconds == pytest.approx(2.0)


def test_edges_that_just_touch_another_class_are_no_confusion() -> None:
    there = pair({"dog": [(1.0, 3.004)]}, {"dog": [(1.0, 3.0)], "cat": [(3.0, 4.0)]})
    assert confusions([there]) == ()


def test_the_curve_follows_the_threshold() -> None:
    reference = {"dog": EventArrays.of([0, 5], [1, 6])}
    estimated = {"dog": EventArrays.of([0, 5, 9], [1, 6, 10], [0.9, 0.3, 0.5])}
    curve = precision_recall([Pair(reference, estimated, 20.0)], "dog")
    assert curve.thresholds.tolist() == [0.9, 0.5, 0.3]
    assert curve.precision == pytest.approx([1.0, 0.5, 2 / 3])
    assert curve.recall == pytest.approx([0.5, 0.5, 1.0])
    assert curve.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_a_label_counts_with_the_events_below_it() -> None:
    estimated = {
        "Bark": EventArrays.of([0, 5], [2, 6], [0.9, 0.4]),
        "Dog": EventArrays.of([1], [3], [0.5]),
    }
    counted = counting_events_below(estimated, ["Dog", "Cat"], ONTOLOGY)
    assert counted["Dog"].onset_s.tolist() == [0, 5]
    assert counted["Dog"].offset_s.tolist() == [3, 6]
    assert counted["Dog"].score.tolist() == [0.9, 0.4]
    assert len(counted["Cat"]) == 0


def test_touching_events_stay_apart_when_united() -> None:
    assert len(united([EventArrays.of([0, 1], [1, 2])])) == 2


def test_scores_come_calibrated_where_they_can() -> None:
    events = [
        Event("a", 0, 1, "Dog", score_max=0.9, probability=0.4),
        Event("b", 2, 3, "Dog", score_max=0.9),
        Event("c", 4, 5, "Dog"),
    ]
    assert by_label(events)["Dog"].score.tolist() == [0.4, 0.9, 1.0]


def test_undecided_detections_are_left_out_of_the_pair() -> None:
    dog = Event("a", 0, 2, "Dog", state=ReviewState.ACCEPTED)
    wrong = replace(dog, id="b", onset_s=5, offset_s=6, state=ReviewState.REJECTED)
    unsure = replace(dog, id="c", onset_s=8, offset_s=9, state=ReviewState.UNCERTAIN)
    detections = [replace(dog, id=f"n{t}", onset_s=t, offset_s=t + 1) for t in (0, 5, 8, 15)]
    one = ReviewedReference.of([dog, wrong, unsure]).pair(by_label(detections))
    assert one.reference["Dog"].onset_s.tolist() == [0]
    assert one.estimated["Dog"].onset_s.tolist() == [0, 5]


def test_every_detection_counts_in_a_reviewed_segment() -> None:
    events = ((1, "Dog"), (3, "Cat"), (15, "Dog"))
    estimated = by_label(Event(f"n{t}", t, t + 1, label) for t, label in events)
    reviewed = ReviewedSpan(TimeSpan(0, 10), ("Dog",))
    one = ReviewedReference.of([], [reviewed]).pair(estimated)
    assert {label: len(spans) for label, spans in one.estimated.items()} == {"Dog": 1}
    everything = replace(reviewed, labels=())
    assert sorted(ReviewedReference.of([], [everything]).pair(estimated).estimated) == [
        "Cat",
        "Dog",
    ]


def test_psds_of_random_scores_lies_between_nothing_and_perfect() -> None:
    rng = np.random.default_rng(0)
    reference = EventArrays.of(range(0, 100, 10), range(5, 105, 10))
    keep = rng.random(10) < 0.5
    estimated = EventArrays.of(
        reference.onset_s[keep], reference.offset_s[keep], rng.random(int(keep.sum()))
    )
    result = psds([Pair({"dog": reference}, {"dog": estimated}, 100.0)], ["dog"])
    assert result is not None
    assert result.score == pytest.approx(keep.mean())
