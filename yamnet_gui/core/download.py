"""Recordings at http(s) addresses, fetched once into the cache."""

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from yamnet_gui.core.cached_files import DOWNLOADS, shrink
from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import StorageError, as_recording_error
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.storage.statuses import object_status
from yamnet_gui.core.text import without_controls
from yamnet_gui.core.web import Answer, Patience, WebError, answer_of, checked_address

DOWNLOAD_LIMIT_BYTES = 2 * 2**30
"""The largest recording that is fetched, and the room that all fetched ones may take."""
_PATIENCE = Patience()
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_VALIDATOR = re.compile(r"[ -~]{1,500}")  # a header field of another kind is refused by servers
_NOTE = ".json"
_WHOLE = (200, 203)
"""Answers with all of the content; one of a part, or of none, was not asked for."""

Progress = Callable[[int, int | None], None]


def in_parts_or_fetched(
    text: str,
    limit_bytes: int = DOWNLOAD_LIMIT_BYTES,
    progress: Progress | None = None,
) -> Path:
    """The recording at a path or an address, which is read in parts where that can be.

    What a web server sends only whole is fetched; see `fetched`. Raises RecordingError.
    """
    if not _is_web_address(text):
        return path_of(text)
    try:
        path = path_of(text)
        if object_status(path).in_parts:
            return path
    except StorageError as error:
        raise as_recording_error(text, error) from error
    except RecordingError:
        raise
    except UserError as error:
        raise RecordingError(written(text), error.reason, error.advice) from error
    return fetched(text, limit_bytes=limit_bytes, progress=progress)


def _is_web_address(text: object) -> bool:
    return isinstance(text, str) and _ADDRESS.match(text) is not None


def fetched(
    address: str,
    cache: Path | None = None,
    limit_bytes: int = DOWNLOAD_LIMIT_BYTES,
    progress: Progress | None = None,
) -> Path:
    """The file behind an http(s) address, in the cache.

    A file that was downloaded before is requested again only where the server reports a change.
    No more than `limit_bytes` are read, whatever the server sends. `progress` gets bytes
    received and bytes in all (None: unknown). Raises RecordingError.
    """
    if not _is_web_address(address):
        raise RecordingError(without_controls(str(address)), "is not an http or https address")
    shown = without_controls(written(address))
    try:
        checked_address(address)
    except WebError as error:
        raise RecordingError(shown, error.reason) from error
    cache = cache or user_cache_folder()
    folder = cache / DOWNLOADS.folder
    name = sha256(address.encode()).hexdigest()[:32]
    target = folder / (name + _suffix(address))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(address, target, limit_bytes, progress or (lambda _done, _total: None))
        os.utime(target)
        for file in shrink(cache, DOWNLOADS, limit_bytes, keep=target):
            with suppress(OSError):
                _note_of(file.path).unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(shown, f"cannot be stored ({error.strerror or error})") from error
    return target


def _fetch(address: str, target: Path, limit: int, progress: Progress) -> None:
    shown = without_controls(written(address))
    note = _note_of(target)
    try:
        with answer_of(address, _conditions(note, target), _PATIENCE) as answer:
            if answer.status == 304 and target.exists():
                return
            if answer.status not in _WHOLE:
                raise RecordingError(shown, f"the server answers {answer.status}")
            _receive(answer, target, note, limit, progress)
    except WebError as error:
        if error.cut:
            reason = f"the connection was cut ({error.reason})"
            raise RecordingError(shown, reason, "try again") from error
        raise RecordingError(shown, error.reason, "check the address") from error


def _receive(answer: Answer, target: Path, note: Path, limit: int, progress: Progress) -> None:
    """Stores the content, and how to ask whether it has changed. Raises WebError and OSError."""
    too_large = WebError(f"is larger than {_in_words(limit)}")
    if answer.length is not None and answer.length > limit:
        raise too_large
    done = 0
    with replacing(target) as beside, beside.open("wb") as file:
        for block in answer.blocks():
            done += len(block)
            if done > limit:
                raise too_large
            file.write(block)
            progress(done, answer.length)
        inode = os.fstat(file.fileno()).st_ino
    validators = {
        "etag": answer.headers.get("ETag"),
        "date": answer.headers.get("Last-Modified"),
        "file": [inode, done],
    }
    with replacing(note) as beside:
        beside.write_text(json.dumps(validators), encoding="utf-8")


def _note_of(target: Path) -> Path:
    return target.with_name(target.name + _NOTE)


def _conditions(note: Path, target: Path) -> dict[str, str]:
    """Headers that ask for the file only where it is another one than ours.

    None where the note is of another file: two downloads at a time may have crossed.
    """
    try:
        status = target.stat()
        stored: Any = parse_json(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    if stored.get("file", [status.st_ino, status.st_size]) != [status.st_ino, status.st_size]:
        return {}
    headers = {}
    for name, header in (("etag", "If-None-Match"), ("date", "If-Modified-Since")):
        value = stored.get(name)
        if isinstance(value, str) and _VALIDATOR.fullmatch(value):
            headers[header] = value
    return headers


def _suffix(address: str) -> str:
    """The ending of the file's name, which helps to recognise the format."""
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    match = _SUFFIX.search(name)
    return match[0].lower() if match else ""


def _in_words(size: int) -> str:
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"
