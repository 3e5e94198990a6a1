import sys
from pathlib import Path

import pytest

from yamnet_gui.core import added_packages
from yamnet_gui.core.added_packages import (
    ADDABLE,
    added_packages_folder,
    how_to_install,
    unfinished,
    use_added_packages,
)


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The program believes that it is a bundle; the path of its file."""
    program = tmp_path / "my programs" / "yamnet-gui"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("APPIMAGE", raising=False)
    return program


def test_an_installed_program_says_what_pip_installs() -> None:
    assert how_to_install("tensorflow") == "install the package tensorflow"
    assert how_to_install("pyarrow") == "pip install 'yamnet-gui[parquet]'"
    assert how_to_install("onnx", "onnxruntime") == "pip install 'yamnet-gui[onnx]'"


def test_a_bundle_says_its_own_command_which_a_shell_can_run(bundle: Path) -> None:
    assert how_to_install("tensorflow") == f"run '{bundle}' packages add tensorflow"
    assert how_to_install("onnx", "onnxruntime").endswith(" packages add onnx onnxruntime")


def test_an_appimage_names_the_file_that_was_started(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPIMAGE", "/apps/yamnet.AppImage")
    assert how_to_install("pyarrow") == "run /apps/yamnet.AppImage packages add pyarrow"


def test_a_bundle_imports_what_was_added_after_its_own(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["own"])
    use_added_packages()
    assert sys.path == ["own"]
    folder = added_packages_folder()
    for name in ("pyarrow", "onnx", "of-others"):
        (folder / name).mkdir(parents=True)
    unfinished("tensorflow").mkdir()
    use_added_packages()
    assert sys.path == ["own", str(folder / "onnx"), str(folder / "pyarrow")]


def test_an_installed_program_imports_nothing_that_was_added_to_a_bundle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (added_packages_folder() / "pyarrow").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["own"])
    use_added_packages()
    assert sys.path == ["own"]
    assert not added_packages.is_bundle()
    assert set(ADDABLE) >= {"tensorflow", "pyarrow"}
