from dataclasses import replace

from yamnet_gui.core.events import Event, EventSource, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection.evaluation import EventArrays, ReviewedReference, evaluate

DOG = Event("a", 0, 2, "Dog", state=ReviewState.ACCEPTED)
ESTIMATED = {"Dog": EventArrays.of([0, 5, 15, 25], [2, 6, 16, 26], [0.9, 0.8, 0.7, 0.6])}


def test_a_note_alone_decides_nothing() -> None:
    noted = replace(DOG, state=ReviewState.UNREVIEWED, note="hm")
    assert ReviewedReference.of([noted]).empty
    drawn = replace(noted, source=EventSource.DRAWN)
    assert ReviewedReference.of([drawn]).true_events == 1


def test_time_that_was_not_reviewed_counts_neither_way() -> None:
    reviewed = [ReviewedSpan(TimeSpan(10, 18)), ReviewedSpan(TimeSpan(14, 20), ("Cat",))]
    reference = ReviewedReference.of([DOG], reviewed)
    pair = reference.pair(ESTIMATED)
    assert pair.estimated["Dog"].onset_s.tolist() == [
        0,
        15,
    ]  # decided, reviewed; not those at 5 and 25
    assert pair.duration_s == reference.reviewed_s == 8.0
    assert reference.pair({"Cat": EventArrays.of([18.5], [19])}).estimated[
        "Cat"
    ].onset_s.tolist() == [18.5]
    result = evaluate([pair], ["Dog"])
    assert (result.events[0.5]["Dog"].hits, result.events[0.5]["Dog"].estimated) == (1, 2)


def test_what_the_user_was_uncertain_about_is_left_out() -> None:
    unsure = replace(DOG, id="u", onset_s=15, offset_s=16, state=ReviewState.UNCERTAIN)
    reviewed = [ReviewedSpan(TimeSpan(0, 30))]
    pair = ReviewedReference.of([DOG, unsure], reviewed).pair(ESTIMATED)
    assert pair.estimated["Dog"].onset_s.tolist() == [0, 5, 25]


def test_only_fully_reviewed_spans_give_false_alarms_per_hour() -> None:
    reference = ReviewedReference.of([DOG], [ReviewedSpan(TimeSpan(4, 10))])
    pair = reference.fully_reviewed_pair(ESTIMATED)
    assert pair.duration_s == 6.0
    assert pair.estimated["Dog"].onset_s.tolist() == [5]
    assert len(pair.reference["Dog"]) == 0
    whole = reference.pair(ESTIMATED)
    assert evaluate([whole], ["Dog"], psds_pairs=[]).psds is None
    assert ReviewedReference.of([DOG]).reviewed_s == 0.0
