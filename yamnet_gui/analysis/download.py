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

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import replacing

from .cache import user_cache_folder

DOWNLOAD_LIMIT_BYTES = 2 * 2**30
"""The largest recording that is fetched, and the room that all fetched ones may take."""
_TIMEOUT_S = (10.0, 30.0)
_BLOCK = 1 << 20
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_NOTE = ".json"

Progress = Callable[[int, int | None], None]


def is_address(text: object) -> bool:
    """Whether a text is an http or https address."""
    return isinstance(text, str) and _ADDRESS.match(text) is not None


def fetched(
    address: str,
    folder: Path | None = None,
    limit_bytes: int = DOWNLOAD_LIMIT_BYTES,
    progress: Progress | None = None,
) -> Path:
    """The file behind an http(s) address, in the cache.

    A file that was downloaded before is requested again only where the server reports a change.
    No more than `limit_bytes` are read, whatever the server sends. `progress` gets bytes
    received and bytes in all (None: unknown). Raises RecordingError.
    """
    if not is_address(address):
        raise RecordingError(address, "is not an http or https address")
    folder = folder or user_cache_folder() / "downloads"
    name = sha256(address.encode()).hexdigest()[:32]
    target = folder / (name + _suffix(address))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(address, target, limit_bytes, progress or (lambda _done, _total: None))
        os.utime(target)
        _shrink(folder, limit_bytes, keep=target)
    except OSError as error:
        raise RecordingError(address, f"cannot be stored ({error.strerror or error})") from error
    return target


def _fetch(address: str, target: Path, limit: int, progress: Progress) -> None:
    import requests  # a quarter of a second that starting the program need not wait for

    note = target.with_name(target.name + _NOTE)
    headers = {"Accept-Encoding": "identity", **_conditions(note, target)}
    try:
        with requests.get(address, headers=headers, stream=True, timeout=_TIMEOUT_S) as response:
            if response.status_code == requests.codes.not_modified:
                return
            if not response.ok:
                raise RecordingError(address, f"the server answers {response.status_code}")
            if not is_address(response.url):
                raise RecordingError(address, "leads to something that is not on the web")
            total = _length(response.headers.get("Content-Length"))
            if total is not None and total > limit:
                raise RecordingError(address, f"is larger than {_in_words(limit)}")
            with replacing(target) as beside, beside.open("wb") as file:
                done = 0
                for block in response.iter_content(_BLOCK):
                    done += len(block)
                    if done > limit:
                        raise RecordingError(address, f"is larger than {_in_words(limit)}")
                    file.write(block)
                    progress(done, total)
                if total is not None and done != total:
                    raise RecordingError(address, "the connection was cut", "try again")
            validators = {
                "etag": response.headers.get("ETag"),
                "date": response.headers.get("Last-Modified"),
            }
            with replacing(note) as beside:
                beside.write_text(json.dumps(validators), encoding="utf-8")
    except requests.exceptions.RequestException as error:
        reason = "does not answer in time" if isinstance(error, requests.Timeout) else ""
        raise RecordingError(address, reason or "cannot be reached", "check the address") from error


def _conditions(note: Path, target: Path) -> dict[str, str]:
    """Headers that ask for the file only where it is another one than ours."""
    try:
        stored: Any = json.loads(note.read_text(encoding="utf-8")) if target.exists() else {}
    except (OSError, ValueError):
        return {}
    headers = {}
    if isinstance(stored, dict):
        for name, header in (("etag", "If-None-Match"), ("date", "If-Modified-Since")):
            value = stored.get(name)
            if isinstance(value, str):
                headers[header] = value
    return headers


def _suffix(address: str) -> str:
    """The ending of the file's name, which helps to recognise the format."""
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    match = _SUFFIX.search(name)
    return match[0].lower() if match else ""


def _length(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _in_words(size: int) -> str:
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"


def _shrink(folder: Path, limit: int, keep: Path) -> None:
    """Removes the files that were unused for longest until the limit is met."""
    files = [p for p in folder.iterdir() if not p.name.startswith(".") and p.suffix != _NOTE]
    total = sum(p.stat().st_size for p in files)
    for path in sorted(files, key=lambda p: p.stat().st_mtime):
        if total <= limit:
            return
        if path != keep:
            total -= path.stat().st_size
            with suppress(OSError):
                path.unlink()
                path.with_name(path.name + _NOTE).unlink(missing_ok=True)
