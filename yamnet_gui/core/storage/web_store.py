"""Files on web servers, read in parts where the server gives parts (RFC 9110, section 14).

With `core.web`, whose answers are bounded in time and whose redirects never leave the web or https.
"""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

from yamnet_gui.core.web import Answer, Patience, WebError, answer_of

from .address import with_secrets
from .errors import (
    CHECK_NETWORK,
    TRY_AGAIN,
    ChangedInStorageError,
    MissingInStorageError,
    StorageError,
    refused,
)
from .store import ObjectStatus, Store

_PATIENCE = Patience(total_s=600.0)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_NOTHING_THERE = (404, 410)
_NOT_ALLOWED = (401, 403)
_NO_SUCH_PART = 416
_MAY_PASS = (408, 425, 429, 500, 502, 503, 504)


class WebStore(Store):
    """Web servers."""

    def _status(self, path: Path) -> ObjectStatus:
        try:
            with answer_of(with_secrets(path), {"Range": "bytes=0-0"}, _PATIENCE) as answer:
                if answer.status == 206 and (part := _part_of(answer)) is not None:
                    return ObjectStatus(part[2], *_stamp(answer))
                if answer.status in (200, 203):
                    return ObjectStatus(answer.length or 0, *_stamp(answer), in_parts=False)
                if answer.status == _NO_SUCH_PART:  # there is no first byte
                    return ObjectStatus(0, *_stamp(answer))
                raise self._problem(path, answer)
        except WebError as error:
            raise _as_storage_error(path, error) from error

    def _part(self, path: Path, first: int, end: int, expected: ObjectStatus) -> bytes:
        asked = {"Range": f"bytes={first}-{end - 1}"}
        try:
            with answer_of(with_secrets(path), asked, _PATIENCE) as answer:
                if answer.status in (200, 203, _NO_SUCH_PART):
                    raise ChangedInStorageError(path)
                if answer.status != 206:
                    raise self._problem(path, answer)
                stamp, _ = _stamp(answer)
                changed = expected.stamp and stamp and stamp != expected.stamp
                if changed or _part_of(answer) != (first, end - 1, expected.size):
                    raise ChangedInStorageError(path)
                return b"".join(answer.blocks())
        except WebError as error:
            raise _as_storage_error(path, error) from error

    def _below(self, folder: Path, _pattern: str) -> Iterator[tuple[str, ObjectStatus]]:
        raise StorageError(
            folder, "web servers do not say what is in a folder", "name the files themselves"
        )

    def _write(self, path: Path, file: Path) -> None:
        raise StorageError(path, "web servers take no results", f"copy {file.name} there")

    def _write_bytes(self, path: Path, _content: bytes, *, only_new: bool = False) -> None:
        self._write(path, path)

    def _remove(self, path: Path) -> None:
        raise StorageError(path, "nothing can be removed from a web server")

    def _problem(self, path: Path, answer: Answer) -> StorageError:
        if answer.status in _NOTHING_THERE:
            return MissingInStorageError(path, "file")
        if answer.status in _NOT_ALLOWED:
            return refused(path, self.scheme)
        passing = answer.status in _MAY_PASS
        advice = TRY_AGAIN if passing else "check the address"
        reason = f"the server answers {answer.status}"
        return StorageError(path, reason, advice, passing=passing, wait_s=_wait_s(answer))


def _as_storage_error(path: Path, error: WebError) -> StorageError:
    if error.cut:
        return StorageError(path, "the connection was cut", TRY_AGAIN, passing=True)
    reason = "the server cannot be reached" if "reached" in error.reason else error.reason
    return StorageError(path, reason, CHECK_NETWORK, passing="reached" in error.reason)


def _wait_s(answer: Answer) -> float:
    """How long a busy server asks to wait, where it says so in seconds (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _part_of(answer: Answer) -> tuple[int, int, int] | None:
    """First byte, last byte and size of the whole, as the answer states them."""
    match = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _stamp(answer: Answer) -> tuple[str, float]:
    """What tells versions apart, and the time of change in Unix time."""
    date = answer.headers.get("Last-Modified", "").strip()
    try:
        modified_s = parsedate_to_datetime(date).timestamp()
    except ValueError:
        modified_s = 0.0
    return (answer.headers.get("ETag", "").strip() or date)[:500], modified_s
