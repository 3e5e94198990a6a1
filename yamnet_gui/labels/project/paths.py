"""Paths of projects, backups and recordings, and how moved recordings are located."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import platformdirs

from yamnet_gui.core.files import whole_path
from yamnet_gui.core.sound_track import file_and_track, with_track
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.files import version_key
from yamnet_gui.core.storage.notation import address_of, is_address, is_stored
from yamnet_gui.core.storage.statuses import object_status
from yamnet_gui.core.text import encodable

from .models import PROJECT_SUFFIX, Recording

_WHOLE = 16 << 20
_PIECES = 64
_PIECE = 64 << 10
_TRACK = "#track="
"""Between what sums up a file and the number of its sound track that is meant."""
_ESCAPED = ".//"
"""How a stored path with escaped bytes begins; no other one does, because all are normalised."""
_DRIVE = re.compile(r"[A-Za-z]:|[/\\]{2}")


def data_folder() -> Path:
    """The user's data folder of this program. It may not exist yet."""
    return Path(platformdirs.user_data_dir("yamnet-gui", appauthor=False))


def personal_project_path() -> Path:
    """The project that holds recordings opened without any other; it may not exist yet."""
    return data_folder() / f"personal{PROJECT_SUFFIX}"


def content_fingerprint(path: Path) -> str:
    """What finds a recording again after it moved: the same for the same content and sound track.

    BLAKE2b over the size and the content; of files over 16 MiB over 64 pieces of 64 KiB spread
    evenly, first and last included, so that a file of 15 GB takes no longer than a short one.
    Of an object in storage it is made from what that states, and another one once it changed.
    Raises OSError.
    """
    path, track = file_and_track(path)
    if is_stored(path):
        known = version_key(path, object_status(path))
        return f"st-{known}" + ("" if track is None else f"{_TRACK}{track}")
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode() + b"\n", digest_size=20)
    with path.open("rb") as file:
        if size <= _WHOLE:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        else:
            for n in range(_PIECES):
                file.seek((size - _PIECE) * n // (_PIECES - 1))
                digest.update(file.read(_PIECE))
    return f"b2-{digest.hexdigest()}" + ("" if track is None else f"{_TRACK}{track}")


LOCK_TAIL = ".lock"
"""Of the file beside a project that says who may write to it."""
_LOG_TAILS = ("-wal", "-shm", "-journal")


def drop_left_overs(project: Path) -> None:
    """Removes left-overs of a crash next to a file that is about to be replaced.

    SQLite would take the old log for that of the new file. Raises OSError.
    """
    for path in logs_of(project):
        path.unlink(missing_ok=True)


def logs_of(project: Path) -> tuple[Path, ...]:
    """The files that SQLite may write beside a project."""
    real = project.resolve()
    return tuple(real.with_name(real.name + tail) for tail in _LOG_TAILS)


def project_beside(path: Path) -> Path | None:
    """The project that a file of this name belongs to: as its log or its lock. None: to none."""
    name = path.name.lower()
    tail = next((tail for tail in (*_LOG_TAILS, LOCK_TAIL) if name.endswith(tail)), "")
    stem = path.name[: len(path.name) - len(tail)] if tail else ""
    return path.with_name(stem) if stem else None


def stored_path(recording: Path, folder: Path) -> str:
    """How a project in `folder` stores the path: relative where both share a folder below the root.

    Paths in the user's data folder of the program (the personal project) stay absolute. Bytes that
    are not UTF-8, which a database cannot hold as text, are written as `%XX` behind `.//`.
    Addresses of storage are stored as such.
    """
    if is_stored(recording):
        return address_of(recording)
    target = whole_path(recording)
    base = whole_path(folder)
    if base == data_folder() or target.drive != base.drive:
        return _as_text(target.as_posix())
    shared = os.path.commonpath([target, base])
    if Path(shared) == Path(target.anchor):
        return _as_text(target.as_posix())
    return _as_text(Path(os.path.relpath(target, base)).as_posix())


def _as_text(path: str) -> str:
    if path.isascii() or encodable(path) == path:
        return path
    return _ESCAPED + "".join(
        f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else "%25" if c == "%" else c
        for c in path
    )


def located(stored: str, folder: Path) -> Path:
    """The file that a stored path names."""
    if is_address(stored) or is_stored(stored):
        return path_of(stored)
    if stored.startswith(_ESCAPED):
        stored = unquote(stored.removeprefix(_ESCAPED), errors="surrogateescape")
    if stored.startswith("/") or _DRIVE.match(stored):
        return Path(stored)
    # by text: lists of ten thousand recordings are located at once
    return Path(os.path.normpath(os.path.join(folder, stored)))  # noqa: PTH118


def find_moved(
    missing: Iterable[Recording], folders: Iterable[Path]
) -> Iterator[tuple[Recording, Path] | None]:
    """Looks below the folders for the content of recordings; (recording, file) for each hit.

    Yields None for every other file, so that the caller can show progress and stop. Only files of
    the right size are read; files that cannot be read are passed over.
    """
    wanted: dict[int, dict[str, list[Recording]]] = {}
    for recording in missing:
        if recording.content_hash:
            by_hash = wanted.setdefault(recording.size_bytes, {})
            content = recording.content_hash.partition(_TRACK)[0]
            by_hash.setdefault(content, []).append(recording)
    for folder in folders:
        for place, folders_in, names in until_stopped(os.walk(folder), 1):
            folders_in.sort()
            for name in sorted(names):
                path = Path(place, name)
                try:
                    candidates = wanted.get(path.stat().st_size)
                    matches = candidates.get(content_fingerprint(path), []) if candidates else []
                except OSError:
                    matches = []
                if not matches:
                    yield None
                    continue
                for track in sorted({_track_in(r) for r in matches}, key=lambda t: t or 0):
                    found = with_track(path, track)
                    # the same content twice: prefer the file whose name has not changed
                    mine = [r for r in matches if _track_in(r) == track]
                    chosen = next((r for r in mine if r.name == found.name), mine[0])
                    matches.remove(chosen)
                    yield chosen, found


def _track_in(recording: Recording) -> int | None:
    track = recording.content_hash.partition(_TRACK)[2]
    return int(track) if track.isdecimal() else None
