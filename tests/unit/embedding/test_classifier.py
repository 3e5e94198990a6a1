"""Custom classes in a file: what is saved comes back, and nothing bad comes in."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yamnet_gui.core.errors import ClassifierError
from yamnet_gui.embedding import Classifier, read_classifier, write_classifier
from yamnet_gui.embedding.classifier import DenseLayer


def a_classifier(**changes: Any) -> Classifier:
    rng = np.random.default_rng(0)
    layers = (
        DenseLayer(rng.standard_normal((8, 5)).astype(np.float32), np.zeros(5, np.float32)),
        DenseLayer(rng.standard_normal((5, 2)).astype(np.float32), np.ones(2, np.float32)),
    )
    values: dict[str, Any] = {
        "labels": ("Käuzchen", "Bee, wasp, etc."),
        "layers": layers,
        "model_sha256": "a" * 64,
        "thresholds": (0.4, 0.6),
        "about": {"sentence": "ein Satz", "accuracy": None},
    }
    return Classifier(**{**values, **changes})


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write(path: Path, entries: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


@pytest.fixture
def good(tmp_path: Path) -> dict[str, bytes]:
    path = tmp_path / "good.yamnet-class"
    write_classifier(path, a_classifier())
    return parts(path)


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    data = io.BytesIO()
    np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=allow_pickle)
    return data.getvalue()


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    made = a_classifier()
    write_classifier(tmp_path / "c.yamnet-class", made)
    back = read_classifier(tmp_path / "c.yamnet-class")
    frames = np.random.default_rng(1).random((6, 8), np.float32)
    np.testing.assert_array_equal(back.scores(frames), made.scores(frames))
    assert (back.labels, back.thresholds, back.about) == (made.labels, (0.4, 0.6), made.about)
    assert back.sha256 == made.sha256
    write_classifier(tmp_path / "again.yamnet-class", made)
    same = [(tmp_path / f"{n}.yamnet-class").read_bytes() for n in ("c", "again")]
    assert same[0] == same[1]


def test_numpy_opens_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.yamnet-class"
    write_classifier(path, a_classifier())
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["layer0_weights"].shape == (8, 5)


def test_scores_lie_between_0_and_1_and_softmax_leaves_room_for_none_of_them() -> None:
    frames = 50 * np.random.default_rng(1).standard_normal((20, 8)).astype(np.float32)
    assert a_classifier().scores(frames).min() >= 0
    assert a_classifier().scores(frames).max() <= 1
    wide = DenseLayer(np.ones((8, 3), np.float32), np.zeros(3, np.float32))
    shared = a_classifier(layers=(wide,), output="softmax").scores(frames)
    np.testing.assert_allclose(shared, 1 / 3, rtol=1e-5)
    assert shared.shape == (20, 2)


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("was-executed"),))


def _meta(good: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    meta = {**json.loads(good["classifier.json"]), **changes}
    return {**good, "classifier.json": json.dumps(meta).encode()}


HUGE_HEAD = (
    b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '<f4', 'fortran_order': False, 'shape': (8, 99999999999), }".ljust(117)
    + b"\n"
)
CODE_HEAD = b"\x93NUMPY\x01\x00v\x00" + b"__import__('os').system('touch was-executed')".ljust(117)
BAD: dict[str, Any] = {
    "pickled array": lambda g: {
        **g,
        "layer0_bias.npy": npy(np.array([Evil()], object), allow_pickle=True),
    },
    "pickle alone": lambda g: {**g, "layer0_bias.npy": pickle.dumps(Evil())},
    "pickle beside": lambda g: {**g, "data.pkl": pickle.dumps(Evil())},
    "code in a head": lambda g: {**g, "layer0_bias.npy": CODE_HEAD},
    "endless shape": lambda g: {**g, "layer0_weights.npy": HUGE_HEAD},
    "path that leads out": lambda g: {**g, "../../evil.npy": npy(np.zeros(1, np.float32))},
    "no description": lambda g: {k: v for k, v in g.items() if k != "classifier.json"},
    "description is no JSON": lambda g: {**g, "classifier.json": b"{"},
    "description is no text": lambda g: {**g, "classifier.json": b"\xff\xfe\x00"},
    "deep description": lambda g: {**g, "classifier.json": b"[" * 200_000},
    "description is a list": lambda g: {**g, "classifier.json": b"[]"},
    "missing array": lambda g: {k: v for k, v in g.items() if k != "layer1_bias.npy"},
    "double precision": lambda g: {**g, "layer0_bias.npy": npy(np.zeros(5))},
    "wrong shape": lambda g: {**g, "layer0_bias.npy": npy(np.zeros(6, np.float32))},
    "wrong dimensions": lambda g: {**g, "layer0_bias.npy": npy(np.zeros((5, 1), np.float32))},
    "not finite": lambda g: {**g, "layer0_bias.npy": npy(np.full(5, np.nan, np.float32))},
    "cut array": lambda g: {**g, "layer0_bias.npy": g["layer0_bias.npy"][:-3]},
    "longer array": lambda g: {**g, "layer0_bias.npy": g["layer0_bias.npy"] + b"\0" * 4},
    "newer": lambda g: _meta(g, version=2),
    "no labels": lambda g: _meta(g, labels=[]),
    "labels twice": lambda g: _meta(g, labels=["Owl", "owl"]),
    "label with a line break": lambda g: _meta(g, labels=["a\nb", "c"]),
    "label is a number": lambda g: _meta(g, labels=["a", 3]),
    "endless label": lambda g: _meta(g, labels=["a" * 5000, "c"]),
    "more labels than outputs": lambda g: _meta(g, labels=["a", "b", "c"]),
    "layers is true": lambda g: _meta(g, layers=True),
    "many layers": lambda g: _meta(g, layers=10**9),
    "other output": lambda g: _meta(g, output="eval"),
    "threshold is infinite": lambda g: _meta(g, thresholds=[1e999, 0.5]),
    "threshold is endless": lambda g: _meta(g, thresholds=[10**400, 0.5]),
    "one threshold": lambda g: _meta(g, thresholds=[0.5]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_words_and_runs_nothing(
    tmp_path: Path, good: dict[str, bytes], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "bad.yamnet-class", BAD[name](good))
    with pytest.raises(ClassifierError, match=r"bad\.yamnet-class: (cannot be used|is damaged)"):
        read_classifier(path)
    assert not Path("was-executed").exists()


def test_a_bomb_is_not_unpacked(tmp_path: Path, good: dict[str, bytes]) -> None:
    path = write(tmp_path / "bomb", {**good, "layer0_weights.npy": b"\0" * (80 << 20)})
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ClassifierError, match="too large"):
        read_classifier(path)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(
    tmp_path: Path, good: dict[str, bytes]
) -> None:
    path = write(tmp_path / "bomb", {**good, "classifier.json": b" " * (80 << 20)})
    data = path.read_bytes()
    path.write_bytes(data.replace((80 << 20).to_bytes(4, "little"), (500).to_bytes(4, "little")))
    with pytest.raises(ClassifierError):
        read_classifier(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(tmp_path: Path, good: dict[str, bytes]) -> None:
    path = write(tmp_path / "twice", good)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("layer0_bias.npy", good["layer0_bias.npy"])
    with pytest.raises(ClassifierError, match="more than custom classes"):
        read_classifier(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and then nothing"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ClassifierError, match="damaged or not a custom class file"):
        read_classifier(path)
    with pytest.raises(ClassifierError, match="no such file"):
        read_classifier(tmp_path / "nothing")


def test_every_flipped_byte_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write_classifier(path, a_classifier())
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(whole), 300):
        data = bytearray(whole)
        data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        try:
            loaded = read_classifier(path)
        except ClassifierError:
            continue
        assert np.isfinite(loaded.scores(np.ones((1, 8), np.float32))).all()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    for changes in ({"labels": ("a", "a")}, {"labels": ("a\n", "b")}, {"thresholds": (2.0, 0.1)}):
        with pytest.raises(ClassifierError, match="cannot be written"):
            write_classifier(tmp_path / "c", a_classifier(**changes))
    assert list(tmp_path.iterdir()) == []
