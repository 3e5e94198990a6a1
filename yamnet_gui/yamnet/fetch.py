"""Download of the published weights: resumed, verified, then put in place."""

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import Cancelled, WeightsError
from yamnet_gui.core.files import replacing

from .weights import (
    FILE_NAME,
    PUBLISHED_SHA256,
    PUBLISHED_URL,
    WeightsFile,
    inspect_weights,
    weights_folder,
)

Progress = Callable[[int, int | None], None]

_ATTEMPTS = 3
_CONNECT_TIMEOUT_S = 10.0
_SILENCE_TIMEOUT_S = 15.0
_BLOCK = 64 * 1024
_BY_HAND = "or download it in a browser and run `yamnet-gui weights use FILE`"


def fetch_weights(
    progress: Progress | None = None,
    url: str = PUBLISHED_URL,
    sha256: str = PUBLISHED_SHA256,
    cancelled: Callable[[], bool] | None = None,
) -> WeightsFile:
    """Downloads the weights into the user's data folder and returns them once they are verified.

    `progress` gets bytes received and bytes in all (None where the server does not report it). What
    has arrived is stored in a `.part` file, so that an interrupted or cancelled download resumes
    where it stopped if the server supports it, and restarts if not. The file is put in place only
    once its SHA-256 is right.

    Raises WeightsError (no network, refused, disk full, cut off, wrong content) and Cancelled.
    """
    target = weights_folder() / FILE_NAME
    part = target.with_name(FILE_NAME + ".part")
    download = _Download(url, part, progress or (lambda _done, _total: None), cancelled)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        resumed = download.run()
        if _sha256(part) != sha256 and resumed:  # the older part may be of another file
            part.unlink()
            download.run()
        digest = _sha256(part)
        if digest != sha256:
            part.unlink()
            reason = f"what arrived is not the published file (SHA-256 {digest[:12]}…)"
            advice = "a proxy or login page may have answered: try another network"
            raise WeightsError(url, reason, f"{advice}, {_BY_HAND}")
        inspected = inspect_weights(part)
        with replacing(target) as temporary:
            part.replace(temporary)
    except OSError as error:
        raise WeightsError(target.parent, _disk_reason(error), "free some disk space") from error
    return WeightsFile(target, inspected.sha256, inspected.name, inspected.known, inspected.size)


class _Download:
    """Fills a part file from an address."""

    def __init__(
        self,
        url: str,
        part: Path,
        progress: Progress,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._url = url
        self._part = part
        self._progress = progress
        self._cancelled = cancelled or (lambda: False)

    def run(self) -> bool:
        """Goes on until the server has sent everything; whether it built on an older part."""
        resumed = self._size() > 0
        for left in reversed(range(_ATTEMPTS)):
            before = self._size()
            try:
                self._request(before)
                return resumed
            except _Cut as cut:
                self._check_wish()
                if left and self._size() > before:
                    continue
                reason = f"the connection was cut after {self._size() / 1e6:.1f} MB ({cut})"
                advice = "try again: the download resumes where it stopped"
                raise WeightsError(self._url, reason, advice) from cut
        raise AssertionError("unreachable")

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _check_wish(self) -> None:
        if self._cancelled():
            raise Cancelled("the download was cancelled")

    def _request(self, start: int) -> None:
        import requests  # a quarter of a second that starting the program need not wait for

        self._check_wish()
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        try:
            with requests.get(
                self._url,
                headers=headers,
                stream=True,
                timeout=(_CONNECT_TIMEOUT_S, _SILENCE_TIMEOUT_S),
            ) as response:
                self._receive(response, start)
        except requests.RequestException as error:
            reason = f"the server cannot be reached ({_brief(error)})"
            advice = f"check the network connection, {_BY_HAND}"
            raise WeightsError(self._url, reason, advice) from error

    def _receive(self, response: Any, start: int) -> None:
        if response.status_code == 416 and start:  # nothing is left to send: the part is whole
            return
        if response.status_code not in (200, 206):
            reason = f"the server answered {response.status_code} {response.reason}"
            raise WeightsError(self._url, reason, f"try again later, {_BY_HAND}")
        if response.status_code == 200:  # the server sends everything, whatever was asked for
            start = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise WeightsError(
                self._url, "the server sent a different range than requested", _BY_HAND
            )
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        self._progress(start, total)
        with self._part.open("ab" if start else "wb") as file:
            self._copy(response.raw, file, start, total)

    def _copy(self, raw: Any, file: Any, done: int, total: int | None) -> None:
        import urllib3

        while True:
            self._check_wish()
            try:
                block = raw.read1(_BLOCK)
            except (urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
                raise _Cut(_brief(error)) from error
            if not block:
                break
            file.write(block)
            done += len(block)
            self._progress(done, total)
        if total is not None and done < total:
            raise _Cut("the server stopped sending")


class _Cut(Exception):  # noqa: N818 - handled here
    """The connection ended before everything had arrived."""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _brief(error: BaseException) -> str:
    """The innermost cause in a few words."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:80] or type(error).__name__


def _disk_reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    return f"the weights cannot be written ({error.strerror or error})"
