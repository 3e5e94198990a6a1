"""`yamnet-gui embed` and the Python interface give the same vectors, for every kind of input."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

import yamnet_gui
from tests.unit.analysis.test_custom_classes import a_classifier
from tests.unit.fakes import write_sound
from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import write_classifier


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    folder.mkdir()
    for k in range(2):
        write_sound(folder / f"s{k}.wav", 3.0 + k, seed=k, channels=2)
    return folder


def test_all_three_files_hold_the_same(run, weights, sounds, tmp_path):
    made = {}
    for suffix in ("npz", "parquet", "csv"):
        out = tmp_path / f"v.{suffix}"
        command = ("embed", sounds, "-o", out, "--pool", "mean", "max", "--scores", "Speech")
        status, shown, err = run(*command)
        assert (status, err) == (0, "")
        assert "2 rows of 2,054 numbers" in shown
        if suffix == "npz":
            with np.load(out, allow_pickle=False) as arrays:
                made[suffix] = arrays["vectors"]
                columns = arrays["columns"].tolist()
                assert [Path(f).name for f in arrays["files"]] == ["s0.wav", "s1.wav"]
                assert arrays["channel"].tolist() == [-1, -1]
        else:
            table = pd.read_csv(out) if suffix == "csv" else pd.read_parquet(out)
            assert list(table.columns) == ["file", "channel", "start_s", "end_s", *columns]
            assert table["end_s"].tolist() == pytest.approx([3, 4])
            made[suffix] = table[columns].to_numpy(np.float32)
    np.testing.assert_array_equal(made["npz"], made["parquet"])
    np.testing.assert_array_equal(made["npz"], made["csv"])
    assert columns[-6:] == [
        f"Speech ({s})" for s in ("mean", "std", "min", "median", "max", "active")
    ]


def test_what_is_wrong_with_a_recording_is_said(run, weights, tmp_path):
    sound = np.random.default_rng(1).uniform(-0.4, 0.4, 32_000)
    path = tmp_path / "opposite.wav"
    soundfile.write(path, np.stack([sound, -sound], axis=1), 16_000)
    status, _, err = run("embed", path, "-o", tmp_path / "v.csv")
    assert status == 0
    assert err.count("warning: the channels cancel each other") == 1
    assert err.startswith(str(path))


def test_frames_and_events_of_each_channel(run, weights, sounds, tmp_path):
    out = tmp_path / "v.npz"
    run("embed", sounds / "s0.wav", "-o", out, "--per", "frame", "--channels", "each")
    with np.load(out) as arrays:
        assert arrays["channel"].tolist() == [0] * 6 + [1] * 6
        assert arrays["start_s"][:2].tolist() == pytest.approx([0, 0.48])
        frames = arrays["vectors"]
    run("embed", sounds / "s0.wav", "-o", out, "--per", "event", "--threshold", "0",
        "--classes", "Speech", "--channels", "each")  # fmt: skip
    with np.load(out) as arrays:
        assert arrays["label"].tolist() == ["Speech", "Speech"]
        np.testing.assert_allclose(arrays["vectors"][1], frames[6:].mean(axis=0), rtol=1e-5)


def test_a_bad_recording_does_not_stop_the_others(run, weights, sounds, tmp_path):
    (sounds / "bad.wav").write_bytes(b"nothing")
    status, shown, err = run("embed", sounds, "-o", tmp_path / "v.csv")
    assert status == 1
    assert "2 rows" in shown
    assert "bad.wav" in err
    status, _, err = run("embed", sounds / "bad.wav", "-o", tmp_path / "w.csv")
    assert status == 2
    assert not (tmp_path / "w.csv").exists()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["-o", "v.txt"], "neither .npz nor"),
        (["-o", "v.csv", "--threshold", "0.5"], "require --per event"),
        (["-o", "v.csv", "--scores", "Speach"], "not a class"),
        (["-o", "v.wav"], "name of a recording"),
        (["-o", "v.csv", "--classifier", "none.yamnet-class"], "no such file"),
    ],
)
def test_what_does_not_fit_is_said(run, weights, sounds, more, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run("embed", sounds, *more)
    assert status == 2
    assert reason in err
    assert len(err.splitlines()) == 1


def test_taught_classes_in_analyze(run, weights, sounds, tmp_path):
    path = tmp_path / "owl.yamnet-class"
    write_classifier(path, a_classifier("Tawny owl", bias=9.0))
    out = tmp_path / "events.csv"
    more = ("--classifier", path, "--classes", "Tawny owl", "--scores", tmp_path / "s.csv")
    status, shown, err = run("analyze", sounds, "-o", out, *more)
    assert (status, err.count("failed:")) == (0, 0)
    assert "Tawny owl" in shown
    assert set(pd.read_csv(out)["label"]) == {"Tawny owl"}
    assert list(pd.read_csv(tmp_path / "s.csv").columns)[-1] == "Tawny owl"


def test_path_samples_and_address_give_the_same(weights, sounds):
    path = sounds / "s0.wav"
    one = yamnet_gui.analyze(path, threshold=0.3)
    samples, rate = soundfile.read(path)
    other = yamnet_gui.analyze(samples, rate, threshold=0.3, cache=False)
    np.testing.assert_allclose(other.scores, one.scores, atol=1e-6)
    assert [e.label for e in one.events] == [e.label for e in other.events]
    assert one.scores.shape == (6, 521)
    assert one.duration_s == 3
    assert one.best(1)[0] == pytest.approx((one.class_names[one.scores.mean(axis=0).argmax()],
                                            one.scores.mean(axis=0).max()))  # fmt: skip
    np.testing.assert_array_equal(one.of("Speech"), one.scores[:, 0])
    vectors = yamnet_gui.embed(str(path))
    np.testing.assert_array_equal(vectors.vectors, one.embeddings)
    pooled = yamnet_gui.embed(samples, rate, per="recording", pool=("mean", "max"))
    np.testing.assert_allclose(pooled.vectors[0, :1024], one.embeddings.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(pooled.vectors[0, 1024:], one.embeddings.max(axis=0), rtol=1e-4)


@pytest.fixture
def server(sounds: Path) -> Iterator[str]:
    """The address of a server that has the sounds."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sounds)))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_an_address_is_fetched_and_gives_the_same(run, weights, sounds, server, tmp_path):
    here = yamnet_gui.embed(sounds / "s0.wav")
    remote = yamnet_gui.embed(f"{server}/s0.wav")
    np.testing.assert_array_equal(remote.vectors, here.vectors)
    out = tmp_path / "v.npz"
    assert run("embed", f"{server}/s0.wav", "-o", out, "--per", "frame")[0] == 0
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["vectors"], here.vectors)
    with pytest.raises(UserError, match="larger than"):
        yamnet_gui.embed(f"{server}/s1.wav", limit_bytes=1000)
    with pytest.raises(UserError, match="there is no such file"):
        yamnet_gui.embed(f"{server}/none.wav")


