"""A cache whose disk refuses costs time, never a recording."""

import errno
import tempfile

import pytest

from tests.unit.analysis.test_analyse import same
from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.analysis import (
    AnalysisSettings,
    ResultCache,
    analyse_recording,
    cache_writer,
    finished,
)
from yamnet_gui.analysis.cache_writer import NOT_STORED
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.many import many_recording_events
from yamnet_gui.analysis.stored import AnalysisWriter, _GrowingRows
from yamnet_gui.core.errors import SettingsError

EACH = AnalysisSettings(channels="each")


@pytest.fixture(scope="module")
def stereo(tmp_path_factory):
    return write_sound(tmp_path_factory.mktemp("sound") / "stereo.wav", 45.0, channels=2)


@pytest.fixture(scope="module")
def right(stereo):
    return finished(analyse_recording(stereo, FakeModel(), EACH))


def full(*_arguments, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


def refuse(monkeypatch, owner, name, at, folder):
    """From its call number `at` on, `name` refuses in `folder` alone; how often it was called."""
    calls = []
    real = getattr(owner, name)

    def refusing(self, *arguments, **options):
        where = getattr(self, "folder", None) or self._file.name
        if str(where).startswith(str(folder)):
            calls.append(name)
            if len(calls) >= at:
                full()
        return real(self, *arguments, **options)

    monkeypatch.setattr(owner, name, refusing)
    return calls


@pytest.mark.parametrize("at", [1, 4, 7])
@pytest.mark.parametrize(
    ("owner", "name"),
    [(_GrowingRows, "append"), (_GrowingRows, "flush"), (AnalysisWriter, "finish"),
     (_GrowingRows, "finish"), (AnalysisWriter, "_note")],
)  # fmt: skip
def test_a_disk_that_fills_up_leaves_the_result_whole(
    monkeypatch, stereo, right, tmp_path, owner, name, at
):
    cache = ResultCache(tmp_path)
    calls = refuse(monkeypatch, owner, name, at, tmp_path)
    steps = list(analyse_recording(stereo, FakeModel(), EACH, cache))
    analysis = steps[-1].analysis
    assert same(analysis, right)
    assert [step.chunk.first_frame for step in steps].count(0) == 2  # nothing came twice
    refused = len(calls) >= at
    assert analysis.warnings == (
        (f"{NOT_STORED} {tmp_path} (No space left on device)",) if refused else ()
    )
    monkeypatch.undo()
    assert (cache.size() == 0) == refused  # its room is given back
    assert same(finished(analyse_recording(stereo, FakeModel(), EACH, cache)), right)


def test_a_cache_that_cannot_be_made_is_said_with_the_result(stereo, right, tmp_path):
    (tmp_path / "file").write_text("mine")
    cache = ResultCache(tmp_path / "file" / "cache")
    analysis = finished(analyse_recording(stereo, FakeModel(), EACH, cache))
    assert same(analysis, right)
    assert analysis.warnings == (f"{NOT_STORED} {tmp_path}/file/cache (Not a directory)",)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_short_recording_says_so_too(tmp_path):
    sound = write_sound(tmp_path / "short.wav", 3.0)
    (tmp_path / "cache").write_text("a file")
    cache = ResultCache(tmp_path / "cache")
    steps = list(
        many_recording_events([sound], FakeModel(), EventsRequest(AnalysisSettings()), cache)
    )
    (result,) = [s.progress.result for s in steps if s.progress and s.progress.result]
    assert result.analysis.warnings == (f"{NOT_STORED} {tmp_path}/cache (Not a directory)",)


def test_a_result_that_cannot_get_its_name_is_used_all_the_same(
    monkeypatch, stereo, right, tmp_path
):
    cache = ResultCache(tmp_path)
    monkeypatch.setattr(cache, "_publish", full)
    analysis = finished(analyse_recording(stereo, FakeModel(), EACH, cache))
    assert same(analysis, right)
    assert analysis.warnings[0].startswith(NOT_STORED)


@pytest.mark.parametrize("broken", ["mix.scores.npy", "progress.jsonl"])
def test_a_part_that_cannot_be_read_is_computed_again(sound, model, cache, broken):
    steps = analyse_recording(sound, model, cache=cache)
    next(steps)
    steps.close()
    (part,) = cache.folder.glob("results/??/*.part")
    (part / broken).unlink()
    (part / broken).mkdir()
    whole = finished(analyse_recording(sound, model))
    assert same(finished(analyse_recording(sound, model, cache=cache)), whole)
    assert same(finished(analyse_recording(sound, model, cache=cache)), whole)


def test_where_nothing_can_be_written_the_disk_is_named(monkeypatch, stereo, tmp_path):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr(cache_writer.tempfile, "mkdtemp", full)
    cache = ResultCache(tmp_path / "file")
    with pytest.raises(SettingsError, match=r"cannot hold the scores .*No space left") as raised:
        finished(analyse_recording(stereo, FakeModel(), EACH, cache))
    assert tempfile.gettempdir() in str(raised.value)


def test_a_temporary_folder_that_fills_up_ends_with_one_sentence(monkeypatch, stereo, tmp_path):
    monkeypatch.setattr(_GrowingRows, "append", full)
    with pytest.raises(SettingsError, match="cannot hold the scores"):
        finished(analyse_recording(stereo, FakeModel(), EACH, ResultCache(tmp_path)))
