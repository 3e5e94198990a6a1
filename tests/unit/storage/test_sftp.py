"""Recordings and results at an SFTP server of this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import open_audio
from yamnet_gui.batch import make_plan
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage import store as asking
from yamnet_gui.core.storage import stores
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.lock import StoredLock
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.storage.statuses import ask_again

pytestmark = pytest.mark.workflow
pytest.importorskip("paramiko", reason="paramiko speaks SFTP")

from .sftp_server import PASSWORD, SftpServer  # noqa: E402


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server with a recording of three minutes, whose key is known."""
    folder = tmp_path / "served"
    (folder / "night").mkdir(parents=True)
    second = np.random.default_rng(3).normal(0, 0.1, 16_000).clip(-1, 1)
    soundfile.write(folder / "night" / "a.wav", np.tile(second, 180), 16_000)
    made = SftpServer(folder)
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "known_hosts").write_text(made.known_hosts)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("YAMNET_GUI_ADDRESSES_WITH_SECRETS", "{}")
    monkeypatch.setattr(asking, "PAUSE_S", 0.05)
    stores._store.cache_clear()
    ask_again()
    yield made
    made.stop()
    stores._store.cache_clear()


def test_recordings_of_a_server_are_read_in_parts_and_listed(server: Any, tmp_path: Path) -> None:
    address = f"{server.address}/night/a.wav"
    with open_audio(tmp_path / "served/night/a.wav") as near, open_audio(address) as far:
        for first in (0, near.frames // 2, near.frames - 100):
            np.testing.assert_array_equal(near.read(first, 100), far.read(first, 100))
    plan = make_plan([f"{server.address}/night"])
    assert [written(p) for p in plan.recordings] == [f"{server.shown}/night/a.wav"]


def test_files_are_written_whole_into_folders_that_are_made(server: Any, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("events")
    target = path_of(f"{server.address}/results/2026/events.csv")
    for _ in range(2):
        stores.store_of(target).write(target, tmp_path / "events.csv")
    results = tmp_path / "served/results/2026"
    assert [p.read_text() for p in results.iterdir()] == ["events"]
    stores.store_of(target).remove(target)
    assert list(results.iterdir()) == []


def test_a_lock_is_taken_once_in_a_folder_that_is_made(server: Any, tmp_path: Path) -> None:
    path = path_of(f"{server.address}/results/out.csv.lock")
    first, second = StoredLock(path, "one"), StoredLock(path, "two")
    try:
        assert first.acquire() is None
        stores.store_of(path).create(path, b"mine")  # which stays as it is
        holder = second.acquire()
        assert holder is not None
        assert holder.machine == "one"
    finally:
        first.release()
    assert not list((tmp_path / "served/results").iterdir())


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("password", "the server refuses access: the credentials are wrong"),
        ("key", "the key of the server is not known — connect to it once with ssh"),
        ("changed", "the key of the server is another than in ~/.ssh/known_hosts — ask who runs"),
        ("gone", "the server cannot be reached — check the network and the address"),
        ("missing", "there is no such file — check the address"),
    ],
)
def test_each_trouble_with_a_server_is_one_sentence(
    server: Any, trouble: str, sentence: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = f"{server.address}/night/a.wav"
    if trouble == "password":
        address = address.replace(PASSWORD, "wrong")
    elif trouble == "key":
        (tmp_path / "home/.ssh/known_hosts").write_text("")
    elif trouble == "changed":
        other = SftpServer(tmp_path)
        other.stop()
        key = other.known_hosts.partition(" ")[2]
        (tmp_path / "home/.ssh/known_hosts").write_text(f"{server.known_hosts.split()[0]} {key}")
    elif trouble == "gone":
        server.cut()
    else:
        address = address.replace("a.wav", "none.wav")
    with pytest.raises(RecordingError) as caught:
        open_audio(address)
    assert sentence in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert str(caught.value).startswith(server.shown)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_dies_in_the_middle_is_one_sentence(server: Any) -> None:
    with open_audio(f"{server.address}/night/a.wav") as source:
        source.read(0, 100)
        server.cut()
        with pytest.raises(RecordingError, match=r"cannot be read at .* — (check|try)"):
            for _ in source.blocks():
                pass
