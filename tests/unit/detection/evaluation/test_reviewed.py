from dataclasses import replace

from yamnet_gui.core.events import Event, EventSource, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection.evaluation import EventArrays, ReviewedTruth, evaluate

DOG = Event("a", 0, 2, "Dog", state=ReviewState.ACCEPTED)
FOUND = {"Dog": EventArrays.of([0, 5, 15, 25], [2, 6, 16, 26], [0.9, 0.8, 0.7, 0.6])}


def test_a_note_alone_decides_nothing() -> None:
    noted = replace(DOG, state=ReviewState.UNREVIEWED, note="hm")
    assert ReviewedTruth.of([noted]).empty
    drawn = replace(noted, source=EventSource.DRAWN)
    assert ReviewedTruth.of([drawn]).true_events == 1


def test_time_that_nobody_listened_to_counts_neither_way() -> None:
    heard = [ReviewedSpan(TimeSpan(10, 18)), ReviewedSpan(TimeSpan(14, 20), ("Cat",))]
    truth = ReviewedTruth.of([DOG], heard)
    pair = truth.pair(FOUND)
    assert pair.found["Dog"].onset_s.tolist() == [0, 15]  # decided, heard; not those at 5 and 25
    assert pair.duration_s == truth.heard_s == 8.0
    assert truth.pair({"Cat": EventArrays.of([18.5], [19])}).found["Cat"].onset_s.tolist() == [18.5]
    result = evaluate([pair], ["Dog"])
    assert (result.events[0.5]["Dog"].hits, result.events[0.5]["Dog"].found) == (1, 2)


def test_what_a_person_was_uncertain_about_is_left_out() -> None:
    unsure = replace(DOG, id="u", onset_s=15, offset_s=16, state=ReviewState.UNCERTAIN)
    heard = [ReviewedSpan(TimeSpan(0, 30))]
    pair = ReviewedTruth.of([DOG, unsure], heard).pair(FOUND)
    assert pair.found["Dog"].onset_s.tolist() == [0, 5, 25]


def test_only_stretches_listened_to_throughout_give_false_ones_an_hour() -> None:
    truth = ReviewedTruth.of([DOG], [ReviewedSpan(TimeSpan(4, 10))])
    pair = truth.heard_pair(FOUND)
    assert pair.duration_s == 6.0
    assert pair.found["Dog"].onset_s.tolist() == [5]
    assert len(pair.truth["Dog"]) == 0
    whole = truth.pair(FOUND)
    assert evaluate([whole], ["Dog"], psds_pairs=[]).psds is None
    assert ReviewedTruth.of([DOG]).heard_s == 0.0
