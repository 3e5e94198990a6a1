import threading

import numpy as np
import pytest

from tests.unit.fakes import FakeModel, FakeNetwork, write_sound
from yamnet_gui.analysis import AnalysisSettings, ResultCache, analyse_recording, finished
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.many import many_recording_events
from yamnet_gui.analysis.model import LoadedModel
from yamnet_gui.analysis.short import MOST_FRAMES
from yamnet_gui.core.errors import RecordingError, WeightsError
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.yamnet import load_network

LONG_S = MOST_FRAMES * DEFAULT_HOP_S + 20
SCORES = EventsRequest(rules=None)
SETTINGS = [
    AnalysisSettings(),
    AnalysisSettings(channels="each"),
    AnalysisSettings(hop_s=0.1, gain_db=-6.0, start_s=0.25, end_s=1.9),
]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Sounds of several lengths and rates; the fourth is none at all."""
    folder = tmp_path_factory.mktemp("sounds")
    lengths = [(5.0, 16000), (0.3, 44100), (12.0, 22050), (0, 0), (2.0, 48000)]
    for k, (seconds, rate) in enumerate(lengths):
        path = folder / f"{k}.wav"
        if rate:
            write_sound(path, seconds, seed=k, channels=2, rate=rate)
        else:
            path.write_bytes(b"no sound")
    return sorted(folder.iterdir())


def results(paths, model, request=SCORES, cache=None):
    """The result or error of each recording, in the order in which they came."""
    ended = {}
    for step in many_recording_events(paths, model, request, cache):
        if step.error is not None:
            ended[step.place] = step.error
        elif step.progress.result is not None:
            ended[step.place] = step.progress.result
    return ended


def assert_same(one, other):
    assert one.recording == other.recording
    assert (one.settings, one.warnings) == (other.settings, other.warnings)
    assert (one.model_sha256, one.model_name) == (other.model_sha256, other.model_name)
    assert one.runtime == other.runtime
    for a, b in zip(one.tables, other.tables, strict=True):
        assert (a.grid, a.channel) == (b.grid, b.channel)
        np.testing.assert_array_equal(a.scores, b.scores)
        np.testing.assert_array_equal(one.embeddings(a.channel), other.embeddings(a.channel))
        envelopes = one.envelope(a.channel), other.envelope(a.channel)
        assert envelopes[0].start_s == envelopes[1].start_s
        assert len(envelopes[0].values) > 1
        np.testing.assert_array_equal(envelopes[0].values, envelopes[1].values)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("cached", [False, True])
def test_each_gets_the_bits_that_it_gets_alone(sounds, model, tmp_path, settings, cached):
    cache = ResultCache(tmp_path / "many") if cached else None
    ended = results(sounds, model, EventsRequest(settings, None), cache)
    assert list(ended) == list(range(len(sounds)))
    assert isinstance(ended.pop(3), RecordingError)
    for place, result in ended.items():
        alone = finished(analyse_recording(sounds[place], model, settings))
        assert_same(result.analysis, alone)
        if cached:
            loaded = model.loaded
            again = finished(analyse_recording(sounds[place], model, settings, cache))
            assert model.loaded == loaded
            assert_same(again, alone)


def test_long_ones_are_streamed_in_their_turn(sounds, model, tmp_path):
    long = write_sound(tmp_path / "long.wav", LONG_S, rate=8000)
    order, places = [sounds[0], long, sounds[1]], []
    for step in many_recording_events(order, model, SCORES):
        if step.progress.result is not None:
            places.append(step.place)
            alone = finished(analyse_recording(order[step.place], model))
            assert_same(step.progress.result.analysis, alone)
        elif step.place == 1:
            places.append("chunk")
    assert places == [0, *["chunk"] * (places.count("chunk")), 1, 2]
    assert places.count("chunk") > 2


@pytest.mark.parametrize("runtime", ["litert", pytest.param("tensorflow", marks=pytest.mark.slow)])
def test_both_runtimes_give_the_same_bits(sounds, tiny_weights, runtime):
    model = LoadedModel(load_network(tiny_weights, runtime=runtime))
    order = [sounds[k] for k in (0, 1, 4, 2, 0, 4)]
    alone = {path: finished(analyse_recording(path, model)) for path in set(order)}
    for place, result in results(order, model).items():
        assert_same(result.analysis, alone[order[place]])


def test_events_are_those_of_each_alone(sounds, model):
    from yamnet_gui.analysis import recording_events, result_of
    from yamnet_gui.detection import RuleSet

    request = EventsRequest(rules=RuleSet.threshold(0.4).with_edges("refined"))
    ended = results(sounds[:3], model, request)
    for place, path in enumerate(sounds[:3]):
        alone = result_of(recording_events(path, model, request)).events
        assert len(alone.rows) > 0
        np.testing.assert_array_equal(ended[place].events.rows, alone.rows)


class Counting(FakeModel):
    """Counts the calls of its network, whose results depend on the place where `by_place`."""

    def __init__(self, by_place=False):
        super().__init__()
        self.calls = []
        counted = self.calls

        class Net(FakeNetwork):
            place_matters = True

            def __call__(self, patches):
                counted.append(len(patches))
                scores, embeddings = super().__call__(patches)
                if by_place:
                    scores = scores + np.float32(1e-7) * np.arange(len(scores))[:, None]
                return scores.astype(np.float32), embeddings

        self._net = Net()

    def network(self):
        return self._net


def test_batches_fill_across_recordings(tmp_path):
    paths = [write_sound(tmp_path / f"{k:02d}.wav", 5.0, seed=k) for k in range(20)]
    model = Counting()
    results(paths, model)
    calls = [n for n in model.calls if n < 64]
    assert calls == [20 * 10 % 64]
    trials = 3
    assert len(model.calls) == trials + 4


def test_where_the_place_in_a_batch_matters_each_gets_its_own(tmp_path):
    paths = [write_sound(tmp_path / f"{k}.wav", 35.0, seed=k) for k in range(3)]
    model = Counting(by_place=True)
    ended = results(paths, model)
    for place, path in enumerate(paths):
        assert_same(ended[place].analysis, finished(analyse_recording(path, model)))


def test_stored_results_need_no_network(sounds, model, cache):
    results(sounds[:3], model, cache=cache)

    class Broken(FakeModel):
        def network(self):
            raise WeightsError("weights", "are not needed")

    assert len(results(sounds[:3], Broken(), cache=cache)) == 3
    with pytest.raises(WeightsError):
        results(sounds[:3], Broken())


@pytest.mark.parametrize("name", ["mix.scores.npy", "mix.embeddings.npy", "mix.envelope.npy"])
def test_a_stored_result_that_a_power_cut_damaged_is_made_again(sounds, model, cache, name):
    first = results(sounds[:1], model, cache=cache)[0].analysis
    (file,) = cache.folder.rglob(name)
    content = file.read_bytes()
    file.write_bytes(content[:-100] + bytes(100))
    again = results(sounds[:1], model, cache=cache)[0].analysis
    assert_same(first, again)
    assert file.read_bytes() == content


def test_short_ones_leave_nothing_in_the_cache_but_results(sounds, model, cache):
    results(sounds[:3], model, cache=cache)
    entries = list((cache.folder / "results").glob("??/*"))
    assert len(entries) == 3
    rows = [f"mix.{kind}.npy" for kind in ("embeddings", "envelope", "scores")]
    for entry in entries:
        assert sorted(path.name for path in entry.iterdir()) == ["analysis.json", *rows]
        assert entry.suffix == ""


def test_closing_stops_all_threads(sounds, model):
    before = threading.active_count()
    steps = many_recording_events(sounds, model, SCORES)
    next(steps)
    steps.close()
    assert threading.active_count() == before
