"""Asking for the newest version, of servers of every kind on this machine."""

import json
import threading

import pytest

from yamnet_gui import __version__
from yamnet_gui.core import updates
from yamnet_gui.core.errors import Cancelled, SettingsError
from yamnet_gui.core.stopping import stoppable
from yamnet_gui.core.updates import RELEASES_PAGE, latest_release
from yamnet_gui.core.web import Patience

from .test_web import dripping, replying, served

SHORT = Patience(connect_s=2, silence_s=2, total_s=0.5, least_rate=0, grace_s=60)
NEWER = "999.1"


def reply(document: object, status: str = "200 OK") -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def asked(document: object, status: str = "200 OK") -> updates.Release:
    with served(replying(reply(document, status))) as address:
        return latest_release(address, SHORT)


@pytest.mark.parametrize(
    ("tag", "newer"),
    [
        *((f"v{NEWER}", True), (NEWER, True), ("1!0.0", True)),
        *((__version__, False), (f"v{__version__}", False), ("0.0.1", False)),
        (f"{NEWER}rc1", False),  # an early version is not for everybody
    ],
)
def test_versions_are_compared(tag: str, newer: bool) -> None:
    assert asked({"tag_name": tag}).newer is newer


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"<html>", b"\xff\xfe", b"[" * 50_000, b"null", b"[]", b"{}", b"{", b'"v2"'),
        *({"tag_name": 2}, {"tag_name": None}, {"tag_name": "latest"}, {"tag_name": ""}),
        *({"tag_name": "v2\x1b[31m"}, {"tag_name": "9" * 10_000}, {"message": "rate limit"}),
    ],
    ids=range(16),
)
def test_what_is_no_release_is_one_sentence(document: object) -> None:
    with pytest.raises(SettingsError, match="the answer") as caught:
        asked(document)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("status", "words"), [("404 Not Found", "no release"), ("503 Busy\x1b[1m", "answered 503")]
)
def test_other_answers_are_one_sentence(status: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        asked({"tag_name": NEWER}, status)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "javascript:1"])
def test_redirects_off_the_web_are_refused(target: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    with served(replying(answer)) as address, pytest.raises(SettingsError, match="redirects to"):
        latest_release(address, SHORT)


def test_slow_and_endless_servers_are_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    with served(dripping(head)) as address, pytest.raises(SettingsError, match="longer than"):
        latest_release(address, SHORT)
    endless = reply(b" " * 1_200_000)
    with served(replying(endless)) as address, pytest.raises(SettingsError, match="more than a"):
        latest_release(address, Patience(2, 2, 20))


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://[::1", "http://127.0.0.1:9/"])
def test_odd_addresses_are_one_sentence(address: str) -> None:
    with pytest.raises(SettingsError, match=r"not a valid|cannot be reached"):
        latest_release(address, SHORT)


def test_notes_are_plain_lines() -> None:
    notes = asked({"tag_name": NEWER, "body": "# New\r\n\t<b>x</b>\x1b[2J\u202eabc\x00\n\n"}).notes
    assert notes == "# New\n    <b>x</b>\\x1b[2J\\u202eabc\\x00"
    assert len(asked({"tag_name": NEWER, "body": "x" * 500_000}).notes) <= 20_000
    assert asked({"tag_name": NEWER, "body": ["x"]}).notes == ""


@pytest.mark.parametrize(
    ("page", "right"),
    [
        (f"{RELEASES_PAGE}/tag/v2", True),
        *((f"{RELEASES_PAGE}/../../evil", False), (f"{RELEASES_PAGE}.evil.org/", False)),
        *(("file:///etc/passwd", False), ("javascript:alert(1)", False), (None, False)),
        (f"{RELEASES_PAGE}/\nx", False),
    ],
)
def test_no_other_page_is_opened(page: object, right: bool) -> None:
    given = asked({"tag_name": NEWER, "html_url": page}).page
    assert given == (page if right else RELEASES_PAGE)


def test_asking_can_be_stopped_at_once() -> None:
    stop = threading.Event()
    with served(dripping(b"HTTP/1.")) as address:
        threading.Timer(0.1, stop.set).start()
        patience = Patience(2, 2, 20)
        with stoppable(stop.is_set), pytest.raises(Cancelled):
            latest_release(address, patience)
        asking = [thread for thread in threading.enumerate() if thread.name == "updates"]
        assert asking  # the server was not waited for
    for thread in asking:
        thread.join()


def test_another_address_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(replying(reply({"tag_name": NEWER}))) as address:
        monkeypatch.setenv("YAMNET_GUI_RELEASES", address)
        assert latest_release(patience=SHORT).version == NEWER
