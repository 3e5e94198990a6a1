"""Sounds that others embed give the same model."""

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui import finetune
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.pipeline import completed
from yamnet_gui.fine_tuning import FinetuneSettings, embedding_step, fine_tune, training_data
from yamnet_gui.fine_tuning.embedding_step import Floats, SoundBlocks
from yamnet_gui.fine_tuning.material import Material, reading
from yamnet_gui.yamnet.weights import model_arrays

QUICK = FinetuneSettings(epochs=1, batch=4, held_out=0.25, stopping=0.25)


class Backwards:
    """Embeds the blocks as a worker does, the last one first."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self, blocks: SoundBlocks, material: Material, out: Path
    ) -> Generator[int, None, Sequence[Floats]]:
        embed = blocks.begin(material.file)
        self.count = len(blocks.spans)
        made = {}
        for number in reversed(range(self.count)):
            made[number] = embed(number)
            yield len(made)
        return [made[number] for number in range(self.count)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_step, "_BLOCK", 3)


@pytest.mark.workflow
def test_sounds_embedded_elsewhere_in_any_order_give_the_same_model(
    sounds: Path, tiny_weights: Path, tmp_path: Path, small_blocks: None
) -> None:
    data, elsewhere = training_data(sounds), Backwards()
    models = []
    for name, way in (("here.h5", None), ("m.h5", elsewhere)):
        out = tmp_path / name
        *_, _ = fine_tune(data, out, QUICK, weights=tiny_weights, elsewhere=way)
        models.append(model_arrays(out))
    assert elsewhere.count > 2
    (_, here), (_, there) = models
    assert here.keys() == there.keys()
    for name, array in here.items():
        assert array.tobytes() == there[name].tobytes()


def test_blocks_are_known_by_their_sounds_and_weights(sounds: Path, tmp_path: Path) -> None:
    def keys(first: int = 0, identity: str = "a", batch: int = 4) -> list[str]:
        given = training_data(sounds).sounds[first : first + 6]
        folder = tmp_path / f"{first}"
        folder.mkdir(exist_ok=True)
        material = completed(reading(given, folder))
        groups = material.blocks(np.arange(6), 3)
        spans = SoundBlocks.of(material, groups, _File(identity), batch).spans  # type: ignore[arg-type]
        return SoundBlocks(Path("w.h5"), identity, batch, spans).keys(material)

    usual = keys()
    assert keys() == usual
    assert len(set(usual)) == len(usual) > 1
    for others in (keys(first=6), keys(identity="b"), keys(batch=8)):
        assert not set(others) & set(usual)


class _File:
    path = Path("w.h5")

    def __init__(self, identity: str) -> None:
        self.identity = identity


@pytest.mark.workflow
def test_a_worker_with_other_weights_says_so(tiny_weights: Path, tmp_path: Path) -> None:
    blocks = SoundBlocks(tiny_weights, "another", 4, ())
    with pytest.raises(SettingsError, match="holds other weights on a worker — copy the same file"):
        blocks.begin(tmp_path / "sounds.f32")


@pytest.mark.workflow
def test_what_names_no_cluster_is_refused_before_anything_is_read(
    sounds: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(SettingsError, match="--cluster: 'nowhere' names no cluster"):
        finetune(sounds, tmp_path / "m.h5", cluster="nowhere")


@pytest.mark.slow
def test_a_cluster_gives_the_same_model_and_goes_on_where_it_was_interrupted(
    sounds: Path, tiny_weights: Path, tmp_path: Path, small_blocks: None
) -> None:
    pytest.importorskip("distributed")

    class ClosedError(Exception):
        pass

    def interrupt(step: object) -> None:
        if "embedding sounds: 2 of" in step.text:  # type: ignore[attr-defined]
            raise ClosedError

    given = {"settings": QUICK, "weights": tiny_weights}
    finetune(sounds, tmp_path / "here.h5", **given)  # type: ignore[arg-type]
    far = tmp_path / "m.h5"
    with pytest.raises(ClosedError):
        finetune(sounds, far, cluster="local:2", progress=interrupt, **given)  # type: ignore[arg-type]
    assert (tmp_path / "m.h5.unfinished" / "journal.jsonl").exists()
    seen = []
    finetune(sounds, far, cluster="local:2", progress=lambda step: seen.append(step.text), **given)  # type: ignore[arg-type]
    embedding = [text for text in seen if text.startswith("embedding")]
    assert not embedding[0].startswith("embedding sounds: 0 of")
    here, there = (model_arrays(tmp_path / name)[1] for name in ("here.h5", "m.h5"))
    assert all(array.tobytes() == there[name].tobytes() for name, array in here.items())
    left = {path.name for path in tmp_path.iterdir()} - {"here.h5", "m.h5"}
    assert left <= {"m.h5.unfinished.lock"}
