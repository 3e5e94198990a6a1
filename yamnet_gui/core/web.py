"""Answers of web servers, bounded in time whatever the server does."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from .text import without_controls

_BLOCK = 64 * 1024
_REDIRECTS = 10
_LONGEST_ADDRESS = 8_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds, and how slow it may be, in bytes per second.

    `silence_s` bounds each wait for something to arrive, `total_s` everything together. A server
    that has sent less than `least_rate` on average after `grace_s` is given up.
    """

    connect_s: float = 10.0
    silence_s: float = 30.0
    total_s: float = 6 * 3600.0
    least_rate: float = 4096.0
    grace_s: float = 60.0


class WebError(Exception):
    """Why an address gives nothing: `reason` finishes the sentence "ADDRESS: …".

    `cut` is whether the connection ended while the content was being sent, so that asking for the
    rest makes sense. Texts of the server are without control characters.
    """

    def __init__(self, reason: str, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cut = cut


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `blocks` gives the content as it arrives, never unpacked."""

    status: int
    reason: str
    headers: Mapping[str, str]
    _raw: Any
    _watch: "_Watch"

    @property
    def length(self) -> int | None:
        """Bytes of content that were announced; None where the server did not say."""
        text = self.headers.get("Content-Length", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def blocks(self) -> Iterator[bytes]:
        """Raises WebError where the connection breaks, stalls, or ends before all has come."""
        if self.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise WebError("the server sends it compressed, which was not asked for")
        done = 0
        while True:
            try:
                block = self._raw.read1(_BLOCK)
            except _FAILURES() as error:
                raise WebError(self._watch.reason or _brief(error), cut=True) from error
            if not block:
                break
            done += len(block)
            self._watch.check_rate(done)
            yield block
        if self._watch.reason or (self.length is not None and done < self.length):
            raise WebError(self._watch.reason or "the server stopped sending", cut=True)


@contextmanager
def answer_of(
    address: str, headers: Mapping[str, str] | None = None, patience: Patience | None = None
) -> Iterator[Answer]:
    """The answer to a GET, redirects followed within http and https.

    Raises WebError: not a valid address, no connection, too slow, an odd answer or redirect.
    """
    import requests  # a quarter of a second that starting the program need not wait for

    patience = patience or Patience()
    sent = {"Accept-Encoding": "identity", **(headers or {})}
    limits = (patience.connect_s, patience.silence_s)
    with _Watch(patience) as watch, _session() as session:
        adapter = _adapter(watch)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        for _ in range(_REDIRECTS + 1):
            checked_address(address)
            try:
                response = session.get(
                    address, headers=sent, stream=True, allow_redirects=False, timeout=limits
                )
                target = requests.Session.get_redirect_target(session, response)
            except _FAILURES() as error:
                reason = watch.reason or f"the server cannot be reached ({_brief(error)})"
                raise WebError(reason) from error
            with response:
                if target is None:
                    reason = without_controls(str(response.reason or ""))[:80]
                    found = dict(response.headers)
                    yield Answer(response.status_code, reason, _Headers(found), response.raw, watch)
                    return
            address = _redirected(address, target)
        raise WebError(f"the server redirects more than {_REDIRECTS} times")


def checked_address(address: str) -> None:
    """Raises WebError where the text is no http(s) address that can be asked for."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
        labels = host.removesuffix(".").split(".") if ":" not in host else ["address"]
        valid = (
            parts.scheme.lower() in ("http", "https")
            and address.isprintable()
            and len(address) <= _LONGEST_ADDRESS
            and all(0 < len(label.encode("idna")) < 64 for label in labels)
        )
    except ValueError:  # UnicodeError is one
        valid = False
    if not valid:
        raise WebError("is not a valid http or https address")


def _redirected(address: str, target: str) -> str:
    """The address that a redirect leads to. Raises WebError where it must not be followed."""
    try:
        there = urljoin(address, target)
        scheme = urlsplit(there).scheme.lower()
        checked_address(there)
    except (ValueError, WebError) as error:
        scheme = without_controls(target.partition(":")[0])[:20]
        shown = f"{scheme}:…" if ":" in target else "something"  # its address may let somebody in
        raise WebError(f"the server redirects to {shown}, which is not on the web") from error
    if scheme == "http" and urlsplit(address).scheme.lower() == "https":
        raise WebError("the server redirects from https to http, which anybody may read and change")
    return there


def _FAILURES() -> tuple[type[BaseException], ...]:
    """What requests, urllib3 and the standard library raise when a server or address is odd."""
    import requests
    import urllib3

    return (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
        AttributeError,  # reading from a connection that the watch has ended
    )


class _Headers(dict[str, str]):
    """Header fields by name, whatever the case; of two that differ in case, the last."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in fields.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class _Watch:
    """Ends the connections of a download when its time is over.

    A time limit for each wait is not enough: a server that sends a byte now and then, be it of a
    header, never lets it run out.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._guard = threading.Lock()
        self._connections: list[socket.socket] = []
        self._timer = threading.Timer(patience.total_s, self._end)
        self._timer.daemon = True
        self._began = time.monotonic()
        self.reason = ""
        """Why the connections were ended; empty while they were not."""

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for connection in self._connections:
            connection.close()

    def add(self, connection: socket.socket) -> None:
        """Watches a connection. The copy of it stays the plain one when TLS wraps the other."""
        with self._guard:
            self._connections.append(connection.dup())
        if self.reason:
            self._end()

    def check_rate(self, done: int) -> None:
        """Raises WebError where `done` bytes are too few for the time that they took."""
        if self.reason:
            raise WebError(self.reason, cut=True)
        passed = time.monotonic() - self._began
        if passed > self._patience.grace_s and done < self._patience.least_rate * passed:
            raise WebError("the server sends too slowly", cut=True)

    def _end(self) -> None:
        self.reason = f"the server took longer than {self._patience.total_s:.3g} s"
        with self._guard:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _session() -> Any:
    """A session that leaves redirects alone: requests would read their content, however long."""
    import requests

    class Session(requests.Session):
        def get_redirect_target(self, _response: Any) -> None:
            return None

    return Session()


def _adapter(watch: _Watch) -> Any:
    """An adapter of requests whose connections are watched."""
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    def watched(pool: Any) -> Any:
        class Connection(pool.ConnectionCls):
            def _new_conn(self) -> socket.socket:
                connection: socket.socket = super()._new_conn()
                watch.add(connection)
                return connection

        return type("Watched" + pool.__name__, (pool,), {"ConnectionCls": Connection})

    classes = {"http": watched(HTTPConnectionPool), "https": watched(HTTPSConnectionPool)}

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            self.poolmanager.pool_classes_by_scheme = classes

        def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **options)
            if not proxy.lower().startswith("socks"):  # those have pools of their own
                manager.pool_classes_by_scheme = classes
            return manager

    return Adapter()


def _brief(error: BaseException) -> str:
    """The innermost cause in a few words."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return without_controls(text)[:80] or type(error).__name__
