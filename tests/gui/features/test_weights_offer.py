"""The bar that asks for weights offers a copy that another program has downloaded."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.controllers.weights import Weights
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.yamnet.weights_copies import WeightsCopy


@pytest.fixture
def keras(tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "datasets").mkdir()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    return Path(shutil.copy(tiny_weights, tmp_path / "datasets" / "yamnet.h5"))


def test_a_copy_is_found_and_used(qtbot: QtBot, keras: Path) -> None:
    weights = Weights(None, Settings(), ForegroundPriority())
    try:
        with qtbot.waitSignal(weights.copies_found) as found:
            weights.look_for_copies()
        (copy,) = found.args[0]
        assert isinstance(copy, WeightsCopy)
        assert (copy.file.path, copy.owner) == (keras, "Keras's cache")
        with qtbot.waitSignal(weights.changed):
            weights.use(copy.file.path)
        assert weights.path is not None
    finally:
        weights.close()
