"""Whether a sound server answers."""

import socket
import sys
from pathlib import Path

import pytest

from yamnet_gui.gui.playback.sound_server import server_is_missing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sound server")


def test_a_socket_that_answers_is_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    (tmp_path / "pulse").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("pulse/native")
        server.listen()
        assert not server_is_missing({"XDG_RUNTIME_DIR": "."}, "linux")
    assert server_is_missing({"XDG_RUNTIME_DIR": "."}, "linux")  # left behind by a dead server


def test_a_server_on_another_machine_is_left_to_the_library() -> None:
    assert not server_is_missing({"PULSE_SERVER": "tcp:studio:4713"}, "linux")


def test_a_named_socket_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert server_is_missing({"PULSE_SERVER": f"unix:{tmp_path}/none"}, "linux")


def test_other_systems_have_none_to_miss() -> None:
    assert not server_is_missing({}, "win32")
