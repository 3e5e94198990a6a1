"""What a run does once, before its workers begin."""

import shutil

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.batch import BatchOptions, make_plan, pool, run_batch
from yamnet_gui.yamnet import inspect_weights, litert_is_installed, litert_is_stored


@pytest.mark.workflow
@pytest.mark.skipif(not litert_is_installed(), reason="needs LiteRT")
def test_the_file_for_litert_is_made_before_the_workers_begin(tmp_path, tiny_weights, monkeypatch):
    weights = tmp_path / "own.h5"
    shutil.copy(tiny_weights, weights)
    identity = inspect_weights(weights).identity
    sounds = [write_sound(tmp_path / f"{k}.wav", 1.0, seed=k) for k in range(2)]
    stored = []

    def pooled(*_arguments):
        stored.append(litert_is_stored(weights, identity))
        yield from ()

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pool, "run_pooled", pooled)
    assert not litert_is_stored(weights, identity)
    with pytest.raises(KeyError):  # no worker gave a record
        list(run_batch(make_plan(sounds), BatchOptions(weights), jobs=2))
    assert stored == [True]
