"""What is no file is not read for ever: nobody writes into a pipe, and a device may never end."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.core.attacks import ATTACKS
from yamnet_gui.audio import content_hash, open_audio
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.provenance import read_provenance
from yamnet_gui.detection import load_rules
from yamnet_gui.embedding import read_classifier
from yamnet_gui.labels.formats import read_labels
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.label_set_files import read_label_set
from yamnet_gui.yamnet import load_weights

READERS: dict[str, Callable[[Path], object]] = {
    "odd.yamnet": Project.open,
    "odd.csv": lambda path: read_labels(None, path),
    "odd.TextGrid": lambda path: read_labels("textgrid", path),
    "odd.parquet": lambda path: read_labels("parquet", path),
    "odd.rules.json": load_rules,
    "odd.classifier": read_classifier,
    "odd.provenance.json": read_provenance,
    "odd.labels.json": read_label_set,
    "odd.h5": load_weights,
    "odd.wav": open_audio,
    "weights to be hashed": content_hash,
}

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    def end(*_: object) -> None:
        raise AssertionError("it is still being read")

    former = signal.signal(signal.SIGALRM, end)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.mark.parametrize("attack", ["pipe", "link to a device"])
@pytest.mark.parametrize("name", READERS)
def test_pipes_and_devices_are_refused_in_one_sentence(
    name: str, attack: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    ATTACKS[attack](path, path)
    with pytest.raises(UserError) as caught:
        READERS[name](path)
    assert "file" in str(caught.value)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
