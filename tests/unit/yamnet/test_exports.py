"""Exported models: run by plain TensorFlow, LiteRT and ONNX Runtime they give our scores."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.tiny_models import write_tiny_model
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.pipeline import completed
from yamnet_gui.yamnet import Analyzer, inspect_weights, load_network
from yamnet_gui.yamnet.export_checks import Apart, apart, check_sounds, problem_of
from yamnet_gui.yamnet.export_process import run_lite_model, run_onnx_model
from yamnet_gui.yamnet.exports import EXPORT_FORMATS, Exported, exporting, missing_packages


def exported(model: Path, out: Path, name: str) -> Exported:
    return completed(exporting(model, out, EXPORT_FORMATS[name]))


def ours(model: Path, sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    chunks = list(Analyzer(load_network(model)).run([sound]))
    return tuple(np.concatenate([getattr(c, n) for c in chunks]) for n in ("scores", "embeddings"))


def judged(model: Path, run, atol: float = 1e-4) -> None:
    for sound in check_sounds():
        scores, embeddings, log_mel = run(sound)
        own, vectors = ours(model, sound)
        assert log_mel.shape == (96 + 48 * (len(own) - 1), 64)
        np.testing.assert_allclose(scores, own, atol=atol)
        np.testing.assert_allclose(embeddings, vectors, atol=1e-3 * max(1, vectors.max()))


@pytest.mark.workflow
def test_a_saved_model_is_the_published_one(tiny_weights: Path, tmp_path: Path) -> None:
    import tensorflow as tf

    folder = tmp_path / "saved"
    made = exported(tiny_weights, folder, "savedmodel")
    assert made.largest <= 1e-4
    loaded = tf.saved_model.load(str(folder))
    judged(tiny_weights, lambda sound: [value.numpy() for value in loaded(sound)])
    with Path(loaded.class_map_path().numpy().decode()).open(newline="") as table:
        assert [row["display_name"] for row in csv.DictReader(table)][:1] == ["Speech"]
    served = loaded.signatures["serving_default"](waveform=tf.zeros(16_000))
    assert set(served) == {"scores", "embeddings", "log_mel_spectrogram"}
    # it is weights, too: the same numbers, so the same model
    assert inspect_weights(folder).identity == inspect_weights(tiny_weights).identity
    with pytest.raises(WeightsError, match="is there already"):
        exported(tiny_weights, folder, "savedmodel")


@pytest.mark.workflow
@pytest.mark.parametrize("name", ["litert", pytest.param("litert-int8", marks=pytest.mark.slow)])
def test_litert_runs_a_fine_tuned_model_from_a_waveform(
    tiny_weights: Path, tmp_path: Path, name: str
) -> None:
    model, out = tmp_path / "m.h5", tmp_path / "m.tflite"
    write_tiny_model(model, tiny_weights, output="softmax-or-none")
    made = exported(model, out, name)
    run = run_lite_model(out.read_bytes())
    if name == "litert":
        judged(model, run)
    else:
        assert made.size < 5e6
        assert 0 < made.mean < 0.1
        assert f"differ by {made.mean:.4f} on average" in made.sentence
    assert (tmp_path / "m_class_map.csv").read_text().splitlines()[1:] == [
        "0,,chiffchaff",
        "1,,hammer drill",
    ]


@pytest.mark.workflow
def test_onnx_runtime_runs_a_fine_tuned_model_from_a_waveform(
    tiny_weights: Path, tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    model, out = tmp_path / "m.h5", tmp_path / "m.onnx"
    write_tiny_model(model, tiny_weights, output="softmax-or-none", keep=True)
    assert exported(model, out, "onnx").largest <= 1e-4
    judged(model, run_onnx_model(out.read_bytes()))
    session = onnxruntime.InferenceSession(out)
    names = session.get_modelmeta().custom_metadata_map["classes"].split("\n")
    assert (names[0], names[-1], len(names)) == ("Speech", "hammer drill", 523)


def test_a_damaged_model_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    damaged, out = tmp_path / "m.h5", tmp_path / "m.onnx"
    damaged.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    with pytest.raises(WeightsError, match="truncated or damaged"):
        exported(damaged, out, "onnx")
    assert not out.exists()


@pytest.mark.parametrize("ours", [False, True])
def test_a_class_map_of_others_beside_a_model_stays(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: bool
) -> None:
    """The published one has this name too, and may have been changed by its user."""
    beside, out = tmp_path / "yamnet_class_map.csv", tmp_path / "yamnet.tflite"
    rows = [(str(c.index), c.mid, c.name) for c in inspect_weights(tiny_weights).classes]
    with beside.open("w", newline="") as table:
        head = ("index", "mid", "display_name")
        given = rows if ours else [("0", "/m/09x0r", "Speech of Anna"), *rows[1:]]
        csv.writer(table, lineterminator="\n").writerows([head, *given])
    before = beside.read_bytes()

    def stop(*_args: object) -> object:
        raise OSError("no process in this test")

    monkeypatch.setattr("yamnet_gui.yamnet.exports.in_own_process", stop)
    reason = "no process" if ours else "did not write and is left as it is"
    with pytest.raises(WeightsError, match=reason):
        exported(tiny_weights, out, "litert")
    assert beside.read_bytes() == before
    assert not out.exists()


def test_what_is_not_installed_is_named(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.yamnet.exports.find_spec", lambda name: None)
    assert missing_packages(EXPORT_FORMATS["onnx"]) == ("onnx", "onnxruntime")
    with pytest.raises(
        WeightsError, match=r"ONNX: needs onnx and onnxruntime — pip install 'yamnet-gui\[onnx\]'"
    ):
        exported(tiny_weights, tmp_path / "m.onnx", "onnx")


class Half:
    """A network of one class that gives every patch the same score."""

    batch, calls, place_matters = 4, 1, False

    def __call__(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full((len(patches), 1), 0.5, np.float32), np.ones((len(patches), 4), np.float32)


@pytest.mark.parametrize(
    ("score", "vector", "exact", "word"),
    [
        (0.5, 1.0, True, ""),
        (0.50005, 1.0, True, ""),
        (0.5002, 1.0, True, "scores would differ"),
        (0.5, 1.1, True, "embeddings would differ"),
        (np.nan, 1.0, True, "scores would differ"),
        (0.48, 1.1, False, ""),
        (0.2, 1.0, False, "on average"),
        (np.nan, 1.0, False, "on average"),
    ],
)
def test_a_model_with_other_scores_is_not_written(
    score: float, vector: float, exact: bool, word: str
) -> None:
    def run(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        frames = 1 + -(-max(0, len(sound) - 15_600) // 7_680)
        return (
            np.full((frames, 1), score, np.float32),
            np.full((frames, 4), vector, np.float32),
            np.zeros((96 + 48 * (frames - 1), 64), np.float32),
        )

    found = apart(run, Half(), check_sounds()[:2])
    assert isinstance(found, Apart)
    problem = problem_of(found, exact=exact)
    assert word in problem
    assert bool(problem) == bool(word)
    if score == 0.48:
        assert found.crossed == 1.0
