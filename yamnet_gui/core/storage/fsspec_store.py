"""Object stores and servers of files, through fsspec and the library of each.

Credentials are found by these libraries, by their own usual means; nothing here knows any.
"""

import hashlib
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from .errors import ChangedInStorageError, codes_of
from .notation import address_of
from .store import ObjectStatus, Store

_SOON_S = 30.0
"""How long a server may take to answer at all."""
_TAGS = ("ETag", "etag", "version_id", "generation", "content_md5", "md5Hash")
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "created")
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 10, "read_timeout": _SOON_S}},
    "gs": {"timeout": _SOON_S},
}

_ASK_AGAIN_BY_THEMSELVES = ("gs", "az", "abfs")
"""Six times Google's library, for half a minute; some times Azure's, see `azure`."""
_EXISTS = frozenset({"409", "412", "PreconditionFailed", "ConditionalRequestConflict"})
_NO_CONDITIONS = frozenset({"501", "NotImplemented"})
"""Of stores that do not know the condition that an object is new."""

_CHATTY = ("gcsfs", "s3fs", "adlfs", "fsspec", "paramiko", "aiobotocore", "botocore", "azure")


def _silence_libraries() -> None:
    """Keeps what the libraries log off the terminal: tracebacks, and addresses with signatures."""
    for name in _CHATTY:
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


class FsspecStore(Store):
    """Storage that fsspec reaches; `server` is user, host and port where the address names them."""

    def __init__(self, scheme: str, server: str = "") -> None:
        super().__init__(scheme)
        self._server = server
        if scheme in _ASK_AGAIN_BY_THEMSELVES:
            self.attempts = 1
        self._guard = threading.Lock()
        self._made: Any = None
        self._one_at_a_time = threading.Lock() if scheme == "sftp" else None

    def _status(self, path: Path) -> ObjectStatus:
        facts = self._asked("info", path)
        return _status_of(facts)

    def _part(self, path: Path, first: int, end: int, expected: ObjectStatus) -> bytes:
        content: bytes = self._asked("cat_file", path, start=first, end=end)
        # asked for afterwards: what came before it is of the object that it still is
        if _status_of(self._asked("info", path)) != expected:
            raise ChangedInStorageError(path)
        return content

    def _below(self, folder: Path, pattern: str) -> Iterator[tuple[str, ObjectStatus]]:
        if pattern:
            inside = f"{self._inner(folder)}/{pattern}"
            found = self._call("glob", inside, detail=True)
        else:
            found = self._asked("find", folder, detail=True)
        top = self._inner(folder).strip("/")
        for name, facts in found.items():
            status = _status_of(facts)
            rest = name.removeprefix("/").removeprefix(top).removeprefix("/")
            if not status.is_folder and rest and not rest.endswith("/"):  # which marks a folder
                yield rest, status

    def _write(self, path: Path, file: Path) -> None:
        if self.scheme != "sftp":  # object stores show an object when all of it is there
            self._call("put_file", str(file), self._inner(path))
            return
        inner = self._inner(path)
        beside = f"{inner}.{uuid.uuid4().hex[:12]}.part"
        self._call("makedirs", inner.rpartition("/")[0] or "/", exist_ok=True)
        self._call("put_file", str(file), beside)
        self._call("mv", beside, inner)

    def _write_bytes(self, path: Path, content: bytes, *, only_new: bool = False) -> None:
        inner = self._inner(path)
        if self.scheme == "sftp":
            self._call("makedirs", inner.rpartition("/")[0] or "/", exist_ok=True)
            with suppress(FileExistsError), self._one_at_a_time or nullcontext():
                self._system().write_file(inner, content, only_new=only_new)
            return
        if not only_new:
            self._call("pipe_file", inner, content)
            return
        try:
            self._call("pipe_file", inner, content, mode="create")
        except Exception as error:
            codes = codes_of(error)
            if codes & _NO_CONDITIONS or isinstance(error, NotImplementedError):
                self._call("pipe_file", inner, content)
            elif not (isinstance(error, FileExistsError) or codes & _EXISTS):
                raise

    def _remove(self, path: Path) -> None:
        self._asked("rm_file", path)

    def _asked(self, method: str, path: Path, **options: Any) -> Any:
        return self._call(method, self._inner(path), **options)

    def _call(self, method: str, inner: str, *more: Any, **options: Any) -> Any:
        system = self._system()
        if self._one_at_a_time is None:
            return getattr(system, method)(inner, *more, **options)
        with self._one_at_a_time:
            return getattr(system, method)(inner, *more, **options)

    def _inner(self, path: Path) -> str:
        """The name that the library has for what lies at an address."""
        _, _, place = address_of(path).partition("://")
        return "/" + place.partition("/")[2] if self.scheme == "sftp" else place

    def _system(self) -> Any:
        with self._guard:
            if self._made is None:
                self._made = self._new_system()
            return self._made

    def _new_system(self) -> Any:
        _silence_libraries()
        if self.scheme == "sftp":
            from .sftp import connected

            return connected(self._server)
        if self.scheme in ("az", "abfs"):
            from .azure import patient_blobs

            return patient_blobs()
        import fsspec

        options = _OPTIONS.get(self.scheme, {})
        return fsspec.filesystem(
            self.scheme, skip_instance_cache=True, use_listings_cache=False, **options
        )

    def _renew(self) -> None:
        if self.scheme == "sftp":  # the other libraries connect anew by themselves
            with self._guard:
                made, self._made = self._made, None
            if made is not None:
                made.client.close()


def _status_of(facts: dict[str, Any]) -> ObjectStatus:
    moment: Any = next((facts[name] for name in _TIMES if facts.get(name)), None)
    seconds = moment.timestamp() if isinstance(moment, datetime) else 0.0
    if isinstance(moment, int | float):
        seconds = float(moment)
    tag: Any = next((facts[name] for name in _TAGS if facts.get(name)), None)
    stamp = str(tag if tag is not None else moment or "").strip('"')
    if len(stamp) > 64:
        stamp = hashlib.sha256(stamp.encode()).hexdigest()
    return ObjectStatus(
        int(facts.get("size") or 0), stamp, seconds, is_folder=facts.get("type") == "directory"
    )
