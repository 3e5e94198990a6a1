import threading
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.analysis import (
    AnalysisSettings,
    ResultCache,
    analyse_recording,
    cached_analysis,
    finished,
)
from yamnet_gui.analysis import analyse as module
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.yamnet import frame_count


def same(first, second) -> bool:
    return all(
        np.array_equal(a.scores, b.scores)
        and a.grid == b.grid
        and a.channel == b.channel
        and np.array_equal(first.embeddings(a.channel), second.embeddings(b.channel))
        and np.array_equal(first.envelope(a.channel).values, second.envelope(b.channel).values)
        and len(first.envelope(a.channel).values) > 1
        for a, b in zip(first.tables, second.tables, strict=True)
    )


def test_chunks_join_to_the_result(sound, model, cache):
    steps = list(analyse_recording(sound, model, cache=cache))
    analysis = steps[-1].analysis
    assert [step.analysis for step in steps[:-1]] == [None] * (len(steps) - 1)
    assert np.array_equal(
        np.concatenate([s.chunk.scores for s in steps]), analysis.tables[0].scores
    )
    joined = np.concatenate([s.chunk.embeddings for s in steps])
    assert np.array_equal(joined, analysis.embeddings())
    assert analysis.tables[0].grid.count == frame_count(40 * 16000) == steps[-1].frames_done
    assert steps[-1].frames_total == steps[-1].frames_done
    assert steps[-1].audio_seconds_done == 40.0
    assert analysis.complete
    assert analysis.recording.duration_s == 40.0


def test_a_second_analysis_comes_from_the_cache_without_the_network(sound, model, cache):
    first = finished(analyse_recording(sound, model, cache=cache))
    assert model.loaded == 1
    again = finished(analyse_recording(sound, model, cache=cache))
    assert model.loaded == 1
    assert same(first, again)
    assert again.created_utc == first.created_utc


@pytest.mark.workflow
def test_the_bytes_of_a_result_do_not_depend_on_the_thread(sound, model):
    results = []

    def analyse():
        results.append(finished(analyse_recording(sound, model)))

    with threadpool_limits(2, "blas"):  # the main thread is the first to set a limit
        analyse()
        thread = threading.Thread(target=analyse)
        thread.start()
        thread.join()
    assert same(*results)


def test_the_same_content_elsewhere_is_known_too(sound, model, cache, tmp_path):
    finished(analyse_recording(sound, model, cache=cache))
    copy = tmp_path / "20240503_211500.wav"
    copy.write_bytes(sound.read_bytes())
    analysis = cached_analysis(copy, model, AnalysisSettings(), cache)
    assert analysis.recording.path == copy
    assert analysis.recording.recorded_at.year == 2024


def test_changed_content_settings_and_models_are_analysed_anew(sound, model, cache):
    finished(analyse_recording(sound, model, cache=cache))
    assert cached_analysis(sound, FakeModel("0" * 64), AnalysisSettings(), cache) is None
    assert cached_analysis(sound, model, AnalysisSettings(gain_db=6), cache) is None
    write_sound(sound, 40.0, seed=1)
    assert cached_analysis(sound, model, AnalysisSettings(), cache) is None


@pytest.mark.parametrize(
    "settings",
    [
        AnalysisSettings(),
        AnalysisSettings(hop_s=0.1),
        AnalysisSettings(channels="each"),
        AnalysisSettings(gain_db=-6.0, start_s=1.25, end_s=39.0),
    ],
)
@pytest.mark.parametrize("rate", [16000, 22050])
def test_an_interrupted_analysis_goes_on_bit_by_bit(tmp_path, model, cache, settings, rate):
    path = write_sound(tmp_path / "two.wav", 70.0, channels=2, rate=rate)
    whole = finished(analyse_recording(path, model, settings, ResultCache(tmp_path / "other")))
    stored = []
    for chunks in (1, 2):
        steps = analyse_recording(path, model, settings, cache)
        done = 0
        for _ in range(chunks):
            done = next(steps).frames_done
        steps.close()
        stored.append(done)
    assert stored == sorted(stored)
    assert stored[0] > 0
    resumed = finished(analyse_recording(path, model, settings, cache))
    assert same(whole, resumed)


def test_what_was_stored_is_not_computed_again(sound, cache):
    seen = []

    class Counting(FakeModel):
        def network(self):
            inner = super().network()

            class Network:
                batch, calls = inner.batch, inner.calls
                place_matters, runtime = inner.place_matters, inner.runtime

                def __call__(self, patches):
                    seen.append(len(patches))
                    return inner(patches)

            return Network()

    steps = analyse_recording(sound, Counting(), cache=cache)
    assert next(steps).frames_done == 64
    steps.close()
    first = len(seen)
    finished(analyse_recording(sound, Counting(), cache=cache))
    alone = len(seen)
    finished(analyse_recording(sound, Counting()))
    assert first >= 1
    assert alone - first < len(seen) - alone


