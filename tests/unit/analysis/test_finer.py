"""A closer look: the same scores whatever the way, stored once, and only for rules."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from tests.unit.fakes import FakeModel, FakeNetwork, write_sound
from yamnet_gui.analysis import (
    AnalysisSettings,
    EventsRequest,
    analyse_recording,
    cached_analysis,
    finished,
    recording_events,
    result_of,
)
from yamnet_gui.analysis.analyse import sample_reader
from yamnet_gui.analysis.finer import finer_steps
from yamnet_gui.analysis.finer_scores import FinerScores, read_finer
from yamnet_gui.analysis.many import many_recording_events
from yamnet_gui.core.pipeline import completed
from yamnet_gui.detection import RuleSet
from yamnet_gui.quality.references import StoredScores

DOUBTFUL, EVERYWHERE = AnalysisSettings(finer="doubtful"), AnalysisSettings(finer="everywhere")


class CountingModel(FakeModel):
    """Counts the patches that its network is given."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = 0

    def network(self) -> FakeNetwork:
        model = self

        class Counting(FakeNetwork):
            def __call__(self, patches):
                model.patches += len(patches)
                return super().__call__(patches)

        return Counting()


def looked_at(sound, model, settings, cache=None):
    """The analysis of a recording after a closer look, as events are made of it."""
    request = EventsRequest(settings, RuleSet())
    return result_of(recording_events(sound, model, request, cache)).analysis


def blocks(finer: FinerScores) -> list:
    return [
        (number, block.frames.tolist(), block.scores.tobytes())
        for number, block in sorted(finer.blocks.items())
    ]


def killed_after_three_steps(folder, model, cache):
    """A recording of 140 s whose analysis was begun, and left as a kill leaves it."""
    sound = write_sound(folder / "long.wav", 140.0)
    steps = analyse_recording(sound, model, DOUBTFUL, cache)
    for _ in range(3):
        next(steps)
    steps.close()
    return sound


def medians(sound, settings: AnalysisSettings) -> np.ndarray:
    """What a closer look everywhere has to give, from an analysis with three times the frames."""
    hop = AnalysisSettings(0.16, gain_db=settings.gain_db, start_s=settings.start_s)
    fine = finished(analyse_recording(sound, FakeModel(), hop)).tables[0].scores
    middle = np.arange(3, len(fine) - 3, 3)
    return np.median([fine[middle - 1], fine[middle], fine[middle + 1]], axis=0)


def test_a_score_becomes_the_median_of_three_windows(tmp_path, model):
    sound = write_sound(tmp_path / "sound.wav", 20.0)
    settings = replace(EVERYWHERE, gain_db=6.0, start_s=1.25)
    seen = looked_at(sound, model, settings).for_rules().scores
    wanted = medians(sound, settings)
    count = min(len(seen) - 2, len(wanted))
    assert count >= len(seen) - 3
    np.testing.assert_array_equal(seen[1 : count + 1], wanted[:count])


def test_only_rules_see_finer_scores(sound, model):
    published = finished(analyse_recording(sound, model))
    seen = looked_at(sound, model, DOUBTFUL)
    np.testing.assert_array_equal(seen.tables[0].scores, published.tables[0].scores)
    frames = np.concatenate([b.frames for b in seen.finer[None].blocks.values()])
    others = np.setdiff1d(np.arange(len(published.tables[0].scores)), frames)
    assert 0 < len(frames) < len(others) + len(frames)
    ruled = seen.for_rules().scores
    np.testing.assert_array_equal(ruled[others], published.tables[0].scores[others])
    assert not np.array_equal(ruled[frames], published.tables[0].scores[frames])
    joined = np.concatenate([scores for _, scores in seen.rule_blocks()])
    np.testing.assert_array_equal(joined, ruled)


