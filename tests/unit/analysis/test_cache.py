import json
import os
import shutil

import numpy as np
import pytest

from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.analysis import AnalysisSettings, ResultCache, analyse_recording, finished
from yamnet_gui.analysis.cache import result_key, result_keys
from yamnet_gui.analysis.stored import META
from yamnet_gui.core.model_identity import remember_identity

OLD, NEW = "a" * 64, "b" * 64
HALF = AnalysisSettings(end_s=20.0)


def entries(cache: ResultCache) -> list:
    return sorted(path for path in (cache.folder / "results").glob("??/*") if path.is_dir())


@pytest.mark.parametrize("name", [META, "mix.scores.npy", "mix.embeddings.npy"])
@pytest.mark.parametrize("damage", ["removed", "cut", "emptied"])
def test_a_result_that_is_not_whole_is_made_again(sound, model, cache, name, damage):
    first = finished(analyse_recording(sound, model, HALF, cache))
    wanted = first.tables[0].scores.copy()
    file = entries(cache)[0] / name
    content = file.read_bytes()
    file.unlink()
    if damage != "removed":
        file.write_bytes(content[:-9] if damage == "cut" else b"")
    again = finished(analyse_recording(sound, model, HALF, cache))
    assert model.loaded == 2
    assert np.array_equal(again.tables[0].scores, wanted)
    finished(analyse_recording(sound, model, HALF, cache))
    assert model.loaded == 2


def test_the_longest_unused_go_first(tmp_path, model):
    sounds = [write_sound(tmp_path / f"{k}.wav", 30.0, seed=k) for k in range(3)]
    cache = ResultCache(tmp_path / "cache")
    for age, path in enumerate(sounds):
        analysis = finished(analyse_recording(path, model, cache=cache))
        os.utime(analysis.folder / META, (1e9 + age, 1e9 + age))
    one = cache.size() // 3
    finished(analyse_recording(sounds[0], model, cache=cache))  # used just now
    small = ResultCache(tmp_path / "cache", limit_bytes=3 * one)
    finished(analyse_recording(sounds[0], model, HALF, small))
    loaded = model.loaded
    finished(analyse_recording(sounds[0], model, cache=small))
    finished(analyse_recording(sounds[2], model, cache=small))
    assert model.loaded == loaded
    assert small.size() <= 3 * one
    finished(analyse_recording(sounds[1], model, cache=small))
    assert model.loaded == loaded + 1


def test_what_was_just_made_stays_even_if_it_is_too_large(sound, model, tmp_path):
    cache = ResultCache(tmp_path / "cache", limit_bytes=10)
    analysis = finished(analyse_recording(sound, model, HALF, cache))
    assert analysis.folder.is_dir()


def test_arrays_in_use_survive_their_removal(sound, model, cache):
    analysis = finished(analyse_recording(sound, model, HALF, cache))
    wanted = analysis.tables[0].scores.copy()
    cache.clear()
    assert cache.size() == 0
    assert np.array_equal(analysis.tables[0].scores, wanted)


def test_clear_spares_what_is_being_written(sound, model, cache):
    finished(analyse_recording(sound, model, HALF, cache))
    steps = analyse_recording(sound, model, cache=cache)
    next(steps)
    cache.clear()
    assert [path.suffix for path in entries(cache)] == [".part"]
    assert finished(steps).complete
    cache.clear()
    assert entries(cache) == []


def test_two_at_once_give_one_whole_result(sound, cache):
    first_model, second_model = FakeModel(), FakeModel()
    first = analyse_recording(sound, first_model, cache=cache)
    second = analyse_recording(sound, second_model, cache=cache)
    next(first)
    next(second)
    assert len(entries(cache)) == 2
    one, other = finished(first), finished(second)
    assert len(entries(cache)) == 1
    assert np.array_equal(one.tables[0].scores, other.tables[0].scores)
    assert not list(cache.folder.rglob("*.lock"))


def test_an_orphaned_part_of_a_killed_program_counts_and_goes(sound, model, cache):
    steps = analyse_recording(sound, model, cache=cache)
    next(steps)
    steps.close()
    (part,) = entries(cache)
    orphan = part.with_name(part.stem + "-0123456789ab.part")
    shutil.copytree(part, orphan)
    assert cache.size() > 0
    ResultCache(cache.folder, limit_bytes=0).shrink()
    assert entries(cache) == []


@pytest.mark.parametrize(("off_s", "loaded"), [(0.0, 1), (5.0, 2)])
def test_an_older_result_counts_as_long_as_the_file_is_read_as_then(
    sound, model, cache, off_s, loaded
):
    """Version 0.1 closed gaps of containers, for example, and wrote no "reading"."""
    first = finished(analyse_recording(sound, model, HALF, cache))
    file = entries(cache)[0] / META
    meta = json.loads(file.read_text("utf-8"))
    del meta["reading"]
    file.write_text(json.dumps(meta | {"duration_s": meta["duration_s"] - off_s}), "utf-8")
    again = finished(analyse_recording(sound, model, HALF, cache))
    assert model.loaded == loaded
    assert again.recording == first.recording


def test_results_stored_under_an_older_name_of_the_model_are_found(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))  # where names are remembered
    old_key = result_key("content", OLD, HALF)
    new_keys = result_keys("content", NEW, HALF)
    remember_identity(OLD, NEW)
    assert result_key("content", OLD, HALF) == new_keys[1]
    assert result_keys("content", NEW, HALF) == [*new_keys, old_key]
    assert result_keys("content", NEW, HALF, "tensorflow")[-1] == old_key
    assert old_key not in result_keys("content", NEW, HALF, "litert")  # it was TensorFlow's