def test_each_channel_equals_its_own_file(tmp_path, model, cache):
    import soundfile

    both = write_sound(tmp_path / "both.wav", 5.0, channels=2)
    samples, rate = soundfile.read(both, dtype="int16")
    each = finished(analyse_recording(both, model, AnalysisSettings(channels="each"), cache))
    assert [table.channel for table in each.tables] == [0, 1]
    for channel in (0, 1):
        alone = tmp_path / f"{channel}.wav"
        soundfile.write(alone, samples[:, channel], rate)
        single = finished(analyse_recording(alone, model, cache=cache))
        assert np.array_equal(each.table(channel).scores, single.tables[0].scores)
    with pytest.raises(KeyError):
        each.table(None)


def test_progress_counts_over_all_channels(tmp_path, model):
    path = write_sound(tmp_path / "both.wav", 35.0, channels=2)
    steps = list(analyse_recording(path, model, AnalysisSettings(channels="each")))
    assert [s.frames_total for s in steps] == [2 * frame_count(35 * 16000)] * len(steps)
    assert [s.channel for s in steps] == [0, 0, 1, 1]
    assert steps[-1].audio_seconds_done == 70.0


def test_a_part_lies_where_it_was_asked_for(sound, model):
    part = finished(analyse_recording(sound, model, AnalysisSettings(start_s=10, end_s=20)))
    grid = part.tables[0].grid
    assert (grid.start_s, grid.end_s) == (10, 20)
    assert grid.count == frame_count(10 * 16000)


def test_a_part_behind_the_end_is_refused(sound, model):
    with pytest.raises(SettingsError, match=r"starts at 50 s.*ends at 40\.00 s"):
        finished(analyse_recording(sound, model, AnalysisSettings(start_s=50)))


def test_closing_stops_all_threads(sound, model, cache):
    before = threading.active_count()
    steps = analyse_recording(sound, model, cache=cache)
    next(steps)
    steps.close()
    assert threading.active_count() == before


def test_without_a_cache_the_result_lives_with_the_analysis(sound, model):
    analysis = finished(analyse_recording(sound, model))
    folder = analysis.folder
    assert folder.is_dir()
    assert analysis.embeddings().shape == (analysis.tables[0].grid.count, 1024)
    del analysis
    assert not folder.exists()


def test_arrays_are_read_only(sound, model, cache):
    analysis = finished(analyse_recording(sound, model, cache=cache))
    with pytest.raises(ValueError, match="read-only"):
        analysis.tables[0].scores[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        analysis.embeddings()[0, 0] = 1


def test_a_missing_recording_is_named(tmp_path, model, cache):
    with pytest.raises(RecordingError, match=r"gone\.wav: there is no such file"):
        finished(analyse_recording(tmp_path / "gone.wav", model, cache=cache))


def test_a_plain_function_may_give_the_network(sound, tiny_weights):
    from yamnet_gui.yamnet import load_network

    analysis = finished(
        analyse_recording(sound, lambda: load_network(tiny_weights), AnalysisSettings(end_s=2))
    )
    assert analysis.model_sha256 == load_network(tiny_weights).weights_file.identity
    assert replace(analysis, complete=False) != analysis


def test_a_file_shorter_than_its_header_is_reported_also_from_the_cache(sound, model, cache):
    content = sound.read_bytes()
    sound.write_bytes(content[: len(content) // 2])
    first, second = (finished(analyse_recording(sound, model, cache=cache)) for _ in range(2))
    assert len(first.warnings) == 1
    assert "before the length that its header names" in first.warnings[0]
    assert second.warnings == first.warnings
    assert model.loaded == 1


def test_a_file_that_grows_is_not_stored_under_what_it_was(sound, model, cache, monkeypatch):
    whole = write_sound(sound.with_name("whole.wav"), 40.0)
    early = write_sound(sound.with_name("early.wav"), 5.0).read_bytes()
    sound.write_bytes(early)
    read_content = module.content_hash

    def and_then_it_grows(path, memo_folder=None):
        content = read_content(path, memo_folder)
        sound.write_bytes(whole.read_bytes())
        return content

    monkeypatch.setattr(module, "content_hash", and_then_it_grows)
    grown = finished(analyse_recording(sound, model, cache=cache))
    monkeypatch.undo()
    assert same(grown, finished(analyse_recording(whole, model)))
    sound.write_bytes(early)
    assert cached_analysis(sound, model, AnalysisSettings(), cache) is None
