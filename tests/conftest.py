"""What every test shares: where optional reference material is, and which tests need it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .alone import Turns

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# two processes share the cores: threads that wait must not spin on them
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _existing(variable: str) -> Path | None:
    value = os.environ.get(variable)
    path = Path(value) if value else None
    return path if path and path.exists() else None


WEIGHTS = _existing("YAMNET_GUI_WEIGHTS")
REFERENCE = _existing("YAMNET_GUI_REFERENCE")


HERE = Path(__file__).parent
QUICK_FOLDERS = tuple(
    HERE / "unit" / name
    for name in ("core", "audio", "detection", "embedding", "labels/formats", "labels/exchange")
)
LONGER_FILES = (
    *("test_judges.py", "test_projection.py", "test_custom_classes.py", "test_round_trip.py"),
    *("test_tuning.py", "test_writing.py", "test_refine.py", "test_report.py"),
    "test_hysteresis.py",
)
"""Files in those folders that take seconds, or import what takes seconds to load."""
NOT_QUICK = ("slow", "workflow", "weights", "reference", "sound", "display")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m quick` does not even import what has no quick tests."""
    if config.option.markexpr != "quick" or config.args != config.getini("testpaths"):
        return None
    if collection_path.name in LONGER_FILES:
        return True
    near = any(
        folder.is_relative_to(collection_path) or collection_path.is_relative_to(folder)
        for folder in QUICK_FOLDERS
    )
    return None if near else True


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Turns(), "turns")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        inside = any(item.path.is_relative_to(folder) for folder in QUICK_FOLDERS)
        inside = inside and item.path.name not in LONGER_FILES
        if inside and not any(item.get_closest_marker(name) for name in NOT_QUICK):
            item.add_marker("quick")
    # the longest waits come last: what plays or opens a real window has the machine to itself
    items.sort(key=Turns.is_alone)
    reasons = {
        "weights": None if WEIGHTS else "no weights: set YAMNET_GUI_WEIGHTS to a weights file",
        "reference": None if REFERENCE else "no reference: set YAMNET_GUI_REFERENCE to its folder",
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def _shared(factory: pytest.TempPathFactory, name: str, write: Callable[[Path], object]) -> Path:
    """A file that one test process writes for all of them.

    What is made beside it once, such as the file for LiteRT, serves all of them, too.
    """
    base = factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / "shared" / Path(name).stem / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f"{os.getpid()}-{name}")
        write(part)
        part.replace(path)
    return path


@pytest.fixture(scope="session")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real weights; only for tests marked `weights`."""
    real = WEIGHTS
    assert real is not None, "mark this test with @pytest.mark.weights"
    return _shared(tmp_path_factory, real.name, lambda path: shutil.copy(real, path))


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of the published shapes, the same in every session."""
    from .tiny_network import write_tiny_weights

    return _shared(tmp_path_factory, "tiny.h5", write_tiny_weights)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with `golden/` and `audio/`; only for tests marked `reference`."""
    assert REFERENCE is not None, "mark this test with @pytest.mark.reference"
    return REFERENCE


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, cache and settings of the program in a temporary folder of this test."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.split("_")[1].lower()))
    for name in ("TFHUB_CACHE_DIR", "KAGGLEHUB_CACHE", "KERAS_HOME"):  # no weights of the developer
        monkeypatch.setenv(name, str(home / name.lower()))
