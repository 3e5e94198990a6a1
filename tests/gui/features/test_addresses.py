"""Recordings in storage in the window: opened, listed, added to a project, refused."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog

from tests.unit.fakes import write_sound
from tests.unit.storage.folder_store import FolderStore, use_store
from yamnet_gui.core.storage import statuses
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.gui.features import Files
from yamnet_gui.gui.jobs.recording import OpenJob
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
