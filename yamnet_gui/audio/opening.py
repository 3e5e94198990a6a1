"""Opens any sound file with the reader that suits it, or explains in one sentence why not."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import soundfile

from yamnet_gui.core.errors import RecordingError

from .container import ContainerSource
from .sndfile import SndfileSource, plain_reason
from .source import AudioSource
from .start_time import stated_start

LOWEST_RATE_HZ = 1000
HIGHEST_RATE_HZ = 10_000_000
_CONTAINERS = {".m4a", ".m4b", ".aac", ".mp4", ".mov", ".mkv", ".mka", ".wma", ".webm", ".3gp"}


def open_audio(path: str | Path) -> AudioSource:
    """Opens a recording of any supported kind.

    Raises RecordingError where it is missing, a folder, empty, not a sound file or broken.
    """
    path = Path(path)
    _refuse_unless_file(path)
    source = _open(path)
    try:
        _refuse_invalid_audio(source)
    except RecordingError:
        source.close()
        raise
    source.info = replace(source.info, recorded_at=stated_start(path))
    return source


def _refuse_unless_file(path: Path) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise RecordingError(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(path, f"cannot be reached ({reason})") from error
    if stat.S_ISDIR(status.st_mode):
        raise RecordingError(path, "is a folder", "open a sound file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise RecordingError(path, "is not a file but a device or pipe")
    if status.st_size == 0:
        raise RecordingError(path, "the file is empty (0 bytes)")
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        raise RecordingError(
            path, "you have no permission to read it", "change its permissions or copy it"
        ) from None
    except OSError as error:
        raise RecordingError(path, f"cannot be opened ({error.strerror})") from error


def _open(path: Path) -> AudioSource:
    if path.suffix.lower() in _CONTAINERS:
        return ContainerSource(path)
    if path.suffix.lower() == ".mp3" and not _may_be_mp3(path):
        return ContainerSource(path)  # libmpg123 would complain on stderr
    try:
        return SndfileSource(path)
    except soundfile.SoundFileError as refused:
        try:
            return ContainerSource(path)
        except RecordingError as also_refused:
            if isinstance(refused, soundfile.LibsndfileError) and refused.code > 1:
                reason = plain_reason(refused)
                raise RecordingError(
                    path, f"is broken or not a sound file ({reason})", "is the copy complete?"
                ) from refused
            raise also_refused from refused
    except (OSError, RuntimeError) as error:
        raise RecordingError(path, f"cannot be opened ({error})") from error


def _may_be_mp3(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4)
    frame = len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return frame or head[:3] in (b"ID3", b"TAG") or head in (b"RIFF", b"fLaC", b"OggS", b"FORM")


def _refuse_invalid_audio(source: AudioSource) -> None:
    info = source.info
    if info.channels < 1:
        raise RecordingError(info.path, "has no channels")
    if not LOWEST_RATE_HZ <= info.sample_rate_hz <= HIGHEST_RATE_HZ:
        raise RecordingError(
            info.path, f"states a sample rate of {info.sample_rate_hz} Hz, which cannot be right"
        )
    if source.frames == 0:
        raise RecordingError(info.path, "contains no samples")
