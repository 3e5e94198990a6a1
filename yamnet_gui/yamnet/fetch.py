"""Download of the published weights: resumed, verified, then put in place."""

import errno
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from yamnet_gui.core.errors import Cancelled, WeightsError
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.text import megabytes, without_controls
from yamnet_gui.core.web import Answer, Patience, WebError, answer_of

from .part_file import PartFile
from .weights import (
    FILE_NAME,
    PUBLISHED_ARCHIVE_SHA256,
    PUBLISHED_ARCHIVE_SIZE,
    PUBLISHED_SHA256,
    PUBLISHED_SIZE,
    PUBLISHED_URL,
    WeightsFile,
    use_weights,
    weights_folder,
)
from .weights_reading import LARGEST_FILE

Progress = Callable[[int, int | None], None]

_ATTEMPTS = 3
_CONNECT_TIMEOUT_S = 10.0
_SILENCE_TIMEOUT_S = 15.0
_TOTAL_TIMEOUT_S = 3600.0
_BY_HAND = "or download it in a browser and run `yamnet-gui weights use FILE`"


@dataclass(frozen=True, slots=True)
class Source:
    """An address of the weights: the file there has this SHA-256 and size in bytes."""

    url: str
    sha256: str
    size: int | None = None


SOURCES = (
    Source(PUBLISHED_URL, PUBLISHED_SHA256, PUBLISHED_SIZE),
    Source(
        "https://www.kaggle.com/api/v1/models/google/yamnet/tensorFlow2/yamnet/1/download",
        PUBLISHED_ARCHIVE_SHA256,
        PUBLISHED_ARCHIVE_SIZE,
    ),
    Source(
        "https://tfhub.dev/google/yamnet/1?tf-hub-format=compressed",
        PUBLISHED_ARCHIVE_SHA256,
        PUBLISHED_ARCHIVE_SIZE,
    ),
)
"""Where YAMNet is published, in the order in which it is tried."""


def fetch_weights(
    progress: Progress | None = None,
    url: str | None = None,
    sha256: str = PUBLISHED_SHA256,
    cancelled: Callable[[], bool] | None = None,
    sources: Sequence[Source] = SOURCES,
) -> WeightsFile:
    """Downloads the weights into the user's data folder and returns them once they are verified.

    `sources` are tried one after the other; `url` and `sha256` name a single one instead.
    `progress` gets bytes received and bytes in all (None where the server does not report it). What
    has arrived is stored in a `.part` file, so that an interrupted or cancelled download resumes
    where it stopped if the server supports it, and restarts if not. No more than the size of the
    file is taken, and it is used only once its SHA-256 is right. A second download at the same time
    works in a file of its own, as does one that finds a file of somebody else, or a link, in the
    place of the `.part` file.

    Raises WeightsError (no network, refused, too slow, disk full, cut off, wrong content; what each
    address said where all failed) and Cancelled.
    """
    if url is not None:
        sources = (Source(url, sha256),)
    failures: list[WeightsError] = []
    for source in sources:
        try:
            return _fetch(source, progress or (lambda _done, _total: None), cancelled)
        except _DiskError as error:
            raise WeightsError(error.subject, error.reason, error.advice) from error.__cause__
        except WeightsError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    reasons = "; ".join(f"{error.subject}: {error.reason}" for error in failures)
    advice = f"check the network connection, {_BY_HAND}"
    raise WeightsError("the weights", f"no address gave them ({reasons})", advice)


class _DiskError(WeightsError):
    """Nothing can be stored, so that no other address helps."""


