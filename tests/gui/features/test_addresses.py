"""Recordings in storage in the window: opened, listed, added to a project, refused."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from tests.unit.fakes import write_sound
from tests.unit.storage.folder_store import FolderStore, use_store
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.storage import statuses
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.blocks import BLOCK_BYTES
from yamnet_gui.gui.features import Files
from yamnet_gui.gui.jobs.recording import OpenJob
from yamnet_gui.gui.playback.filter_chain import OutputFormat
from yamnet_gui.gui.playback.reader import Reader
from yamnet_gui.gui.playback.stream import Stream
from yamnet_gui.gui.playback.values import PlaybackRequest
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project

pytestmark = pytest.mark.workflow


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderStore]:
    """Storage with two recordings, which nobody may ask from the thread of the window."""
    made = use_store(tmp_path / "storage", monkeypatch)
    for name in ("a.wav", "b.wav"):
        write_sound(made.folder / "bucket" / name, 3.0)
    window = threading.current_thread()
    ask = made._status

    def status(path: Path) -> object:
        assert threading.current_thread() is not window, "the window waits for storage"
        return ask(path)

    monkeypatch.setattr(made, "_status", status)
    yield made
    statuses.ask_again()


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def typed(text: str) -> None:
        monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: (text, True))

    return typed


def test_an_address_is_opened_with_its_waveform_and_a_folder_is_listed(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    type_in: Callable[[str], None],
) -> None:
    bench = start()
    type_in("fake://bucket/a.wav")
    bench.shell.window.actions_by_id["open_address"].trigger()
    settled(bench)
    document = bench.session.document
    assert document.recording is not None
    assert document.recording.info.path == path_of("fake://bucket/a.wav")
    assert bench.session.sound.pyramid is not None
    asked = len(store.asked)
    type_in("fake://bucket")
    bench.shell.window.actions_by_id["open_address"].trigger()
    settled(bench)
    assert [p.name for p in bench.shell.recordings.files] == ["a.wav", "b.wav"]
    assert len(store.asked) == asked == 1  # one block holds all of it, for every use of it


def test_an_address_is_added_to_a_project_and_found_again_in_it(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    type_in: Callable[[str], None],
    tmp_path: Path,
) -> None:
    Project.create(tmp_path / "calls.yamnet").close()
    bench = start()
    bench.feature(Files).open(tmp_path / "calls.yamnet")
    settled(bench)
    type_in("fake://bucket")
    bench.shell.window.actions_by_id["add_address"].trigger()
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    recordings = project.recordings.all()
    assert sorted(r.path for r in recordings) == ["fake://bucket/a.wav", "fake://bucket/b.wav"]
    assert all(r.duration_s == 3.0 for r in recordings)
    assert project.recordings.locate(recordings[0]) == path_of(recordings[0].path)


def test_an_address_that_gives_nothing_is_one_sentence(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    type_in: Callable[[str], None],
) -> None:
    bench = start()
    type_in("fake://bucket/none.wav")
    bench.shell.window.actions_by_id["open_address"].trigger()
    settled(bench)
    type_in("gopher://host/a.wav")
    bench.shell.window.actions_by_id["open_address"].trigger()
    texts = "\n".join(notice.text for notice in bench.shell.notices.notices)
    assert "there is no such object" in texts
    assert "gopher://host/a.wav: is no address of storage" in texts


def test_a_long_recording_in_storage_says_what_drawing_it_reads(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.gui.jobs.recording._LONG_IN_STORAGE_BYTES", 1000)
    opened = []
    work = OpenJob(path_of("fake://bucket/a.wav"))
    thread = threading.Thread(target=lambda: opened.extend(work.run()))
    thread.start()
    thread.join()
    assert (
        "lies in storage; drawing and analysing all of it reads 0.1 MB once"
        in opened[0].warnings[0]
    )


MINUTES = 4
BLOCKS = -(-MINUTES * 60 * 32_000 // BLOCK_BYTES)


@pytest.fixture
def long(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording in storage of which drawing says how much it reads."""
    monkeypatch.setattr("yamnet_gui.gui.jobs.recording._LONG_IN_STORAGE_BYTES", 1000)
    second = np.random.default_rng(3).normal(0, 0.1, 16_000).clip(-1, 1)
    file = store.folder / "bucket" / "long.wav"
    soundfile.write(file, np.tile(second, MINUTES * 60), 16_000, subtype="PCM_16")
    return path_of("fake://bucket/long.wav")


def _listened(qtbot: QtBot, reader: Reader, path: Path, at_s: float) -> Stream:
    """Two seconds of a recording on their way to a device."""
    span = TimeSpan(at_s, at_s + 2)
    stream = Stream(PlaybackRequest(path, 16_000, 1, span), at_s, OutputFormat(16_000, 1))
    with qtbot.waitSignal(reader.filled, timeout=30_000):
        reader.fill(stream)
    return stream


def _answer(hang: threading.Event) -> None:
    """The server answers at last, for nobody."""
    hang.set()
    for thread in threading.enumerate():
        if thread.name == "storage":
            thread.join(10)


