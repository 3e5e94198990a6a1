"""What a later start may hand over, and where it meets the window."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core import handover
from yamnet_gui.core.handover import (
    Claim,
    HandOver,
    MeetingPlace,
    answer_to_greeting,
    greeting,
    is_proof,
    meeting_place,
    read_hand_over,
)

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
ROOT = Path(Path.cwd().anchor)


def test_a_request_comes_back_whole() -> None:
    names = [
        "a b.wav",
        "Brücke.flac",
        os.fsdecode(b"\xff\xfe.ogg"),
        "line\nbreak",
        '"quoted"',
        "鳥",
    ]
    request = HandOver(tuple(ROOT / name for name in names), demo=True, activation="abc-123")
    request = replace(request, secret_addresses=("https://u:pw@host/a.wav",))
    assert "pw" not in repr(request)
    line = request.line()
    assert line.count(b"\n") == 1
    assert read_hand_over(line) == request
    assert read_hand_over(HandOver().line()) == HandOver()


def _request(**changes: object) -> bytes:
    usual: dict[str, object] = {"files": [], "demo": False, "activation": "", "addresses": []}
    return json.dumps({**usual, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"\x80\x04.\n", b"{" * 5000 + b"\n"),
        _request()[:-1],
        _request(files="/a.wav"),
        _request(files=[1]),
        _request(files=[["/a"]]),
        _request(files=[""]),
        _request(files=["a.wav"]),
        _request(files=["../a.wav"]),
        _request(files=["file:///a.wav"]),
        _request(files=["https://example.org/a.wav"]),
        _request(files=["/a\0b"]),
        _request(files=["/" + "a" * 40_000]),
        _request(files=["/\ud800"]),
        _request(files=["/a"] * 20_001),
        _request(demo=1),
        _request(addresses="https://host/a.wav"),
        _request(addresses=[7]),
        _request(addresses=["/a.wav"]),
        _request(addresses=["https://host/" + "a" * 40_000]),
        _request(activation=7),
        _request(activation="a\nb"),
        _request(activation="x" * 513),
        '{"files": [], "demo": false, "activation": "ü"}\n'.encode(),
        _request(files=["/a" * 1000] * 3000),
    ],
    ids=range(31 - 1),
)
def test_everything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_hand_over(line)


def test_only_who_knows_the_secret_can_answer() -> None:
    line, nonce = greeting()
    answer = answer_to_greeting(line, "secret")
    assert is_proof(answer, nonce, "secret")
    assert not is_proof(answer, nonce, "other")
    assert not is_proof(answer, greeting()[1], "secret")
    for odd in (b"", b"{}\n", b'{"proof": 1}\n', b'{"proof": "\\u00fc"}\n', b"no"):
        assert not is_proof(odd, nonce, "secret")
    for odd in (
        b"{}\n",
        b'{"nonce": "x"}\n',
        b'{"nonce": 5}\n',
        b'{"nonce": "' + b"a" * 99 + b'"}\n',
    ):
        with pytest.raises(ValueError, match="greeting"):
            answer_to_greeting(odd, "secret")


@posix
def test_the_folder_is_this_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_LONGEST_SOCKET", 500)
    monkeypatch.setattr(handover.tempfile, "gettempdir", lambda: str(tmp_path / "none"))
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    env = {"XDG_RUNTIME_DIR": str(runtime), "DISPLAY": ":7"}
    place = meeting_place(env)
    assert place is not None
    assert place.folder.stat().st_mode & 0o077 == 0
    place.folder.chmod(0o755)
    assert meeting_place(env) is None
    place.folder.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    place.folder.symlink_to(elsewhere)
    assert meeting_place(env) is None
    place.folder.unlink()
    place.folder.write_bytes(b"")
    assert meeting_place(env) is None
    place.folder.unlink()
    runtime.chmod(0o777)  # others could put another folder there
    assert meeting_place(env) is None
    runtime.chmod(0o1777)  # but not here
    assert meeting_place(env) == place


def test_windows_of_other_displays_versions_and_folders_do_not_meet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def key(**env: str) -> str:
        place = meeting_place(env)
        assert place is not None
        return place.key

    assert key(DISPLAY=":0") == key(DISPLAY=":0.1")
    keys = [key(DISPLAY=":0"), key(DISPLAY=":1"), key(WAYLAND_DISPLAY="wayland-0", DISPLAY=":0")]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    keys.append(key(DISPLAY=":0"))
    monkeypatch.setattr(handover, "__version__", "9.9")
    keys.append(key(DISPLAY=":0"))
    assert len(set(keys)) == len(keys)


def test_one_has_the_claim_and_the_next_gets_it(tmp_path: Path) -> None:
    place = MeetingPlace(tmp_path, "key")
    first, second = Claim(place), Claim(place)
    assert (first.take(), second.take()) == (True, False)
    first.give_back()
    assert second.take()
    second.give_back()
    assert not Claim(None).take()
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_is_none_is_not_read(tmp_path: Path) -> None:
    place = MeetingPlace(tmp_path, "key")
    assert place.read_note() is None
    for text in ("", "{}", '{"server": 1, "secret": "a"}\n', '{"server"', "x" * 10_000):
        (tmp_path / "key.json").write_text(text)
        assert place.read_note() is None
    note = place.new_note()
    place.write_note(note)
    assert place.read_note() == note
    assert len(note.secret) == 64
