from pathlib import Path

import pytest


@pytest.fixture
def weights(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Random weights, found through the environment."""
    monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(tiny_weights))
    return tiny_weights
