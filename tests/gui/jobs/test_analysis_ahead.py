"""An analysis that begins before there is a window."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from yamnet_gui.analysis import AnalysisProgress, AnalysisSettings, ResultCache, WeightsModel
from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.stopping import check_stopped, stoppable
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.jobs.analysis import AnalyseJob, AnalysisStep, Loading
from yamnet_gui.gui.jobs.analysis_ahead import AnalysisAhead, begin_analysis
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.yamnet.network import SCORE_TOLERANCE


@pytest.fixture
def job(sound_file: Path, tiny_weights: Path, tmp_path: Path) -> AnalyseJob:
    cache = ResultCache(tmp_path / "cache")
    model = WeightsModel(tiny_weights, cache.memo_folder)
    return AnalyseJob(sound_file, model, AnalysisSettings(), cache, ForegroundPriority())


def _scores(steps: Iterator[AnalysisStep]) -> np.ndarray:
    return np.concatenate([s.chunk.scores for s in steps if isinstance(s, AnalysisProgress)])


def _counted(job: AnalyseJob, monkeypatch: pytest.MonkeyPatch) -> list[AnalyseJob]:
    """Every job that runs from now on."""
    begun: list[AnalyseJob] = []
    run = AnalyseJob.run

    def counting(self: AnalyseJob) -> Iterator[AnalysisStep]:
        begun.append(self)
        yield from run(self)

    monkeypatch.setattr(AnalyseJob, "run", counting)
    return begun


@pytest.mark.workflow
def test_what_was_begun_is_continued_where_it_is_the_same(
    job: AnalyseJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _scores(job.run())
    again = replace(job, cache=None)
    runs = _counted(again, monkeypatch)
    ahead = AnalysisAhead(again)
    scores = _scores(ahead.taken_for(replace(again)).run())
    assert np.allclose(scores, expected, rtol=0, atol=SCORE_TOLERANCE)
    assert runs == [again]


def test_other_settings_begin_again(job: AnalyseJob, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(job, settings=AnalysisSettings(hop_s=0.24))
    expected = _scores(replace(other, cache=None).run())
    runs = _counted(job, monkeypatch)
    ahead = AnalysisAhead(job)
    scores = _scores(ahead.taken_for(other).run())
    assert np.allclose(scores, expected, rtol=0, atol=SCORE_TOLERANCE)
    assert runs[-1] == other
    assert not _threads()


class _Endless:
    """A job that goes on until it is stopped."""

    def run(self) -> Iterator[AnalysisStep]:
        yield Loading(0.5)
        while True:
            check_stopped()
            threading.Event().wait(0.005)


def test_it_ends_with_the_work_that_takes_it() -> None:
    job = cast(AnalyseJob, _Endless())
    stop = threading.Event()
    with stoppable(stop.is_set):
        steps = AnalysisAhead(job).taken_for(job).run()
        assert next(steps) == Loading(0.5)
        stop.set()
        with pytest.raises(Cancelled):
            next(steps)
    assert not _threads()


def test_closing_ends_its_thread(job: AnalyseJob) -> None:
    ahead = AnalysisAhead(job)
    ahead.close()
    ahead.close()
    assert not _threads()


def test_nothing_begins_without_weights_or_against_the_settings(
    sound_file: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    assert begin_analysis(sound_file, settings) is None
    monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(tiny_weights))
    settings.set("analyse_on_open", False)
    assert begin_analysis(sound_file, settings) is None
    settings.set("analyse_on_open", True)
    ahead = begin_analysis(sound_file, settings)
    assert ahead is not None
    ahead.close()


def _threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "prefetch"]
