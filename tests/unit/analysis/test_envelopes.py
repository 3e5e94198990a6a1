import numpy as np
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.analysis import (
    AnalysisSettings,
    ResultCache,
    add_envelopes,
    analyse_recording,
    cached_analysis,
    finished,
)
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.analysis.stored import AnalysisWriter, envelope_name
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.scores import ScoreChunk
from yamnet_gui.detection import RuleSet

SETTINGS = [
    AnalysisSettings(),
    AnalysisSettings(channels="each", gain_db=-6.0, start_s=1.25, end_s=20.0),
    AnalysisSettings(hop_s=20.0),
]


@pytest.fixture
def stereo(tmp_path):
    return write_sound(tmp_path / "stereo.wav", 23.7, channels=2, rate=22050)


@pytest.mark.parametrize("settings", SETTINGS)
def test_an_older_result_gets_the_envelope_that_it_lacks(stereo, model, cache, settings):
    analysis = finished(analyse_recording(stereo, model, settings, cache))
    values_before = [np.array(analysis.envelope(t.channel).values) for t in analysis.tables]
    for table in analysis.tables:
        (analysis.folder / envelope_name(table.channel)).unlink()
    older = cached_analysis(stereo, model, settings, cache)
    assert older is not None
    assert [older.envelope(t.channel) for t in older.tables] == [None] * len(values_before)
    shares = list(add_envelopes(older))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    for table, values in zip(older.tables, values_before, strict=True):
        again = older.envelope(table.channel)
        assert again.start_s == settings.start_s
        np.testing.assert_allclose(again.values, values, atol=1e-3)
    assert list(add_envelopes(older)) == []  # nothing is missing now


def test_there_is_a_value_for_every_ten_milliseconds_of_sound(stereo, model, cache):
    analysis = finished(analyse_recording(stereo, model, AnalysisSettings(hop_s=20.0), cache))
    samples = round(23.7 * 16000)  # and none for the silence that completes the last frame
    assert len(analysis.envelope().values) == (samples - 400) // 160 + 1


def test_edges_stay_plain_without_an_envelope(stereo, model, cache):
    analysis = finished(analyse_recording(stereo, model, None, cache))
    refined = find_events(analysis, RuleSet())
    (analysis.folder / envelope_name(None)).unlink()
    plain = find_events(analysis, RuleSet())
    assert np.array_equal(plain.rows, find_events(analysis, RuleSet().with_edges("plain")).rows)
    assert not np.array_equal(plain.rows, refined.rows)


def test_a_damaged_envelope_counts_as_missing(stereo, model, cache):
    analysis = finished(analyse_recording(stereo, model, None, cache))
    path = analysis.folder / envelope_name(None)
    path.write_bytes(path.read_bytes()[:-60])
    assert analysis.envelope() is None
    list(add_envelopes(analysis))
    assert analysis.envelope() is not None


def test_a_removed_recording_is_named_and_nothing_is_left(stereo, model, cache):
    analysis = finished(analyse_recording(stereo, model, None, cache))
    path = analysis.folder / envelope_name(None)
    path.unlink()
    before = sorted(analysis.folder.iterdir())
    stereo.unlink()
    with pytest.raises(RecordingError, match=r"stereo\.wav"):
        list(add_envelopes(analysis))
    assert sorted(analysis.folder.iterdir()) == before


@pytest.mark.workflow
def test_a_long_interrupted_analysis_ends_with_the_same_envelope(tmp_path, model, cache):
    path = write_sound(tmp_path / "long.wav", 330.0)
    whole = finished(analyse_recording(path, model, None, ResultCache(tmp_path / "other")))
    for chunks in (6, 5):  # behind the first whole blocks of the envelope, and again
        steps = analyse_recording(path, model, None, cache)
        for _ in range(chunks):
            next(steps)
        steps.close()
    resumed = finished(analyse_recording(path, model, None, cache))
    assert np.array_equal(resumed.envelope().values, whole.envelope().values)


def chunk(first: int, count: int) -> ScoreChunk:
    scores = np.full((count, 5), 0.5, np.float32)
    return ScoreChunk(first, scores, np.zeros((count, 3), np.float32))


def test_values_last_from_the_next_frames_on(tmp_path):
    values = np.arange(6000, dtype=np.float32)
    with AnalysisWriter(tmp_path, [None], "r") as writer:
        writer.append_values(None, values[:3000])
        writer.append(None, chunk(0, 10))
        writer.append_values(None, values[3000:])  # a kill comes before the next frames
    with AnalysisWriter(tmp_path, [None], "r") as writer:
        assert writer.values_of(None) == 3000
        writer.append_values(None, values[3000:])
        writer.append(None, chunk(10, 10))
        writer.finish({})
    assert np.array_equal(np.load(tmp_path / "mix.envelope.npy")[:, 0], values)


@pytest.mark.parametrize("damage", ["torn", "changed"])
def test_damaged_values_are_made_again(tmp_path, damage):
    with AnalysisWriter(tmp_path, [None], "r") as writer:
        for first in (0, 10):
            writer.append_values(None, np.full(3000, first, np.float32))
            writer.append(None, chunk(first, 10))
    path = tmp_path / "mix.envelope.npy"
    content = bytearray(path.read_bytes())
    if damage == "torn":
        del content[-5:]
    else:
        content[128 + 3100 * 4] ^= 1
    path.write_bytes(bytes(content))
    with AnalysisWriter(tmp_path, [None], "r") as writer:
        assert writer.frames_of(None) == 20
        assert writer.values_of(None) == 3000
