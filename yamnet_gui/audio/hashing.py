"""What a file contains, as a hash that is computed once and remembered."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import check_no_device, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.sound_track import file_and_track, file_of
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import StorageError, as_recording_error
from yamnet_gui.core.storage.files import real_path, version_key
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.storage.statuses import object_status

_BLOCK = 1 << 23


def content_hash(path: Path | str, memo_folder: Path | None = None) -> str:
    """SHA-256 of the file's bytes, 64 small hexadecimal digits.

    One sound track of a file that holds several has a hash of its own, made from the file's.
    With `memo_folder` an unchanged file (same path, size, time of change and inode) is not read
    again. Of an object in storage nothing is read: the hash is of its address, its size and the tag
    or version that storage states. Raises RecordingError where the file cannot be read.
    """
    path, track = file_and_track(path_of(path))
    if track is not None:
        return hashlib.sha256(f"{content_hash(path, memo_folder)} {track}".encode()).hexdigest()
    if is_stored(path):
        return _stated_identity(path)
    try:
        check_no_device(path)
        before = _identity(path)
        memo = memo_folder / f"{file_key(path)}.json" if memo_folder else None
        if memo and (known := _remembered(memo, before)):
            return known
        digest = hashlib.sha256()
        block = bytearray(min(_BLOCK, max(before[1], 1)))
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(block):
                check_stopped()
                digest.update(memoryview(block)[:count])
        sha256 = digest.hexdigest()
        unchanged = _identity(path) == before
    except OSError as error:
        raise RecordingError(path, f"cannot be read ({error.strerror})") from error
    if memo and unchanged:
        _remember(memo, before, sha256)
    return sha256


def content_statement(path: Path | str, memo_folder: Path | None = None) -> str:
    """What a provenance file says about a content: its SHA-256, of storage what that states.

    The latter begins with `storage:`, so that nobody takes it for a checksum. Raises
    RecordingError.
    """
    path = path_of(path)
    known = content_hash(path, memo_folder)
    return f"storage:{known}" if is_stored(path) else known


def content_is_known(path: Path | str, memo_folder: Path) -> bool:
    """Whether `content_hash` knows the file without reading it."""
    path = file_of(path_of(path))
    if is_stored(path):
        return True
    memo = memo_folder / f"{file_key(path)}.json"
    try:
        return memo.is_file() and _remembered(memo, _identity(path)) is not None
    except OSError:
        return False


def _stated_identity(path: Path) -> str:
    try:
        status = object_status(path)
    except StorageError as error:
        raise as_recording_error(path, error) from error
    return hashlib.sha256(f"stored {version_key(path, status)}".encode()).hexdigest()


def file_key(path: Path | str) -> str:
    """A short name for the absolute path, fit for a file in a cache folder."""
    return text_key(real_path(path))


def text_key(text: str) -> str:
    """A short name for any text, 32 small hexadecimal digits."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:32]


def _identity(path: Path) -> list:
    status = path.stat()
    return [os.fsdecode(os.path.realpath(path)), status.st_size, status.st_mtime_ns, status.st_ino]


def _remembered(memo: Path, identity: list) -> str | None:
    try:
        content = parse_json(memo.read_text(encoding="ascii"))
        if content["file"] == identity and len(content["sha256"]) == 64:
            return str(content["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def _remember(memo: Path, identity: list, digest: str) -> None:
    # losing the memo costs one reading of the file, so a full or read-only disk is not an error
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        with replacing(memo) as beside:
            text = json.dumps({"file": identity, "sha256": digest}, ensure_ascii=True)
            beside.write_text(text, encoding="ascii")
