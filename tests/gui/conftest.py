"""Windows for tests: the real one, offscreen, closed afterwards with all its threads."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QObject
from pytestqt.exceptions import TimeoutError as NotInTime
from pytestqt.qtbot import QtBot

from yamnet_gui import app
from yamnet_gui.analysis import ResultCache
from yamnet_gui.gui.workbench import Workbench

from .support import calls
from .support.owners import Owners

RATE_HZ = 16_000


@pytest.fixture(autouse=True)
def garbage_of_this_thread() -> Iterator[None]:
    """Worker threads collect no garbage, as in the window (see `GarbageCollector`).

    A worker that destroys the Qt objects of an earlier test can end the process.
    """
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A test that leaves a thread running fails."""
    before = set(threading.enumerate())
    yield
    left = [t.name for t in threading.enumerate() if t not in before and t.is_alive()]
    # TensorFlow and NumPy keep pools of their own, which Python does not list.
    assert not [name for name in left if not name.startswith("Dummy")], left


@pytest.fixture
def sound_file(tmp_path: Path) -> Path:
    """Twelve seconds, stereo: silence, a tone from 3 to 5 s, noise from 8 to 9 s."""
    time = np.arange(12 * RATE_HZ) / RATE_HZ
    left = np.zeros_like(time)
    tone = (time >= 3) & (time < 5)
    left[tone] = 0.5 * np.sin(2 * np.pi * 1000 * time[tone])
    noise = (time >= 8) & (time < 9)
    left[noise] = np.random.default_rng(5).uniform(-0.5, 0.5, int(noise.sum()))
    path = tmp_path / "tone and noise.wav"
    soundfile.write(path, np.stack([left, left * 0.5], axis=1), RATE_HZ, subtype="PCM_16")
    return path


@pytest.fixture
def start(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Workbench]]:
    """Starts the program's own window as its `main` does, with these arguments."""
    benches: list[Workbench] = []

    def start(*arguments: str | Path, weights: Path | None = None) -> Workbench:
        if weights is None:
            monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
        else:
            monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(weights))
        _application, bench = app.prepare(app.parse([str(a) for a in arguments]))
        benches.append(bench)
        qtbot.addWidget(bench.shell.window)
        bench.shell.window.resize(1280, 800)
        bench.shell.window.show()
        qtbot.waitExposed(bench.shell.window)
        return bench

    yield start
    for bench in benches:
        bench.shell.window.close()
        bench.close()


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[Workbench], None]:
    """Waits until nothing is on its way to the screen any more."""

    def idle(bench: Workbench) -> None:
        busy: list[str] = []

        def look() -> bool:
            busy[:] = busy_parts(bench)
            return not bench.busy

        try:
            qtbot.waitUntil(look, timeout=180_000)
        except NotInTime as error:
            raise AssertionError(f"still busy after three minutes: {', '.join(busy)}") from error

    def wait(bench: Workbench) -> None:
        idle(bench)
        idle(bench)

    return wait


def busy_parts(bench: Workbench) -> list[str]:
    """Names of what is still at work."""
    parts = {
        "opener": bench.services.recording.busy,
        "analysing": bench.services.analysis.running,
        "deriver": bench.services.events.waiting,
        "spectrogram": bench.session.spectrogram.waiting,
        "projects": bench.services.projects.busy,
        **{type(feature).__name__: feature.busy for feature in bench.features},
    }
    return [name for name, busy in parts.items() if busy]


@pytest.fixture
def owners(qtbot: QtBot) -> Iterator[Owners]:
    """New owners of the state of a window, without the window."""
    parent = QObject()
    yield Owners(parent)
    parent.deleteLater()


@pytest.fixture(scope="session")
def results_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stored results that tests of one session have in common."""
    return tmp_path_factory.mktemp("results")


@pytest.fixture
def shared_results(results_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings of the same content are analysed once in a session, not once in a test."""
    monkeypatch.setenv("YAMNET_GUI_CACHE", str(results_folder))


@pytest.fixture(scope="session")
def prepared_calls(
    tmp_path_factory: pytest.TempPathFactory, results_folder: Path, tiny_weights: Path
) -> Path:
    """A project of two analysed recordings; copy it, never write to it."""
    folder = tmp_path_factory.mktemp("calls")
    return calls.make_project(folder, tiny_weights, ResultCache(results_folder))


@pytest.fixture
def calls_project(prepared_calls: Path, tmp_path: Path, shared_results: None) -> Path:
    """This test's own copy of the project of calls, its recordings and stored results."""
    return calls.copy_project(prepared_calls, tmp_path)
