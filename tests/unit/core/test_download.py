"""Recordings at addresses, from a server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from yamnet_gui.core.download import fetched
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage.notation import is_address

CONTENT = bytes(range(256)) * 40


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        if self.path == "/gone.wav":
            self.send_error(404)
        elif self.path == "/moved.wav":
            self.send_response(302)
            self.send_header("Location", "/a%20sound.wav?key=1")
            self.end_headers()
        elif self.path in ("/206.wav", "/204.wav"):
            self._answer(CONTENT[:10], 10, status=int(self.path[1:4]))
        elif self.path == "/cut.wav":
            self._answer(CONTENT, length=len(CONTENT) + 10)
        elif self.path == "/endless.wav":
            self._answer(CONTENT, length=None)
        elif self.path == "/huge.wav":
            self._answer(b"", length=10**12)
        elif self.headers.get("If-None-Match") == '"one"':
            self.send_response(304)
            self.end_headers()
        else:
            self._answer(CONTENT, len(CONTENT))

    def _answer(self, content: bytes, length: int | None, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("ETag", '"one"')
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def address(server: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def test_a_recording_is_fetched_once(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    reported: list[tuple[int, int | None]] = []
    where = address(server, "/a%20sound.wav?key=1")
    path = fetched(where, tmp_path, progress=lambda done, total: reported.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert path.suffix == ".wav"
    assert reported[-1] == (len(CONTENT), len(CONTENT))
    assert fetched(where, tmp_path) == path
    assert len(server.asked) == 2  # type: ignore[attr-defined]
    assert server.asked[1][1]["If-None-Match"] == '"one"'  # type: ignore[attr-defined]
    assert fetched(address(server, "/moved.wav"), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone.wav", "the server answers 404"),
        ("/206.wav", "the server answers 206"),
        ("/204.wav", "the server answers 204"),
        ("/huge.wav", "is larger than 1 MiB"),
        ("/cut.wav", "cannot be reached|connection was cut"),
    ],
)
def test_what_cannot_be_downloaded_is_reported_and_leaves_nothing(
    server: ThreadingHTTPServer, tmp_path: Path, path: str, reason: str
) -> None:
    with pytest.raises(RecordingError, match=reason):
        fetched(address(server, path), tmp_path, limit_bytes=1 << 20)
    assert [p for p in (tmp_path / "downloads").iterdir() if p.stat().st_size] == []


def test_a_server_that_does_not_say_how_much_is_cut_at_the_limit(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError, match="larger than"):
        fetched(address(server, "/endless.wav"), tmp_path, limit_bytes=5000)
    assert list((tmp_path / "downloads").iterdir()) == []


def test_the_longest_unused_make_room(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    first = fetched(address(server, "/1.wav"), tmp_path, limit_bytes=15_000)
    second = fetched(address(server, "/2.wav"), tmp_path, limit_bytes=15_000)
    assert not first.exists()
    assert second.exists()


def test_only_the_web_is_an_address(tmp_path: Path) -> None:
    assert is_address("https://example.org/a.wav")
    for text in ("file:///etc/passwd", "ftp://example.org/a.wav", "street.wav", None, 3):
        assert not is_address(text)
    with pytest.raises(RecordingError, match="not an http"):
        fetched("file:///etc/passwd", tmp_path)


def test_an_unreachable_server_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be reached"):
        fetched("http://127.0.0.1:9/a.wav", tmp_path)


@pytest.mark.parametrize("where", ["http://[::1", "http://a..b/", "http://a/\x1b[31m.wav"])
def test_odd_addresses_are_one_sentence(where: str, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a valid") as error:
        fetched(where, tmp_path)
    assert str(error.value).isprintable()


def test_an_odd_header_does_not_break_later_calls(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    path = fetched(address(server, "/a.wav"), tmp_path)
    note = path.with_name(path.name + ".json")
    note.write_text('{"etag": "a\\nb", "date": "x\\u0000"}')
    assert fetched(address(server, "/a.wav"), tmp_path) == path
    assert "If-None-Match" not in server.asked[-1][1]  # type: ignore[attr-defined]


def test_the_note_of_another_file_is_not_believed(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    path = fetched(address(server, "/a.wav"), tmp_path)
    path.unlink()
    path.write_bytes(b"of another download")
    assert fetched(address(server, "/a.wav"), tmp_path).read_bytes() == CONTENT