@pytest.mark.parametrize(
    ("finer", "rate"),
    [("doubtful", 22050), pytest.param("everywhere", 16000, marks=pytest.mark.workflow)],
)
def test_every_way_to_a_closer_look_gives_the_same(tmp_path, model, cache, rate, finer):
    sound = write_sound(tmp_path / "two.wav", 35.0, channels=2, rate=rate)
    settings = AnalysisSettings(channels="each", finer=finer)
    on_the_way = looked_at(sound, model, settings)
    finished(analyse_recording(sound, model, settings.published, cache))
    afterwards = looked_at(sound, model, settings, cache)
    for channel in (0, 1):
        assert blocks(on_the_way.finer[channel]) == blocks(afterwards.finer[channel])
        assert on_the_way.finer[channel].complete(on_the_way.tables[channel].grid.count)
    assert cached_analysis(sound, model, settings, cache).finer.keys() == {0, 1}


def test_short_recordings_of_a_run_are_looked_at_too(tmp_path, model, cache):
    sounds = [write_sound(tmp_path / f"{n}.wav", 4.0, seed=n) for n in range(3)]
    request = EventsRequest(DOUBTFUL, RuleSet())
    steps = list(many_recording_events(sounds, model, request, cache))
    results = [s.progress.result for s in steps if s.progress and s.progress.result]
    for sound, result in zip(sounds, results, strict=True):
        alone = looked_at(sound, model, DOUBTFUL)
        assert blocks(result.analysis.finer[None]) == blocks(alone.finer[None])
        stored = cached_analysis(sound, model, DOUBTFUL, cache)
        assert blocks(stored.finer[None]) == blocks(alone.finer[None])


@pytest.mark.parametrize("seconds", [0.01, 0.5, 0.975, 1.2, 1.5])
@pytest.mark.parametrize("finer", ["doubtful", "everywhere"])
def test_recordings_without_room_for_other_windows_stay_as_they_are(tmp_path, seconds, finer):
    sound, model = write_sound(tmp_path / "short.wav", seconds), FakeModel()
    settings = AnalysisSettings(finer=finer)
    seen = looked_at(sound, model, settings)
    if seen.tables[0].grid.count < 3:
        assert seen.for_rules().scores.tobytes() == seen.tables[0].scores.tobytes()
    assert seen.finer[None].complete(seen.tables[0].grid.count)


def test_frames_that_are_close_already_are_not_looked_at_again(sound, model):
    settings = AnalysisSettings(hop_s=0.16, finer="everywhere")
    assert looked_at(sound, model, settings).finer == {}


def test_a_closer_look_shares_the_stored_scores_and_is_stored_once(sound, cache):
    model = CountingModel()
    finished(analyse_recording(sound, model, cache=cache))
    coarse = model.patches
    first = looked_at(sound, model, DOUBTFUL, cache)
    assert model.patches == coarse + 2 * first.finer[None].frames
    before = model.patches
    again = looked_at(sound, model, DOUBTFUL, cache)
    assert model.patches == before
    assert blocks(again.finer[None]) == blocks(first.finer[None])
    assert cached_analysis(sound, model, AnalysisSettings(), cache).finer == {}


def test_an_interrupted_look_goes_on_where_it_was(tmp_path, cache):
    sound, model = write_sound(tmp_path / "long.wav", 70.0), CountingModel()
    analysis = finished(analyse_recording(sound, model, cache=cache))
    whole = looked_at(sound, FakeModel(), DOUBTFUL)
    steps = finer_steps(analysis, model, "doubtful")
    done = next(steps)
    steps.close()
    before = model.patches
    resumed = completed(finer_steps(analysis, model, "doubtful"))
    assert blocks(resumed.finer[None]) == blocks(whole.finer[None])
    assert model.patches - before == 2 * (whole.finer[None].frames - len(done.frames))


@pytest.mark.workflow
def test_an_analysis_that_was_killed_gets_the_rest_of_its_look_later(tmp_path, model, cache):
    sound = killed_after_three_steps(tmp_path, model, cache)
    resumed = looked_at(sound, model, DOUBTFUL, cache)
    assert blocks(resumed.finer[None]) == blocks(looked_at(sound, model, DOUBTFUL).finer[None])


