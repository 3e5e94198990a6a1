from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.__main__ import main
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


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in this process; its status, output and errors."""

    def run_it(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_it
