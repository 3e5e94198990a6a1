from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import Event
from yamnet_gui.quality.stability import stabilities

EVENT = Event("e", 4.0, 6.0, "Dog", class_index=69)


def test_every_variant_is_scored_and_the_plain_one_is_that_of_an_analysis(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "stereo.wav", 12.0, channels=2)
    model = FakeModel()
    steps = list(stabilities(sound, [EVENT, Event("mine", 1, 2, "own class")], model))
    assert [(s.done, s.total, s.result.event_id) for s in steps] == [(1, 1, "e")]
    assert model.loaded == 1
    result = steps[0].result
    assert len(result.scores) == 7  # plain, two levels, two shifts, two channels
    assert 0 < result.spread < 1


def test_a_mono_recording_has_no_channels_to_compare_and_edges_are_no_trouble(
    tmp_path: Path,
) -> None:
    sound = write_sound(tmp_path / "mono.wav", 3.0)
    at_edges = [Event("a", 0.0, 0.1, "Dog", class_index=69), Event("b", 2.9, 3.0, "Dog", 69)]
    steps = list(stabilities(sound, at_edges, FakeModel()))
    assert [len(s.result.scores) for s in steps] == [5, 5]
    assert np.isfinite([s.result.spread for s in steps]).all()


def test_equal_channels_add_no_spread(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "mono.wav", 12.0)
    samples, rate = soundfile.read(sound)
    twice = tmp_path / "twice.wav"
    soundfile.write(twice, np.stack([samples, samples], axis=1), rate)
    (step,) = stabilities(twice, [EVENT], FakeModel())
    plain, *_, left, right = step.result.scores
    assert left == pytest.approx(plain, abs=1e-6)
    assert right == pytest.approx(plain, abs=1e-6)


def test_nothing_to_score_loads_nothing(tmp_path: Path) -> None:
    model = FakeModel()
    assert list(stabilities(tmp_path / "gone.wav", [Event("m", 1, 2, "own")], model)) == []
    assert model.loaded == 0
    with pytest.raises(RecordingError):
        list(stabilities(tmp_path / "gone.wav", [EVENT], model))


def test_events_scored_together_are_scored_as_each_alone(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "mono.wav", 30.0)
    events = [Event(f"e{k}", k, k + 0.3 + 0.4 * k, "Dog", class_index=69) for k in range(1, 9)]
    together = [s.result for s in stabilities(sound, events, FakeModel())]
    alone = [s.result for e in events for s in stabilities(sound, [e], FakeModel())]
    assert [f.event_id for f in together] == [e.id for e in events]
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-6)
