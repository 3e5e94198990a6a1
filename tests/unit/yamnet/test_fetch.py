import errno
import hashlib
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.core.errors import Cancelled, WeightsError
from yamnet_gui.yamnet import WeightsFile, weights_folder
from yamnet_gui.yamnet import fetch as module
from yamnet_gui.yamnet.fetch import fetch_weights
from yamnet_gui.yamnet.part_file import PartFile


class FileServer(ThreadingHTTPServer):
    """Serves one content; each trait below is set by the test."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.status = 200
        self.ranges = True
        self.wrong_range = False
        self.tells_length = True
        self.cuts: list[int] = []  # bytes after which each coming answer is cut
        self.stall_after: int | None = None
        self.released = threading.Event()
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/yamnet.h5"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, as some tests want


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        content, status = server.content, server.status
        match = re.fullmatch(r"bytes=(\d+)-", wanted or "")
        headers = {}
        if match and server.ranges and status == 200:
            start = int(match[1])
            status = 206 if start < len(content) else 416
            content = content[start:]
            if status == 206:
                start += server.wrong_range
                headers["Content-Range"] = f"bytes {start}-{len(server.content) - 1}/*"
        if server.tells_length:
            headers["Content-Length"] = str(len(content))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if server.cuts:
            content = content[: server.cuts.pop(0)]
        if server.stall_after is not None:
            self.wfile.write(content[: server.stall_after])
            server.released.wait(30)
            content = content[server.stall_after :]
        self.wfile.write(content)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server(tiny_weights: Path) -> Iterator[FileServer]:
    with FileServer(tiny_weights.read_bytes()) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def sha256(tiny_weights: Path) -> str:
    return hashlib.sha256(tiny_weights.read_bytes()).hexdigest()


def part() -> Path:
    return weights_folder() / "yamnet.h5.part"


def left_behind() -> list[str]:
    return sorted(path.name for path in weights_folder().iterdir())


def start_part(content: bytes, sha256: str) -> None:
    part().parent.mkdir(parents=True)
    with PartFile(part(), sha256).open(empty=True) as file:
        file.write(content)


def test_the_file_arrives_verified_with_progress(server: FileServer, sha256: str) -> None:
    reported: list[tuple[int, int | None]] = []
    fetched = fetch_weights(lambda *step: reported.append(step), server.url, sha256)
    size = len(server.content)
    assert fetched.path.read_bytes() == server.content
    assert (fetched.sha256, fetched.size) == (sha256, size)
    assert reported[0] == (0, size)
    assert reported[-1] == (size, size)
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert left_behind() == ["yamnet.h5"]


def test_a_server_that_sends_no_length_is_fine(server: FileServer, sha256: str) -> None:
    server.tells_length = False
    reported: list[int | None] = []
    fetch_weights(lambda _done, total: reported.append(total), server.url, sha256)
    assert set(reported) == {None}


def test_a_part_is_resumed(server: FileServer, sha256: str) -> None:
    start_part(server.content[:1_000_000], sha256)
    reported: list[int] = []
    fetched = fetch_weights(lambda done, _total: reported.append(done), server.url, sha256)
    assert server.asked == ["bytes=1000000-"]
    assert reported[0] == 1_000_000
    assert fetched.path.read_bytes() == server.content


def test_without_ranges_it_begins_again(server: FileServer, sha256: str) -> None:
    server.ranges = False
    start_part(server.content[:1_000_000], sha256)
    fetched = fetch_weights(None, server.url, sha256)
    assert fetched.path.read_bytes() == server.content


def test_a_whole_part_is_verified_and_placed(server: FileServer, sha256: str) -> None:
    start_part(server.content, sha256)
    fetched = fetch_weights(None, server.url, sha256)
    assert fetched.path.read_bytes() == server.content
    assert left_behind() == ["yamnet.h5"]


def test_a_part_of_another_file_is_dropped(server: FileServer, sha256: str) -> None:
    start_part(b"x" * 1_000_000, sha256)
    fetched = fetch_weights(None, server.url, sha256)
    assert server.asked == ["bytes=1000000-", None]
    assert fetched.path.read_bytes() == server.content


def test_a_part_that_is_too_long_is_dropped(server: FileServer, sha256: str) -> None:
    start_part(server.content + b"more", sha256)
    assert fetch_weights(None, server.url, sha256).sha256 == sha256


def test_a_cut_connection_is_taken_up_again(server: FileServer, sha256: str) -> None:
    server.cuts = [2_000_000, 3_000_000]
    fetched = fetch_weights(None, server.url, sha256)
    assert server.asked == [None, "bytes=2000000-", "bytes=5000000-"]
    assert fetched.path.read_bytes() == server.content


def test_a_cut_connection_without_ranges_is_reported_and_its_part_stays(
    server: FileServer, sha256: str
) -> None:
    server.ranges = False
    server.cuts = [2_000_000] * 9
    with pytest.raises(WeightsError, match=r"cut after 2\.0 MB") as error:
        fetch_weights(None, server.url, sha256)
    assert "try again" in error.value.advice
    assert part().stat().st_size == 2_000_000
    server.cuts = []
    assert fetch_weights(None, server.url, sha256).sha256 == sha256


def test_wrong_content_is_refused_and_not_stored(server: FileServer, sha256: str) -> None:
    server.content = b"<html>Please log in</html>"
    with pytest.raises(WeightsError, match="not the published file"):
        fetch_weights(None, server.url, sha256)
    assert left_behind() == []


def test_a_changed_byte_is_refused(server: FileServer, sha256: str) -> None:
    server.content = server.content[:-1] + bytes([server.content[-1] ^ 1])
    with pytest.raises(WeightsError, match="not the published file"):
        fetch_weights(None, server.url, sha256)
    assert left_behind() == []


def test_a_failure_keeps_the_weights_that_were_there(server: FileServer, sha256: str) -> None:
    placed = fetch_weights(None, server.url, sha256)
    server.content = b"rubbish"
    with pytest.raises(WeightsError):
        fetch_weights(None, server.url, sha256)
    assert hashlib.sha256(placed.path.read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_refusing_server_is_reported(server: FileServer, sha256: str, status: int) -> None:
    server.status = status
    with pytest.raises(WeightsError, match=f"the server answered {status}") as error:
        fetch_weights(None, server.url, sha256)
    assert "weights use FILE" in error.value.advice


def test_a_different_range_than_requested_is_refused(server: FileServer, sha256: str) -> None:
    server.wrong_range = True
    start_part(server.content[:1_000], sha256)
    with pytest.raises(WeightsError, match="a different range"):
        fetch_weights(None, server.url, sha256)


def test_no_server_is_reported(sha256: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(WeightsError, match=r"cannot be reached \(.+\)"):
        fetch_weights(None, f"http://127.0.0.1:{port}/yamnet.h5", sha256)


def test_a_silent_server_is_reported(
    server: FileServer, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SILENCE_TIMEOUT_S", 0.2)
    monkeypatch.setattr(module, "_ATTEMPTS", 1)
    server.stall_after = 500_000
    with pytest.raises(WeightsError, match=r"cut after 0\.5 MB"):
        fetch_weights(None, server.url, sha256)


def test_cancelling_keeps_the_part_for_the_next_time(server: FileServer, sha256: str) -> None:
    server.stall_after = 500_000
    seen = 0

    def progress(done: int, _total: int | None) -> None:
        nonlocal seen
        seen = done

    with pytest.raises(Cancelled):
        fetch_weights(progress, server.url, sha256, cancelled=lambda: seen >= 400_000)
    assert 400_000 <= part().stat().st_size <= 500_000
    server.stall_after = None
    assert fetch_weights(None, server.url, sha256).sha256 == sha256


def test_cancelling_before_the_start_asks_nothing(server: FileServer, sha256: str) -> None:
    with pytest.raises(Cancelled):
        fetch_weights(None, server.url, sha256, cancelled=lambda: True)
    assert server.asked == []


def test_a_full_disk_is_reported(
    server: FileServer, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Callable[..., Any] = PartFile.open

    class FullDisk:
        def __init__(self, file: Any) -> None:
            self._file = file

        def __enter__(self) -> "FullDisk":
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, block: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def open_(part_file: PartFile, *, empty: bool) -> Any:
        return FullDisk(opened(part_file, empty=empty))

    monkeypatch.setattr(PartFile, "open", open_)
    with pytest.raises(WeightsError, match="the disk is full") as error:
        fetch_weights(None, server.url, sha256)
    assert "disk space" in error.value.advice


def test_the_next_address_is_asked_where_one_fails(
    server: FileServer, sha256: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/a"
    sources = [
        module.Source(closed, sha256),
        module.Source("http://a..b/", sha256),
        module.Source(server.url, "0" * 64),
        module.Source(server.url, sha256),
    ]
    assert fetch_weights(sources=sources).sha256 == sha256
    with pytest.raises(WeightsError, match="no address gave them") as error:
        fetch_weights(sources=sources[:3])
    for part in (closed, "http://a..b/", "not the published file"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_the_published_address_comes_first() -> None:
    assert module.SOURCES[0].url == "https://storage.googleapis.com/audioset/yamnet.h5"
    assert len({source.url for source in module.SOURCES}) == len(module.SOURCES) > 1


def test_no_more_than_the_size_of_the_file_is_taken(server: FileServer, sha256: str) -> None:
    for tells_length in (True, False):
        server.tells_length = tells_length
        source = module.Source(server.url, sha256, 1_000_000)
        with pytest.raises(WeightsError, match=r"more than the 1\.0 MB"):
            fetch_weights(sources=[source])
        assert left_behind() == []


def test_a_second_download_at_the_same_time_does_not_disturb(
    server: FileServer, sha256: str
) -> None:
    started = threading.Event()
    server.stall_after = 500_000
    results: list[WeightsFile] = []

    def first() -> None:
        results.append(fetch_weights(lambda *_: started.set(), server.url, sha256))

    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(10)
    server.stall_after = None
    assert fetch_weights(None, server.url, sha256).sha256 == sha256
    server.stall_after = 500_000  # where the first one goes on
    server.released.set()
    thread.join()
    assert [result.sha256 for result in results] == [sha256]
    assert left_behind() == ["yamnet.h5"]


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", sorted(ATTACKS))
@pytest.mark.parametrize("name", ["yamnet.h5.part", "yamnet.h5.part.json"])
def test_a_part_that_is_a_link_or_a_pipe_is_left_as_it_is(
    attack: str, name: str, server: FileServer, sha256: str, tmp_path: Path
) -> None:
    victim = victim_in(tmp_path / "theirs")
    weights_folder().mkdir(parents=True)
    ATTACKS[attack](weights_folder() / name, victim)
    before = os.lstat(weights_folder() / name)
    assert fetch_weights(None, server.url, sha256).path.read_bytes() == server.content
    assert os.lstat(weights_folder() / name).st_ino == before.st_ino
    assert untouched(victim)
    assert left_behind() == ["yamnet.h5", name]


@pytest.mark.parametrize("name", ["yamnet.h5.part", "yamnet.h5.part.json"])
def test_a_part_of_somebody_else_is_neither_continued_nor_removed(
    name: str, server: FileServer, sha256: str
) -> None:
    weights_folder().mkdir(parents=True)
    theirs = weights_folder() / name
    theirs.write_bytes(server.content[:1000])
    assert fetch_weights(None, server.url, sha256).path.read_bytes() == server.content
    assert server.asked == [None]
    assert theirs.read_bytes() == server.content[:1000]
    assert left_behind() == ["yamnet.h5", name]


def test_a_part_that_somebody_replaced_is_no_longer_ours(server: FileServer, sha256: str) -> None:
    start_part(server.content[:1000], sha256)
    part().with_name("new").write_bytes(b"theirs")
    part().with_name("new").replace(part())
    fetch_weights(None, server.url, sha256)
    assert part().read_bytes() == b"theirs"