def _fetch(source: Source, progress: Progress, cancelled: Callable[[], bool] | None) -> WeightsFile:
    folder = weights_folder()
    shown = without_controls(source.url)
    part = folder / f"{FILE_NAME}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{FILE_NAME}.lock")
        with lock as alone:
            if source.sha256 != PUBLISHED_SHA256 and len(SOURCES) > 1 and source in SOURCES:
                part = folder / f"{FILE_NAME}.tar.gz.part"  # a part of the other file stays whole
            kept = PartFile(part, source.sha256)
            if alone and kept.is_free():
                return _verified(_Download(source, kept, progress, cancelled), source, shown)
            own = PartFile(part.with_name(f"{FILE_NAME}.{uuid4().hex[:12]}.part"), source.sha256)
            try:
                return _verified(_Download(source, own, progress, cancelled), source, shown)
            finally:
                own.remove()
    except OSError as error:
        raise _DiskError(folder, _disk_reason(error), "free some disk space") from error


def _verified(download: "_Download", source: Source, shown: str) -> WeightsFile:
    part = download.part
    resumed = download.run()
    if _sha256(part.path) != source.sha256 and resumed:  # the older part may be damaged
        part.remove()
        download.run()
    digest = _sha256(part.path)
    if digest != source.sha256:
        part.remove()
        reason = f"what arrived is not the published file (SHA-256 {digest[:12]}…)"
        advice = "a proxy or login page may have answered: try another network"
        raise WeightsError(shown, reason, f"{advice}, {_BY_HAND}")
    used = use_weights(part.path)
    part.remove()
    return used


class _Download:
    """Fills a part file from an address."""

    def __init__(
        self,
        source: Source,
        part: PartFile,
        progress: Progress,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.part = part
        self._url = source.url
        self._shown = without_controls(source.url)
        self._largest = source.size or LARGEST_FILE
        self._progress = progress
        self._cancelled = cancelled or (lambda: False)

    def run(self) -> bool:
        """Goes on until the server has sent everything; whether it built on an older part."""
        resumed = self.part.size() > 0
        for left in reversed(range(_ATTEMPTS)):
            before = self.part.size()
            try:
                self._request(before)
                return resumed
            except WebError as error:
                self._check_wish()
                if not error.cut:
                    advice = f"check the network connection, {_BY_HAND}"
                    raise WeightsError(self._shown, error.reason, advice) from error
                if left and self.part.size() > before:
                    continue
                reason = f"the connection was cut after {megabytes(self.part.size())}"
                advice = "try again: the download resumes where it stopped"
                raise WeightsError(self._shown, f"{reason} ({error.reason})", advice) from error
        raise AssertionError("unreachable")

    def _check_wish(self) -> None:
        if self._cancelled():
            raise Cancelled("the download was cancelled")

    def _request(self, start: int) -> None:
        self._check_wish()
        headers = {"Range": f"bytes={start}-"} if start else {}
        patience = Patience(_CONNECT_TIMEOUT_S, _SILENCE_TIMEOUT_S, _TOTAL_TIMEOUT_S)
        with answer_of(self._url, headers, patience) as answer:
            self._receive(answer, start)

    def _receive(self, answer: Answer, start: int) -> None:
        if answer.status == 416 and start:  # nothing is left to send: the part is whole
            return
        if answer.status not in (200, 206):
            reason = f"the server answered {answer.status} {answer.reason}".rstrip()
            raise WeightsError(self._shown, reason, f"try again later, {_BY_HAND}")
        if answer.status == 200:  # the server sends everything, whatever was asked for
            start = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise WeightsError(
                self._shown, "the server sent a different range than requested", _BY_HAND
            )
        total = start + answer.length if answer.length is not None else None
        self._check_size(total or 0)
        self._progress(start, total)
        done = start
        with self.part.open(empty=not start) as file:
            for block in answer.blocks():
                self._check_size(done + len(block))
                file.write(block)
                done += len(block)
                self._progress(done, total)
                self._check_wish()

    def _check_size(self, size: int) -> None:
        if size > self._largest:
            self.part.remove()
            reason = f"the server sends more than the {megabytes(self._largest)} of the weights"
            raise WeightsError(self._shown, reason, _BY_HAND)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _disk_reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    return f"the weights cannot be written ({error.strerror or error})"
