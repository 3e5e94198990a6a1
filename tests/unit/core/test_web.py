"""Servers that are slow, endless or odd, on this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from yamnet_gui.core.web import Patience, WebError, answer_of

SHORT = Patience(connect_s=2, silence_s=2, total_s=0.5, least_rate=0, grace_s=60)


@contextmanager
def served(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The address of a server that answers every request by calling `answer`."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.02)

        def run() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    try:
                        connection.settimeout(2)
                        connection.recv(65536)
                        answer(connection, stop)
                    except OSError:
                        pass  # the client hung up

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/a"
        finally:
            stop.set()
            thread.join()


def content(address: str, patience: Patience = SHORT) -> bytes:
    with answer_of(address, patience=patience) as answer:
        return b"".join(answer.blocks())


def dripping(head: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(head)
        while not stop.wait(0.05):
            connection.sendall(b"x")

    return answer


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1."],
    ids=["content", "header", "status"],
)
def test_a_server_that_drips_is_ended_over_all(head: bytes) -> None:
    with served(dripping(head)) as address, pytest.raises(WebError, match=r"longer than 0\.5 s"):
        content(address)


def test_a_redirect_with_an_endless_body_is_not_read() -> None:
    def answer(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: ftp://example.org/x\r\n\r\n")
        while not stop.is_set():
            connection.sendall(bytes(65536))

    with served(answer) as address, pytest.raises(WebError, match="redirects to ftp:"):
        content(address)


def test_a_server_below_the_least_rate_is_given_up() -> None:
    patience = Patience(2, 2, 20, least_rate=1e9, grace_s=0.2)
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    with served(dripping(head)) as address, pytest.raises(WebError, match="too slowly") as error:
        content(address, patience)
    assert error.value.cut


def replying(reply: bytes) -> Callable[[socket.socket, threading.Event], None]:
    return lambda connection, _stop: connection.sendall(reply)


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "javascript:1", "http://[::1", "http://a..b/"]
)
def test_redirects_off_the_web_are_refused(location: str) -> None:
    reply = f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with served(replying(reply.encode())) as address, pytest.raises(WebError, match="redirects to"):
        content(address)


def test_where_a_redirect_leads_is_not_shown_because_it_may_let_somebody_in() -> None:
    reply = b"HTTP/1.1 302 Found\r\nLocation: ftp://anna:hunter2@h/x?s=hunter2\r\n\r\n"
    with served(replying(reply)) as address, pytest.raises(WebError) as error:
        content(address)
    assert "hunter2" not in str(error.value)


def test_the_content_of_a_redirect_is_not_read() -> None:
    sent = 0

    def answer(connection: socket.socket, stop: threading.Event) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://a..b/\r\n\r\n")
        while not stop.is_set():
            connection.sendall(bytes(65536))
            sent += 65536

    patient = Patience(2, 2, 20)
    with served(answer) as address, pytest.raises(WebError, match="redirects to"):
        content(address, patient)
    assert sent < 32 * 2**20  # what fits into the buffers of a connection


def test_redirects_in_a_circle_end() -> None:
    reply = b"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"
    with served(replying(reply)) as address, pytest.raises(WebError, match="more than 10 times"):
        content(address)


def test_texts_of_the_server_are_without_control_codes() -> None:
    reply = b"HTTP/1.1 404 \x1b[31mGone\x07\r\nContent-Length: 0\r\n\r\n"
    with served(replying(reply)) as address, answer_of(address, patience=SHORT) as answer:
        assert answer.reason == "\\x1b[31mGone\\x07"


@pytest.mark.parametrize("reply", [b"", b"\x00" * 99, b"HTTP/1.1 two hundred\r\n\r\n"])
def test_rubbish_is_one_reason(reply: bytes) -> None:
    with served(replying(reply)) as address, pytest.raises(WebError, match="cannot be reached"):
        content(address)


def test_compressed_content_is_not_unpacked() -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"
    with served(replying(reply)) as address, pytest.raises(WebError, match="compressed"):
        content(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://[::1", "http://a..b/", "http:///x", "http://a:99999/", "ftp://a/", "http://a\n/"),
        *("http://a/\x1b[31m", f"http://{'a' * 70}/", "http://\ud800/", "http://.", "http://a:b/"),
    ],
)
def test_odd_addresses_are_refused_without_asking(address: str) -> None:
    with pytest.raises(WebError, match="not a valid http or https address"):
        content(address)


@pytest.mark.parametrize("size", [b"-5", b"five", b"", b"1" + b"0" * 400])
@pytest.mark.parametrize("before", [b"", b"3\r\nabc\r\n"], ids=["first", "second"])
def test_pieces_of_an_impossible_size_are_one_reason(size: bytes, before: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    reply = head + before + size + b"\r\nabcde\r\n0\r\n\r\n"
    with served(replying(reply)) as address, pytest.raises(WebError) as error:
        content(address)
    assert error.value.reason.isprintable()
