from dataclasses import replace

from yamnet_gui.core.events import Event, EventList, EventSource, ReviewState
from yamnet_gui.detection import ContradictionKind, replay_decisions

DOG = Event("d1", 0, 2, "Dog", score_max=0.8)


def test_rules_that_find_the_same_contradict_nothing() -> None:
    decided = [replace(DOG, state=ReviewState.ACCEPTED)]
    replay = replay_decisions(decided, EventList.of([replace(DOG, id="n", offset_s=1.5)]))
    assert (replay.decisions, replay.reproduced, replay.contradictions) == (1, 1, ())


def test_an_accepted_event_that_is_no_longer_detected_is_missed() -> None:
    decided = replace(DOG, state=ReviewState.ACCEPTED)
    replay = replay_decisions([decided], EventList.of([replace(DOG, id="n", label="Cat")]))
    assert [(d.kind, d.decision) for d in replay.contradictions] == [
        (ContradictionKind.MISSED, decided)
    ]


def test_a_rejected_event_that_is_detected_again_is_revived() -> None:
    again = replace(DOG, id="n")
    replay = replay_decisions([replace(DOG, state=ReviewState.REJECTED)], EventList.of([again]))
    (contradiction,) = replay.contradictions
    assert (contradiction.kind, contradiction.detection) == (ContradictionKind.REVIVED, again)
    assert not replay_decisions(
        [replace(DOG, state=ReviewState.REJECTED)], EventList()
    ).contradictions


def test_a_corrected_label_that_is_not_detected_is_relabelled() -> None:
    corrected = DOG.relabelled("Wolf", None, "")
    again = replace(DOG, id="n")
    (contradiction,) = replay_decisions([corrected], EventList.of([again])).contradictions
    assert (contradiction.kind, contradiction.detection) == (ContradictionKind.RELABELLED, again)
    both = EventList.of([again, replace(again, id="m", label="Wolf")])
    assert replay_decisions([corrected], both).reproduced == 1


def test_uncertain_untouched_and_merely_noted_events_are_no_decisions() -> None:
    events = [
        DOG,
        replace(DOG, id="b", state=ReviewState.UNCERTAIN),
        replace(DOG, id="c", note="x"),
    ]
    assert replay_decisions(events, EventList()).decisions == 0
    drawn = replace(DOG, id="d", source=EventSource.DRAWN)
    assert replay_decisions([drawn], EventList()).decisions == 1


def test_another_channel_or_a_mere_touch_does_not_confirm_a_decision() -> None:
    decided = replace(DOG, state=ReviewState.ACCEPTED)
    elsewhere = [replace(DOG, id="n", channel=1), replace(DOG, id="m", onset_s=1.9, offset_s=4)]
    assert len(replay_decisions([decided], EventList.of(elsewhere)).contradictions) == 1
