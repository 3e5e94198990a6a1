"""A later start hands its files to the window that is open, whoever else knocks there."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.core.handover import Claim, HandOver, MeetingPlace
from yamnet_gui.core.storage.address import addresses_with_secrets, path_of, with_secrets
from yamnet_gui.gui.instance.client import hand_over
from yamnet_gui.gui.instance.further_files import SETTING, FurtherFiles
from yamnet_gui.gui.instance.server import InstanceServer
from yamnet_gui.gui.state.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="speaks to the socket of POSIX itself")


@pytest.fixture
def place() -> Iterator[MeetingPlace]:
    folder = Path(tempfile.mkdtemp(prefix="yg-"))  # short: names of sockets are
    yield MeetingPlace(folder, "key")
    shutil.rmtree(folder)


@pytest.fixture
def server(place: MeetingPlace, qtbot: QtBot) -> Iterator[InstanceServer]:
    listening = InstanceServer(place)
    assert listening.listen()
    yield listening
    listening.close()
    assert not place.socket.exists()
    assert place.read_note() is None


class Later:
    """A later start, in a thread as if it were another process."""

    def __init__(self, place: MeetingPlace, request: HandOver, patience_s: float = 20) -> None:
        self.taken: bool | None = None

        def run() -> None:
            self.taken = hand_over(place, request, patience_s)

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def ended(self, qtbot: QtBot) -> bool | None:
        qtbot.waitUntil(lambda: self.taken is not None, timeout=30_000)
        self._thread.join()
        return self.taken


def knock(place: MeetingPlace, text: bytes = b"") -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(20)
    link.connect(str(place.socket))
    try:
        link.sendall(text)
    except OSError:
        link.close()
        raise
    return link


def test_files_of_any_name_arrive_while_others_are_silent(
    place: MeetingPlace, server: InstanceServer, qtbot: QtBot
) -> None:
    arrived: list[HandOver] = []
    server.requested.connect(arrived.append)
    silent = [knock(place), knock(place, b'{"nonce"'), knock(place, b"\xff\xfe")]
    request = HandOver((Path("/a b.wav"), Path(os.fsdecode(b"/\xff.wav"))), activation="token")
    assert Later(place, request).ended(qtbot) is True
    assert arrived == [request]
    for link in silent:
        link.close()


def test_the_socket_is_for_this_user_alone(place: MeetingPlace, server: InstanceServer) -> None:
    assert place.socket.stat().st_mode & 0o077 == 0
    assert (place.folder / "key.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"files": ["/a.wav"], "demo": false, "activation": ""}\n',  # before a greeting
        b'{"nonce": "' + b"0" * 32 + b'"}\n{"files": ["a.wav"], "demo": false, "activation": ""}\n',
        b'{"nonce": "' + b"0" * 32 + b'"}\n{"run": "rm"}\n',
        b"x" * 5_000_000,
        b"[" * 100_000 + b"\n",
    ],
    ids=["http", "no greeting", "relative", "command", "endless", "deep"],
)
def test_who_says_something_else_is_hung_up_on(
    place: MeetingPlace, server: InstanceServer, qtbot: QtBot, text: bytes
) -> None:
    arrived: list[HandOver] = []
    server.requested.connect(arrived.append)
    ended: list[bool] = []

    def say() -> None:
        try:
            with knock(place, text) as link:
                while link.recv(4096):
                    pass
        except OSError:  # hung up while we were still speaking
            pass
        ended.append(True)

    speaker = threading.Thread(target=say)
    speaker.start()
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
    speaker.join()
    assert arrived == []


def test_any_number_of_silent_peers_keeps_nobody_out(
    place: MeetingPlace, server: InstanceServer, qtbot: QtBot
) -> None:
    links = []
    for _ in range(40):
        links.append(knock(place))
        qtbot.wait(1)
    assert Later(place, HandOver()).ended(qtbot) is True
    assert links[0].recv(1) == b""  # the first were hung up on
    for link in links:
        link.close()


def test_a_silent_peer_is_given_up_in_time(
    place: MeetingPlace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.gui.instance.server._PATIENCE_MS", 50)
    server = InstanceServer(place)
    assert server.listen()
    link = knock(place)
    qtbot.waitUntil(lambda: not server._guests and not server._server.hasPendingConnections())
    qtbot.wait(120)
    assert link.recv(1) == b""
    link.close()
    server.close()


def test_what_a_killed_window_left_is_no_window(place: MeetingPlace, qtbot: QtBot) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.socket))
    place.write_note(place.new_note())
    assert Later(place, HandOver(), 0.2).ended(qtbot) is False
    server = InstanceServer(place)
    assert server.listen()
    assert Later(place, HandOver()).ended(qtbot) is True
    server.close()


@pytest.mark.parametrize("answer", [b"", b'{"proof": "00"}\n', b"\n", b"x" * 10_000])
def test_paths_are_not_given_to_somebody_who_took_the_name(
    place: MeetingPlace, qtbot: QtBot, answer: bytes
) -> None:
    place.write_note(place.new_note())
    with socket.socket(socket.AF_UNIX) as squatter:
        squatter.bind(str(place.socket))
        squatter.listen()
        later = Later(place, HandOver((Path("/secret.wav"),)), 0.4)
        link, _ = squatter.accept()
        link.settimeout(20)
        heard = link.recv(4096)
        link.sendall(answer)
        assert later.ended(qtbot) is False
        with suppress(ConnectionError):
            heard += link.recv(4096)
        link.close()
    assert b"secret.wav" not in heard


def test_a_window_that_ends_meanwhile_is_not_waited_for(place: MeetingPlace, qtbot: QtBot) -> None:
    claim = Claim(place)
    assert hand_over(place, HandOver(), 3600, claim.take) is False
    assert claim.held  # so that this start is the window now
    claim.give_back()


Window = Callable[..., tuple[FurtherFiles, list[object]]]


@pytest.fixture
def window(place: MeetingPlace, qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    made: list[FurtherFiles] = []

    def make(settings: Settings | None = None) -> tuple[FurtherFiles, list[object]]:
        widget = QWidget()
        qtbot.addWidget(widget)
        opened: list[object] = []
        settings = settings or Settings(tmp_path / f"{len(made)}.ini", widget)
        files = FurtherFiles(
            Claim(place), settings, widget, opened.append, lambda: opened.append("demo")
        )
        made.append(files)
        return files, opened

    yield make
    for files in made:
        files.close()


def test_the_window_opens_files_and_the_demo_and_comes_to_the_front(
    place: MeetingPlace, window: Window, qtbot: QtBot
) -> None:
    files, opened = window()
    files._window.showMinimized()
    request = HandOver((Path("/a.wav"), Path("/b.yamnet")))
    assert Later(place, request).ended(qtbot) is True
    assert opened == [request.files]
    assert not files._window.isMinimized()
    assert files._window.isVisible()
    assert Later(place, HandOver(demo=True)).ended(qtbot) is True
    assert Later(place, HandOver()).ended(qtbot) is True
    assert opened == [request.files, "demo"]


def test_what_is_secret_of_an_address_reaches_the_window(
    place: MeetingPlace, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAMNET_GUI_ADDRESSES_WITH_SECRETS", "{}")
    whole = "https://anna:hunter2@host/a.wav?signature=hunter2"
    path = path_of(whole)  # as the later start does
    request = HandOver((path,), secret_addresses=addresses_with_secrets([path, Path("/b.wav")]))
    monkeypatch.setenv("YAMNET_GUI_ADDRESSES_WITH_SECRETS", "{}")  # the window knows nothing
    _, opened = window()
    assert Later(place, request).ended(qtbot) is True
    assert opened == [(path,)]
    assert "hunter2" not in str(path)
    assert with_secrets(path) == whole


def test_an_open_dialog_is_finished_first(
    place: MeetingPlace, window: Window, qtbot: QtBot
) -> None:
    files, opened = window()
    files._window.show()
    dialog = QDialog(files._window)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    request = HandOver((Path("/a.wav"),))
    assert Later(place, request).ended(qtbot) is True
    qtbot.wait(300)
    assert opened == []
    dialog.reject()
    qtbot.waitUntil(lambda: opened == [request.files])


def test_the_setting_is_followed_at_once(
    place: MeetingPlace, window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "own.ini")
    settings.set(SETTING, False)
    files, _ = window(settings)
    assert files._server is None
    settings.set(SETTING, True)
    assert files._server is not None
    settings.set(SETTING, False)
    assert files._server is None
    assert list(place.folder.iterdir()) == []  # another window may have the claim


def test_another_window_takes_over_when_the_first_is_closed(
    place: MeetingPlace, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.gui.instance.further_files._CLAIM_MS", 20)
    first, _ = window()
    second, opened = window()
    assert (first._server is None, second._server is None) == (False, True)
    first._stop()
    qtbot.waitUntil(lambda: second._server is not None)
    assert Later(place, HandOver((Path("/a.wav"),))).ended(qtbot) is True
    assert opened == [(Path("/a.wav"),)]


def test_files_that_macos_sends_are_opened(window: Window) -> None:
    files, opened = window()
    assert files.eventFilter(files, QFileOpenEvent(QUrl.fromLocalFile("/a b.wav")))
    assert opened == [(Path("/a b.wav"),)]
    assert not files.eventFilter(files, QFileOpenEvent(QUrl("https://example.org/a.wav")))