def test_a_downloaded_recording_is_called_by_its_address(run, weights, sounds, server, tmp_path):
    (sounds / "bad.wav").write_bytes(b"nothing")
    bad, good = f"{server}/bad.wav", f"{server}/s0.wav"
    with pytest.raises(UserError, match="is not") as raised:
        yamnet_gui.embed(bad)
    assert raised.value.subject == bad
    out = tmp_path / "v.csv"
    status, _, err = run("embed", bad, good, good, "-o", out)
    assert status == 1
    assert f"failed: {bad}: " in err
    assert "downloads" not in err
    assert set(pd.read_csv(out).iloc[:, 0]) == {good}
    status, _, err = run("embed", bad, "-o", out)
    assert (status, err.startswith(f"yamnet-gui: {bad}: ")) == (2, True)


@pytest.mark.parametrize(
    ("sound", "rate", "reason"),
    [
        ("none.wav", None, "no such file"),
        ("none.wav", 44100, "goes with samples"),
        (np.zeros(100), None, "is needed"),
        (np.zeros(100), 3, "cannot be right"),
        (np.zeros(100, np.int16), 16000, "whole numbers"),
        (np.zeros((2, 100)), 16000, "transpose"),
        (np.full(100, np.nan), 16000, "not all finite"),
        (np.zeros(0), 16000, "not numbers of shape"),
        (["a", "b"], 16000, "not numbers of shape"),
        ("http://127.0.0.1:9/a.wav", None, "cannot be reached"),
    ],
)
def test_what_is_no_sound_is_said(weights, sound, rate, reason):
    with pytest.raises(UserError, match=reason):
        yamnet_gui.embed(sound, rate)


def test_options_of_the_interface_are_checked(weights, sounds):
    for wrong in ({"per": "hour"}, {"pool": "median"}, {"pool": ()}, {"scores": ["Speach"]}):
        with pytest.raises(UserError):
            yamnet_gui.embed(sounds / "s0.wav", **wrong)
    with pytest.raises(UserError):
        yamnet_gui.analyze(sounds / "s0.wav", threshold=3)
    with pytest.raises(AttributeError):
        yamnet_gui.nothing  # noqa: B018


def test_the_interface_imports_no_window_and_no_network() -> None:
    code = (
        "import sys; import yamnet_gui; assert 'numpy' not in sys.modules;"
        "from yamnet_gui import analyze, embed;"
        "bad = {'PySide6', 'tensorflow', 'sklearn', 'numba', 'yamnet_gui.gui'} & set(sys.modules);"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (Path(yamnet_gui.__file__).parent / "py.typed").exists()
