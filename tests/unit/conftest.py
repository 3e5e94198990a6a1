from pathlib import Path

import pytest

from yamnet_gui.analysis import ResultCache

from .fakes import FakeModel, write_sound


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def cache(tmp_path: Path) -> ResultCache:
    return ResultCache(tmp_path / "cache")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Forty seconds: more frames than fit into one chunk."""
    return write_sound(tmp_path / "sound.wav", 40.0)
