from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.gui.workbench import Workbench


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder where the user's own models are."""
    folder = tmp_path / "user data"
    monkeypatch.setattr("yamnet_gui.yamnet.model_library.weights_folder", lambda: folder)
    return folder


@pytest.fixture
def bench(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    sound_file: Path,
    tiny_weights: Path,
    own_folder: Path,
) -> Workbench:
    """A window with an analysed recording, and no models of the user's own."""
    bench = start(sound_file, weights=tiny_weights)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    return bench
