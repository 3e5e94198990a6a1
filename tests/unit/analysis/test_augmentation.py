"""Changed copies of sounds, and the embedding of silence."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.fakes import FakeModel, FakeNetwork, write_sound
from yamnet_gui.analysis import (
    Augmentation,
    SoundExample,
    augmented_examples,
    embedded_copies,
    samples_of,
    silence_embedding,
)
from yamnet_gui.analysis.augmentation import changed

NOTHING = Augmentation(
    copies=1, gain_db=(0, 0), noise_db=(200, 200), shift_s=0, mix_db=(0, 0), mix_share=0
)


def tone(seconds: float = 1.0) -> np.ndarray:
    return (0.1 * np.sin(np.arange(round(seconds * 16000)) * 0.3)).astype(np.float32)


def test_copies_differ_from_each_other_and_come_back_with_the_seed() -> None:
    one = list(changed(tone(), Augmentation(copies=4), [tone(0.3)]))
    again = list(changed(tone(), Augmentation(copies=4), [tone(0.3)]))
    other = list(changed(tone(), Augmentation(copies=4, seed=1), [tone(0.3)]))
    assert [c.shape for c in one] == [(16000,)] * 4
    assert len({c.tobytes() for c in one}) == 4
    for a, b, c in zip(one, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


def test_a_copy_without_changes_is_the_sound() -> None:
    (copy,) = changed(tone(), NOTHING)
    np.testing.assert_allclose(copy, tone(), atol=1e-6)


@pytest.mark.parametrize(
    ("what", "wanted_db"), [({"gain_db": (-6, -6)}, -6), ({"gain_db": (60, 60)}, 20)]
)
def test_gain_is_what_was_asked_for_and_never_clips(what: dict, wanted_db: float) -> None:
    (copy,) = changed(tone(), Augmentation(**{**_nothing(), **what}))
    assert 20 * np.log10(np.abs(copy).max() / 0.1) == pytest.approx(wanted_db, abs=0.1)


def test_noise_and_mix_lie_so_far_below() -> None:
    (noisy,) = changed(tone(), Augmentation(**{**_nothing(), "noise_db": (20, 20)}))
    level = np.sqrt(np.mean(tone() ** 2))
    assert 20 * np.log10(np.std(noisy - tone()) / level) == pytest.approx(-20, abs=3)
    click = np.zeros(1000, np.float32)
    click[::2] = 1
    more = {"mix_db": (10, 10), "mix_share": 1.0}
    (mixed,) = changed(tone(), Augmentation(**{**_nothing(), **more}), [click])
    assert 20 * np.log10(np.std(mixed - tone()) / level) == pytest.approx(-10, abs=4)


def _nothing() -> dict:
    return {name: getattr(NOTHING, name) for name in NOTHING.__dataclass_fields__}


def test_silence_stays_finite() -> None:
    for copy in changed(np.zeros(100, np.float32), Augmentation(), [np.zeros(5, np.float32)]):
        assert np.isfinite(copy).all()
    for copy in changed(np.zeros(0, np.float32), Augmentation(copies=1)):
        assert copy.shape == (0,)


def test_copies_are_embedded(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.wav", 3.0, rate=44100)
    samples = samples_of(path, 0.5, 2.5)
    assert samples.shape == (32000,)
    copies = list(embedded_copies(samples, FakeNetwork(), Augmentation(copies=2)))
    assert [c.shape for c in copies] == [(4, 1024)] * 2


def test_the_embedding_of_silence_is_computed_once(tmp_path: Path) -> None:
    model = FakeModel()
    one = silence_embedding(model, tmp_path)
    np.testing.assert_array_equal(silence_embedding(model, tmp_path), one)
    assert (one.shape, model.loaded) == ((1024,), 1)
    next(tmp_path.iterdir()).write_bytes(b"broken")
    np.testing.assert_array_equal(silence_embedding(model, tmp_path), one)


def test_copies_of_examples_are_marked_and_count_as_much_as_their_sound(tmp_path: Path) -> None:
    one = write_sound(tmp_path / "a.wav", 2.0, seed=1)
    other = write_sound(tmp_path / "b.wav", 3.0, seed=2)
    sounds = [
        SoundExample(one, "owl", "a", 0.5, 1.5),
        SoundExample(other, None, "b", weight=0.5),
        SoundExample(tmp_path / "gone.wav", "owl", "c"),
    ]
    model = FakeModel()
    steps = list(augmented_examples(sounds, model, Augmentation(copies=2)))
    assert [done for done, _ in steps] == [1, 2, 3]
    (first, second, third) = (made for _, made in steps)
    assert [(e.label, e.group, e.weight, e.augmented) for e in first] == [
        ("owl", "a", 0.5, True)
    ] * 2
    assert [(e.label, e.weight) for e in second] == [(None, 0.25)] * 2
    assert third == []