def test_drawing_scrubbing_and_playing_read_each_block_once(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    long: Path,
    qtbot: QtBot,
) -> None:
    bench = start()
    bench.feature(Files).open(long)
    settled(bench)
    assert bench.session.sound.pyramid is not None
    assert bench.session.sound.pyramid.ready_frames == MINUTES * 60 * 16_000
    size = (store.folder / "bucket/long.wav").stat().st_size
    assert sum(end - first for first, end in store.asked) == size
    asked = len(store.asked)
    reader = Reader()
    for at_s in (200.0, 3.0, 120.0, 121.0):
        stream = _listened(qtbot, reader, long, at_s)
        assert stream.frames == 32_000
        bench.session.timeline.set_view(at_s, at_s + 0.5)
        settled(bench)
    reader.close()
    bench.services.recording.close_recording()
    bench.feature(Files).open(long)  # once more, from what is kept on this disk
    settled(bench)
    assert len(store.asked) == asked


def test_what_is_heard_is_read_while_the_rest_is_still_being_drawn(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    long: Path,
    qtbot: QtBot,
) -> None:
    drawn = threading.Event()
    name = "playback reader"

    def slow() -> None:
        if QThread.currentThread().objectName() != name and len(store.asked) > 1:
            drawn.wait(0.3)

    store.failing = slow
    bench = start()
    bench.feature(Files).open(long)
    qtbot.waitUntil(lambda: bench.session.sound.pyramid is not None, timeout=30_000)
    reader = Reader()
    _listened(qtbot, reader, long, MINUTES * 60 - 10.0)
    pyramid = bench.session.sound.pyramid
    assert pyramid is not None
    assert pyramid.ready_frames < pyramid.frames
    reader.close()
    drawn.set()
    settled(bench)


def test_what_drawing_reads_is_shown_and_can_be_stopped(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    long: Path,
    qtbot: QtBot,
) -> None:
    bench = start()
    hang = threading.Event()
    store.failing = lambda: (len(store.asked) > 3 and hang.wait(60)) or None
    bench.feature(Files).open(long)
    status = bench.shell.status
    qtbot.waitUntil(lambda: "Reading from storage" in status.message.text(), timeout=30_000)
    assert "% of 7.7 MB" in status.message.text()
    assert status.cancel.isVisible()
    began = time.monotonic()
    status.cancel.click()
    assert "Stopped" in status.message.text()
    settled(bench)
    assert time.monotonic() - began < 5  # nobody waits for the answer
    _answer(hang)
    asked = len(store.asked)
    qtbot.wait(50)
    assert len(store.asked) == asked < BLOCKS


def test_closing_the_window_waits_for_no_server(
    start: Callable[..., Workbench], store: FolderStore, long: Path, qtbot: QtBot
) -> None:
    bench = start()
    hang = threading.Event()
    store.failing = lambda: (len(store.asked) > 1 and hang.wait(60)) or None
    bench.feature(Files).open(long)
    qtbot.waitUntil(lambda: len(store.asked) > 1, timeout=30_000)
    began = time.monotonic()
    bench.shell.window.close()
    bench.close()
    assert time.monotonic() - began < 5
    _answer(hang)


def test_a_server_that_goes_away_is_one_sentence_and_all_goes_on_when_it_is_back(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    long: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yamnet_gui.gui.controllers.recording_loader._AGAIN_MS", 50)
    bench = start()

    def gone() -> None:
        if len(store.asked) > 3:
            raise ConnectionRefusedError

    store.failing = gone
    bench.feature(Files).open(long)
    qtbot.waitUntil(lambda: bool(bench.shell.notices.notices), timeout=30_000)
    qtbot.waitUntil(lambda: len(store.asked) > 20, timeout=30_000)  # asked again and again
    texts = [n.text for n in bench.shell.notices.notices if "cannot be read" in n.text]
    assert len(texts) == 1
    assert "the server cannot be reached" in texts[0]
    reader = Reader()
    failures: list[str] = []
    reader.failed.connect(lambda _stream, text: failures.append(text))
    span = TimeSpan(200.0, 202.0)
    request = PlaybackRequest(long, 16_000, 1, span)
    reader.fill(Stream(request, 200.0, OutputFormat(16_000, 1)))
    qtbot.waitUntil(lambda: bool(failures), timeout=30_000)
    assert "the server cannot be reached" in failures[0]
    store.failing = lambda: None
    assert _listened(qtbot, reader, long, 200.0).frames == 32_000
    reader.close()

    def whole() -> bool:
        pyramid = bench.session.sound.pyramid
        return pyramid is not None and pyramid.ready_frames == pyramid.frames

    qtbot.waitUntil(whole, timeout=30_000)
    settled(bench)


def test_an_analysis_whose_server_goes_away_is_one_sentence_and_goes_on_when_it_is_back(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    store: FolderStore,
    long: Path,
    tiny_weights: Path,
) -> None:
    def gone() -> None:
        if len(store.asked) > 3:
            raise ConnectionRefusedError

    store.failing = gone
    bench = start(weights=tiny_weights)
    bench.session.settings.set("finer", "off")
    bench.feature(Files).open(long)
    settled(bench)
    texts = [n.text for n in bench.shell.notices.notices]
    assert [t for t in texts if "the server cannot be reached" in t]
    assert len(texts) == len(set(texts))
    document = bench.session.document
    assert document.recording is not None  # what is open stays
    assert document.state is not AnalysisState.COMPLETE
    store.failing = lambda: None
    bench.shell.window.actions_by_id["analyse"].trigger()
    settled(bench)
    assert document.state is AnalysisState.COMPLETE
