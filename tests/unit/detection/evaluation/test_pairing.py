from pathlib import Path

import pytest

from tests.unit.detection.tables import ONTOLOGY
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.detection.evaluation import evaluate, paired


def recording(name: str, *events: Event, duration_s: float = 20.0) -> LabelledRecording:
    info = RecordingInfo(Path(name), duration_s, 44100, 1)
    return LabelledRecording(info, EventList.of(events))


def dog(key: str, onset_s: float, label: str = "Dog", **more: object) -> Event:
    return Event(key, onset_s, onset_s + 1, label, **more)  # type: ignore[arg-type]


def test_recordings_belong_together_by_name_whatever_folder_and_ending() -> None:
    reference = [recording("/a/One.wav", dog("t", 1)), recording("/a/two.wav", dog("t", 2))]
    estimated = [recording("two.flac", dog("f", 2)), recording("other.wav", dog("f", 2))]
    sides = paired(reference, estimated)
    assert sides.unpredicted == ("one",)
    assert sides.unknown == ("other",)
    assert evaluate(sides.pairs).event_f1(0.5) == pytest.approx(2 / 3)


def test_one_recording_on_each_side_needs_no_name() -> None:
    sides = paired([recording("truth.csv", dog("t", 1))], [recording("x.wav", dog("f", 1))])
    assert evaluate(sides.pairs).segment_f1 == 1.0


def test_a_specific_label_counts_for_those_above_it_if_wanted() -> None:
    reference, estimated = (
        [recording("a.wav", dog("t", 1))],
        [recording("a.wav", dog("f", 1, "Bark"))],
    )
    assert evaluate(paired(reference, estimated, ontology=ONTOLOGY).pairs).event_f1(0.2) == 1.0
    assert evaluate(paired(reference, estimated).pairs).event_f1(0.2) == 0.0


def test_rejected_events_count_on_neither_side() -> None:
    rejected = dog("r", 5, state=ReviewState.REJECTED)
    reference, estimated = (
        [recording("a.wav", dog("t", 1), rejected)],
        [recording("a.wav", dog("f", 1))],
    )
    assert evaluate(paired(reference, estimated).pairs).event_f1(0.2) == 1.0
    assert evaluate(paired(estimated, reference).pairs).event_f1(0.2) == 1.0


def test_an_unknown_duration_is_at_least_where_the_last_event_ends() -> None:
    sides = paired([recording("a.wav", dog("t", 30), duration_s=0.0)], [])
    assert sides.pairs[0].duration_s == 31
    assert paired([], []).pairs == ()


def test_two_recordings_of_one_name_are_refused() -> None:
    with pytest.raises(LabelsError, match="two recordings"):
        paired([recording("/a/x.wav"), recording("/b/x.wav")], [])
