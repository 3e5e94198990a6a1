"""Opens any sound file with the reader that suits it, or explains in one sentence why not."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import soundfile

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import NO_FILE
from yamnet_gui.core.sound_track import file_and_track, file_of
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import StorageError, as_recording_error
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.storage.statuses import status_of

from .container import ContainerSource
from .libav import UnknownFormatError
from .linked import LinkedSource
from .links import links_of
from .preview import PreviewSource
from .size_remarks import size_remark
from .sndfile import SndfileSource, plain_reason
from .source import AudioSource, check_rate
from .start_time import stated_start

_Reader = Callable[[Path], AudioSource]

_LONG_BYTES = 1 << 21
"""Compressed files of this size take a noticeable time to be scanned."""
_OF_LIBSNDFILE = {b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff", b"fLaC", b"FORM", b"caff"}
_OF_LIBSNDFILE |= {b".snd", b"dns."}
"""How files begin that libsndfile reads faster, and with the depth of their samples."""


def open_audio(path: str | Path) -> AudioSource:
    """Opens a recording of any supported kind.

    `film.mkv#track=2` is the second sound track of a file that holds several. Scanning a long file
    ends with Cancelled where the work of this thread is to stop.
    Raises RecordingError where it is missing, a folder, empty, not a sound file or broken.
    """
    path = path_of(path)
    with _one_sentence(path):
        return _opened(path)


@contextmanager
def _one_sentence(path: Path) -> Iterator[None]:
    """What storage says becomes a RecordingError, wherever on the way it says it."""
    try:
        yield
    except StorageError as error:
        raise as_recording_error(path, error) from error


def _opened(path: Path) -> AudioSource:
    _refuse_unless_file(file_of(path))
    source = _open(path)
    try:
        _refuse_invalid_audio(source)
        if not source.warnings and (remark := size_remark(file_of(path), source.info.duration_s)):
            source.warn(remark)
    except (RecordingError, OSError):
        source.close()
        raise
    source.info = replace(source.info, recorded_at=stated_start(path))
    return source


def preview_audio(path: str | Path) -> PreviewSource | None:
    """A recording to be looked at while `open_audio` finds its length; None where that is quick.

    It can be read once, from its beginning on. Raises RecordingError.
    """
    file = file_of(path_of(path))
    with _one_sentence(file):
        _refuse_unless_file(file)
        if status_of(file).st_size < _LONG_BYTES or _head(file) in _OF_LIBSNDFILE:
            return None
        preview = PreviewSource(path_of(path))
    if preview.is_needed and preview.frames > 0:
        return preview
    preview.close()
    return None


def _refuse_unless_file(path: Path) -> None:
    try:
        status = status_of(path)
    except StorageError:
        raise
    except FileNotFoundError:
        raise RecordingError(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(path, f"cannot be reached ({reason})") from error
    if stat.S_ISDIR(status.st_mode):
        raise RecordingError(path, "is a folder", "open a sound file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise RecordingError(path, f"is {NO_FILE}")
    if status.st_size == 0:
        raise RecordingError(path, "the file is empty (0 bytes)")
    if is_stored(path):
        return
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        raise RecordingError(
            path, "you have no permission to read it", "change its permissions or copy it"
        ) from None
    except OSError as error:
        raise RecordingError(path, f"cannot be opened ({error.strerror})") from error


def _open(path: Path) -> AudioSource:
    """The source of the reader that suits the file, or of the other one."""
    file, track = file_and_track(path)
    head = _head(file)

    def by_libav(path: Path) -> AudioSource:
        if track in (None, 1) and links_of(file):
            return LinkedSource(file)
        return ContainerSource(path)

    readers: list[_Reader] = [by_libav]
    if track is None and head[:4] in _OF_LIBSNDFILE:
        readers = [_exactly_by_libsndfile, by_libav, SndfileSource]
    elif track is None and not _may_be_mpeg(file, head):  # libmpg123 would complain on stderr
        readers = [by_libav, SndfileSource]
    errors: list[Exception] = []
    for reader in readers:
        try:
            return reader(path)
        except StorageError:
            raise
        except (RecordingError, soundfile.SoundFileError, OSError, RuntimeError) as error:
            errors.append(error)
    better = max(errors, key=_understanding)
    raise _as_recording_error(path, better) from better


class _InexactError(OSError):
    """libsndfile does not place every sample of this file, or not find all of them."""


def _exactly_by_libsndfile(path: Path) -> AudioSource:
    source = SndfileSource(path)
    if not source.is_exact:
        source.close()
        raise _InexactError
    return source


def _understanding(error: Exception) -> int:
    """How much a reader that gave this reason has understood of the file."""
    if isinstance(error, UnknownFormatError):
        return 0
    if isinstance(error, _InexactError):
        return -2
    if isinstance(error, soundfile.LibsndfileError):
        return 2 if error.code > 1 else -1  # it knows the format, or nothing at all
    return 3 if isinstance(error, RecordingError) else 1


def _as_recording_error(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, RecordingError):
        return error
    if isinstance(error, soundfile.SoundFileError):
        reason = f"is broken or not a sound file ({plain_reason(error)})"
        return RecordingError(path, reason, "is the copy complete?")
    return RecordingError(path, f"cannot be opened ({error})")


def _head(file: Path) -> bytes:
    try:
        with open_for_reading(file) as opened:
            return opened.read(4)
    except StorageError:
        raise
    except OSError:  # the reader will say what is wrong
        return b""


def _may_be_mpeg(file: Path, head: bytes) -> bool:
    frame = len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return frame or head[:3] in (b"ID3", b"TAG") or file.suffix.lower() == ".mp3"


def _refuse_invalid_audio(source: AudioSource) -> None:
    info = source.info
    if info.channels < 1:
        raise RecordingError(info.path, "has no channels")
    check_rate(info.path, info.sample_rate_hz)
    if source.frames == 0:
        raise RecordingError(info.path, "contains no samples")
