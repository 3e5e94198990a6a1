from dataclasses import replace

import numpy as np
import pytest

from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import Sounds, duplicates, kinds_of, shown_events
from yamnet_gui.labels.project import ProjectEvent, relabel

ONTOLOGY = bundled_ontology()


def event(label: str, onset_s: float = 0.0, offset_s: float = 10.0, **more: object) -> Event:
    (entry,) = bundled_class_map().select([label])
    key = f"{label} {onset_s:g}"
    return Event(key, onset_s, offset_s, entry.name, entry.index, entry.mid, **more)  # type: ignore[arg-type]


def shown(*events: Event) -> list[str]:
    return [e.id for e in shown_events(events, ONTOLOGY)]


CRICKET = [event(label) for label in ("Cricket", "Insect", "Wild animals", "Animal")]


def test_a_cricket_is_one_event_at_its_most_particular_class() -> None:
    assert shown(*CRICKET) == ["Cricket 0"]
    assert kinds_of(CRICKET[0], CRICKET[1:], ONTOLOGY) == CRICKET[1:]


def test_classes_of_which_neither_is_above_the_other_are_two_sounds() -> None:
    assert shown(event("Dog"), event("Cat"), event("Animal")) == ["Dog 0", "Cat 0"]
    assert shown(event("Dog"), event("Speech")) == ["Dog 0", "Speech 0"]


def test_a_broader_class_stays_where_it_sounds_for_longer_than_its_kinds() -> None:
    animal = event("Animal", 0, 10)
    assert shown(animal, event("Dog", 0, 7.9)) == ["Animal 0", "Dog 0"]
    assert shown(animal, event("Dog", 0, 8)) == ["Dog 0"]
    assert shown(animal, event("Dog", 0, 4), event("Cat", 5, 9.5)) == ["Dog 0", "Cat 5"]
    assert shown(animal, event("Dog", 0, 4), event("Dog", 3, 6)) == ["Animal 0", "Dog 0", "Dog 3"]


def test_what_is_left_out_stands_for_nothing_itself() -> None:
    """Cricket covers Insect, and Insect covers Animal, but Cricket does not cover Animal."""
    events = event("Cricket", 0, 7), event("Insect", 0, 8), event("Animal", 0, 9.9)
    assert shown(*events) == ["Cricket 0", "Animal 0"]


def test_silence_is_no_event_unless_the_user_has_touched_it() -> None:
    silence = event("Silence")
    assert shown(silence) == []
    assert shown(replace(silence, state=ReviewState.ACCEPTED)) == ["Silence 0"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": ReviewState.ACCEPTED},
        {"state": ReviewState.REJECTED},
        {"state": ReviewState.UNCERTAIN},
        {"source": EventSource.DRAWN},
        {"source": EventSource.EDITED},
        {"source": EventSource.IMPORTED},
        {"note": "far away"},
    ],
)
def test_nothing_that_a_user_made_or_decided_is_left_out(change: dict) -> None:
    assert shown(CRICKET[0], replace(CRICKET[3], **change)) == ["Cricket 0", "Animal 0"]


@pytest.mark.parametrize("state", [ReviewState.REJECTED, ReviewState.UNCERTAIN])
def test_what_is_rejected_or_uncertain_stands_for_nothing(state: ReviewState) -> None:
    cricket = replace(CRICKET[0], state=state)
    assert shown(cricket, *CRICKET[1:]) == ["Cricket 0", "Insect 0"]


def test_a_sound_whose_label_was_corrected_is_not_asked_about_again() -> None:
    item = ProjectEvent("r", CRICKET[0])
    beetle, no_cricket = (change.new for change in relabel([item], "Beetle").changes)
    assert isinstance(beetle, Event)
    assert isinstance(no_cricket, Event)
    assert shown(beetle, no_cricket, *CRICKET[1:]) == [beetle.id, no_cricket.id]
    assert kinds_of(beetle, CRICKET[1:], ONTOLOGY) == CRICKET[1:]
    elsewhere = replace(CRICKET[1], id="later", onset_s=20.0, offset_s=30.0)
    assert shown(beetle, no_cricket, elsewhere)[2:] == ["later"]
    rejected = replace(beetle, state=ReviewState.REJECTED)
    assert shown(rejected, no_cricket, *CRICKET[1:])[2:] == ["Insect 0"]
    assert shown(no_cricket, *CRICKET[1:])[1:] == ["Insect 0"]  # the event was deleted


def test_channels_and_labels_of_ones_own_are_apart() -> None:
    assert shown(replace(CRICKET[0], channel=1), CRICKET[3]) == ["Cricket 0", "Animal 0"]
    own = Event("own", 0, 10, "My cricket")
    assert shown(own, CRICKET[3]) == ["own", "Animal 0"]


def test_events_without_duration() -> None:
    assert shown(event("Animal", 5, 5), event("Dog", 4, 6)) == ["Dog 4"]
    assert shown(event("Animal", 7, 7), event("Dog", 4, 6)) == ["Animal 7", "Dog 4"]


def test_many_recordings_at_once_are_like_each_on_its_own() -> None:
    random = np.random.default_rng(4)
    labels = ["Dog", "Bark", "Animal", "Insect", "Cricket", "Speech", "Silence"]
    recordings = []
    for _ in range(6):
        onsets = random.uniform(-5, 60, 50)
        recordings.append(
            [
                replace(event(labels[int(k)], on, on + random.uniform(0, 9)), id=str(n))
                for n, (k, on) in enumerate(zip(random.integers(0, 7, 50), onsets, strict=True))
            ]
        )
    parts = [Sounds.of(events, ONTOLOGY) for events in recordings]
    places = np.repeat(np.arange(6), 50)
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in Sounds.__slots__]
    together = replace(Sounds(*columns), place=places)
    apart = np.concatenate([duplicates(part, ONTOLOGY) for part in parts])
    assert np.array_equal(duplicates(together, ONTOLOGY), apart)
    assert apart.any()


def test_there_may_be_no_events() -> None:
    assert shown() == []