@pytest.mark.parametrize(
    "harm",
    [
        "flipped",
        "link",
        *(pytest.param(h, marks=pytest.mark.workflow) for h in ("cut", "other", "empty")),
    ],
)
def test_a_damaged_file_costs_what_is_damaged(tmp_path, model, cache, harm):
    sound = write_sound(tmp_path / "long.wav", 70.0)
    whole = looked_at(sound, model, DOUBTFUL, cache)
    path = whole.folder / "mix.doubtful.finer"
    raw = path.read_bytes()
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    if harm == "link":
        path.unlink()
        path.symlink_to(victim)
    else:
        path.write_bytes(
            {
                "cut": raw[:-7],
                "flipped": raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1])
                + raw[len(raw) // 2 + 1 :],
                "other": b"MZ" * 5000,
                "empty": b"",
            }[harm]
        )  # fmt: skip
    assert len(read_finer(path, None, 521).blocks) < len(whole.finer[None].blocks)
    again = completed(finer_steps(whole.published(), model, "doubtful"))
    assert blocks(again.finer[None]) == blocks(whole.finer[None])
    assert victim.read_bytes() == b"mine"
    if harm != "link":
        assert path.read_bytes().startswith(raw[:20])


@pytest.mark.workflow
def test_scores_that_are_made_anew_do_not_get_the_look_at_former_ones(tmp_path, model, cache):
    sound = killed_after_three_steps(tmp_path, model, cache)
    progress = next(cache.folder.rglob("progress.jsonl"))
    progress.write_text("")  # as another version leaves it
    finer = next(cache.folder.rglob("*.finer"))
    raw = finer.read_bytes()
    finer.write_bytes(raw + raw)
    seen = looked_at(sound, model, DOUBTFUL, cache)
    assert blocks(seen.finer[None]) == blocks(looked_at(sound, model, DOUBTFUL).finer[None])


def test_measuring_sees_what_rules_saw(sound, model, cache):
    seen = looked_at(sound, model, DOUBTFUL, cache)
    stored = StoredScores(cache, model.sha256, DOUBTFUL).scored(sound)
    np.testing.assert_array_equal(stored.tables[0].scores, seen.for_rules().scores)
    published = StoredScores(cache, model.sha256).scored(sound)
    np.testing.assert_array_equal(published.tables[0].scores, seen.tables[0].scores)


def test_the_cache_knows_a_result_with_a_closer_look_as_its_own(sound, model, cache):
    looked_at(sound, model, DOUBTFUL, cache)
    assert cache.size() > 0
    cache.clear()
    assert cache.size() == 0


def test_a_recording_that_is_gone_still_has_what_is_stored(tmp_path, model, cache):
    sound = write_sound(tmp_path / "gone.flac", 30.0)
    analysis = finished(analyse_recording(sound, model, cache=cache))
    completed(finer_steps(analysis, model, "doubtful"))
    sound.unlink()
    assert completed(finer_steps(analysis, model, "doubtful")).finer[None].frames > 0


def test_sound_between_far_frames_is_not_read(tmp_path, model, cache, monkeypatch):
    rate = 16000
    sound = tmp_path / "quiet.wav"
    soundfile.write(sound, np.zeros(600 * rate, np.float32), rate)
    analysis = finished(analyse_recording(sound, model, cache=cache))
    scores = np.zeros_like(analysis.tables[0].scores)
    scores[[10, 1200], 0] = 0.5
    analysis = replace(analysis, tables=(replace(analysis.tables[0], scores=scores),), folder=None)
    read = []

    def reader(*arguments):
        samples = sample_reader(*arguments)

        def counted(skip):
            for block in samples(skip):
                read.append(len(block))
                yield block

        return counted

    monkeypatch.setattr("yamnet_gui.analysis.finer.sample_reader", reader)
    looked = completed(finer_steps(analysis, model, "doubtful"))
    assert looked.finer[None].frames == 2
    assert sum(read) < 60 * rate
