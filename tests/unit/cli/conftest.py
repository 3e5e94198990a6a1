from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.__main__ import main


@pytest.fixture
def weights(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Random weights, found through the environment."""
    monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(tiny_weights))
    return tiny_weights


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in this process; its status, output and errors."""

    def run_it(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_it
