"""The published code's own outputs, in the folder that YAMNET_GUI_REFERENCE names."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.yamnet import Analyzer, Network, frame_count, load_network, log_mel

pytestmark = [pytest.mark.reference, pytest.mark.weights]

REFERENCE = Path(os.environ.get("YAMNET_GUI_REFERENCE") or "no-reference")
GOLDEN = sorted(path.name for path in (REFERENCE / "golden").glob("*.npz"))
WAVEFORMS = [name for name in GOLDEN if not name.startswith("file_scene")]


def files() -> list[tuple[str, str]]:
    """Golden file and recording of those made from one."""
    index = REFERENCE / "golden" / "index.csv"
    if not index.exists():
        return []
    with index.open(newline="") as table:
        return [(row["golden"], row["audio"]) for row in csv.DictReader(table)]


@pytest.fixture(
    scope="module",
    params=["litert", pytest.param("tensorflow", marks=pytest.mark.workflow)],  # seconds to import
)
def network(request: pytest.FixtureRequest, weights_file: Path) -> Network:
    return load_network(weights_file, runtime=request.param)


def analysed(
    network: Network, blocks: Iterable[np.ndarray], chunk: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    chunks = list(Analyzer(network).run(blocks, chunk_frames=chunk))
    return (
        np.concatenate([c.scores for c in chunks]),
        np.concatenate([c.embeddings for c in chunks]),
    )


def waveform_of(golden: np.lib.npyio.NpzFile) -> np.ndarray:
    return golden["waveform"] if "waveform" in golden else golden["waveform_16k"]


@pytest.mark.parametrize("name", WAVEFORMS)
def test_log_mel_scores_and_embeddings_equal(network: Network, reference: Path, name: str) -> None:
    golden = np.load(reference / "golden" / name)
    waveform = waveform_of(golden)
    assert frame_count(len(waveform)) == len(golden["scores"])
    padded = np.zeros(len(golden["log_mel"]) * 160 + 240, np.float32)
    padded[: len(waveform)] = waveform
    np.testing.assert_allclose(log_mel(padded), golden["log_mel"], rtol=0, atol=1e-4)
    scores, embeddings = analysed(network, [waveform])
    np.testing.assert_allclose(embeddings, golden["embeddings"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores, golden["scores"], rtol=0, atol=1e-4)


@pytest.mark.parametrize(("name", "audio"), files())
def test_a_recording_gives_the_published_scores(
    network: Network, reference: Path, name: str, audio: str
) -> None:
    golden = np.load(reference / "golden" / name)
    with open_audio(reference / audio) as source:
        scores, embeddings = analysed(network, mono_16k(source))
    assert scores.shape == golden["scores"].shape
    np.testing.assert_allclose(embeddings, golden["embeddings"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores, golden["scores"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("chunk", [1, 7])
def test_chunk_sizes_give_the_same_scores(network: Network, reference: Path, chunk: int) -> None:
    waveform = np.load(reference / "golden" / "signal_uniform_noise.npz")["waveform"]
    long = np.tile(waveform, 15)  # several batches
    scores, _ = analysed(network, [long], chunk)
    np.testing.assert_allclose(scores, analysed(network, [long], 64)[0], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("signal_zeros.npz", "Silence"),
        ("signal_uniform_noise.npz", "White noise"),
        ("signal_sine_440.npz", "Sine wave"),
    ],
)
def test_signals_are_named(network: Network, reference: Path, name: str, label: str) -> None:
    waveform = np.load(reference / "golden" / name)["waveform"]
    mean = analysed(network, [waveform])[0].mean(axis=0)
    classes = bundled_class_map()
    assert label in [classes[int(k)].name for k in np.argsort(mean)[-10:]]
