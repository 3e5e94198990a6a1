"""Sections that are joined give what the whole recording gives, bit by bit."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.analysis import AnalysisSettings, ResultCache, analyse_recording, sections
from yamnet_gui.analysis.analyse import finished
from yamnet_gui.analysis.events_of import EventsRequest, events_of_steps, result_of
from yamnet_gui.analysis.sections import (
    CannotCutError,
    analyse_section,
    joined_sections,
    section_spans,
)


@pytest.fixture(autouse=True)
def _short_sections(monkeypatch):
    monkeypatch.setattr(sections, "SECTION_FRAMES", 128)


def cut(path: Path, model, settings: AnalysisSettings, cache=None):
    spans = section_spans(path, settings)
    made = [analyse_section(path, model, settings, cache, span) for span in spans]
    assert len(made) > 1
    return made


def same(one, other) -> None:
    assert one.warnings == other.warnings
    for a, b in zip(one.tables, other.tables, strict=True):
        assert a.grid == b.grid
        assert np.array_equal(a.scores, b.scores)
        assert np.array_equal(one.embeddings(a.channel), other.embeddings(a.channel))
        assert np.array_equal(one.envelope(a.channel).values, other.envelope(a.channel).values)
    for channel, finer in one.finer.items():
        theirs = other.finer[channel]
        assert finer.blocks.keys() == theirs.blocks.keys()
        for number, block in finer.blocks.items():
            assert np.array_equal(block.frames, theirs.blocks[number].frames)
            assert np.array_equal(block.scores, theirs.blocks[number].scores)


@pytest.mark.parametrize(
    ("sound", "settings"),
    [
        ({"rate": 16000}, AnalysisSettings()),
        ({"rate": 44100, "channels": 2}, AnalysisSettings(finer="doubtful")),
        ({"rate": 22050}, AnalysisSettings(finer="everywhere", start_s=3.3, end_s=240.0)),
        pytest.param(
            {"rate": 48000, "channels": 2},
            AnalysisSettings(0.24, "each", gain_db=-6.0),
            marks=pytest.mark.slow,
        ),
    ],
)
@pytest.mark.workflow
def test_joined_sections_are_the_whole_to_the_last_bit(tmp_path, model, sound, settings):
    path = write_sound(tmp_path / "long.wav", 400.0, **sound)
    made = cut(path, model, settings)
    joined = joined_sections(path, model, settings, None, [lambda one=one: one for one in made])
    request = EventsRequest(settings)
    ours = result_of(events_of_steps(joined, request, model))
    whole = analyse_recording(path, model, settings)
    theirs = result_of(events_of_steps(whole, request, model))
    same(theirs.analysis, ours.analysis)
    assert bool(ours.analysis.finer) == (settings.finer != "off")


def test_what_cannot_be_entered_exactly_or_is_short_is_not_cut(tmp_path):
    settings = AnalysisSettings()
    assert section_spans(write_sound(tmp_path / "short.wav", 60.0), settings) == []
    soundfile.write(tmp_path / "float.wav", np.zeros(150 * 16000), 16000, "FLOAT")
    assert section_spans(tmp_path / "float.wav", settings) == []
    spans = section_spans(write_sound(tmp_path / "long.flac", 150.0), settings)
    assert spans == [(0, 128), (128, 312)]


@pytest.mark.workflow
def test_sections_that_do_not_fit_together_are_refused(tmp_path, model):
    path = write_sound(tmp_path / "long.wav", 150.0)
    made = cut(path, model, AnalysisSettings())
    for wrong in (made[:1], made[1:], [made[0], made[0]]):
        readers = [lambda one=one: one for one in wrong]
        with pytest.raises(CannotCutError):
            list(joined_sections(path, model, AnalysisSettings(), None, readers))
    with pytest.raises(CannotCutError):
        analyse_section(path, model, AnalysisSettings(), None, (0, 999))


@pytest.mark.workflow
def test_a_stored_result_needs_no_sections_and_joined_ones_are_stored(tmp_path, cache):
    path, model, settings = write_sound(tmp_path / "a.wav", 150.0), FakeModel(), AnalysisSettings()
    made = cut(path, model, settings, cache)
    readers = [lambda one=one: one for one in made]
    list(joined_sections(path, model, settings, cache, readers))
    assert analyse_section(path, model, settings, cache, (0, 128)) is None
    loaded = model.loaded
    stored = finished(analyse_recording(path, model, settings, cache))
    assert model.loaded == loaded
    elsewhere = ResultCache(tmp_path / "other")
    same(stored, finished(analyse_recording(path, FakeModel(), settings, elsewhere)))


@pytest.mark.workflow
def test_sections_complete_an_interrupted_analysis(tmp_path, cache, model):
    path, settings = write_sound(tmp_path / "a.wav", 400.0), AnalysisSettings(finer="doubtful")
    made = cut(path, model, settings)
    steps = analyse_recording(path, model, settings, cache)
    for step in steps:
        if step.frames_done >= 320:
            break
    steps.close()
    list(joined_sections(path, model, settings, cache, [lambda one=one: one for one in made]))
    stored = finished(analyse_recording(path, model, settings, cache))
    same(stored, finished(analyse_recording(path, model, settings.published)))
