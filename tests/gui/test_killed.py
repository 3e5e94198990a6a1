"""The window is killed in the middle of its work: what was decided is stored, and whole."""

from pathlib import Path

import pytest

from tests.unit.labels.project.killing import survives

from .support import projects


@pytest.fixture(autouse=True)
def homes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


@pytest.mark.workflow
def test_the_window_loses_nothing_over_two_kills(tmp_path: Path) -> None:
    assert survives(projects.made(tmp_path / "project"), 2, "tests.gui.support.editor") > 0


@pytest.mark.slow
def test_the_window_loses_nothing_over_a_hundred_kills(tmp_path: Path) -> None:
    assert survives(projects.made(tmp_path / "project"), 100, "tests.gui.support.editor") > 100
