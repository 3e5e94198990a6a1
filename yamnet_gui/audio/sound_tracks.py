"""The sound tracks of a file, and which of them is offered first."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.sound_track import file_of, with_track
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.errors import as_recording_error
from yamnet_gui.core.text import encodable, grouped

from .libav import FrameSamples, UnknownFormatError, decoded_frames, open_container
from .remembered import Remembered, remembered

_SILENT = 1e-4
"""A track in which no sample is above this, 80 dB below full scale, is silent."""
_NAMES = {"aac": "AAC", "opus": "Opus", "libopus": "Opus", "vorbis": "Vorbis", "mp3": "MP3"}
_NAMES |= {"mp3float": "MP3", "mp2": "MP2", "mp2float": "MP2", "mp1": "MP1", "mp1float": "MP1"}
_NAMES |= {"wmav1": "WMA 1", "wmav2": "WMA 2", "alac": "ALAC", "gsm_ms": "GSM", "gsm": "GSM"}
_NAMES |= {"adpcm_ima_wav": "IMA ADPCM", "adpcm_ms": "Microsoft ADPCM", "g722": "G.722"}
_NAMES |= {"adpcm_g722": "G.722", "adpcm_yamaha": "Yamaha ADPCM"}


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """One of several sound tracks. `number` counts from 1; `text` describes it in a few words."""

    number: int
    text: str
    silent: bool = False


def sound_tracks(path: Path) -> tuple[SoundTrack, ...]:
    """The sound tracks of a file that libav reads, one or more. Raises RecordingError."""
    file = file_of(path)
    try:
        wanted = remembered(file, 0)
    except OSError as error:
        raise as_recording_error(path, error, "cannot be reached") from error
    return _tracks(wanted)


def first_track(tracks: tuple[SoundTrack, ...]) -> int:
    """The track that is offered first: the first that is not silent."""
    return next((t.number for t in tracks if not t.silent), 1)


def track_path(path: Path, number: int) -> Path:
    """The recording that is the sound track `number` of a file.

    The track that is offered first, and the only one, are called like the file itself.
    Raises RecordingError where there is no such track, or the file cannot be read.
    """
    try:
        tracks = sound_tracks(path)
    except UnknownFormatError:
        if number > 1:
            raise
        return file_of(path)  # of a format in which there is only one
    if not 1 <= number <= len(tracks):
        raise RecordingError(file_of(path), no_such_track(number, len(tracks)))
    return path_of_track(path, tracks, number)


def path_of_track(path: Path, tracks: tuple[SoundTrack, ...], number: int) -> Path:
    """The same, of a file whose tracks are known."""
    return with_track(path, None if number == first_track(tracks) else number)


def no_such_track(number: int, count: int) -> str:
    """Why a track cannot be read."""
    return f"has no sound track {number}, only {grouped(count)}"


def other_tracks(tracks: tuple[SoundTrack, ...], number: int) -> str:
    """A word about the other sound tracks of a file, "" where there are none."""
    others = [f"{t.number} ({t.text})" for t in tracks if t.number != number]
    if not others:
        return ""
    *most, last = others
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"this is sound track {number} of {len(tracks)}; the file also holds {listed}"


def codec_name(codec: str) -> str:
    """libav's name of a codec as people write it."""
    return _NAMES.get(codec, codec.upper())


_UNKNOWN = "unknown codec"


@lru_cache(maxsize=64)
def _tracks(wanted: Remembered) -> tuple[SoundTrack, ...]:
    with open_container(wanted.path) as container:
        streams = list(container.streams.audio)
        texts = [_described(stream) for stream in streams]
    if len(texts) < 2:
        return tuple(SoundTrack(1, text) for text in texts)
    tracks = []
    heard = False
    for number, text in enumerate(texts, start=1):
        silent = not heard and _is_silent(wanted, number)  # later ones are not offered anyway
        heard = heard or not silent
        said = silent and not text.startswith(_UNKNOWN)
        tracks.append(SoundTrack(number, text + (", silent" if said else ""), silent))
    return tuple(tracks)


def _is_silent(wanted: Remembered, number: int) -> bool:
    """Whether a track holds nothing but silence; decodes it up to its first sound.

    So does one for which there is no decoder: nothing of it is heard.
    """
    with open_container(wanted.path) as container:
        stream = container.streams.audio[number - 1]
        for sounds in _sounds(container, stream) if stream.codec_context is not None else ():
            check_stopped()
            if sounds:
                return False
    return True


def _sounds(container: Any, stream: Any) -> Iterator[bool]:
    import av

    samples = FrameSamples()
    try:
        for frame in decoded_frames(container, stream):
            piece = samples(frame)
            yield max(float(piece.max()), -float(piece.min())) > _SILENT
    except (av.FFmpegError, OSError):
        return  # nothing that could be offered


def _described(stream: Any) -> str:
    context = stream.codec_context
    words = [_UNKNOWN]
    if context is not None:
        channels = {1: "mono", 2: "stereo"}.get(context.channels, f"{context.channels} channels")
        words = [codec_name(context.name), f"{context.sample_rate / 1000:g} kHz", channels]
    language = stream.metadata.get("language", "")
    words += [language] if language not in ("", "und") else []
    title = stream.metadata.get("title", "") or stream.metadata.get("handler_name", "")
    words += [title] if title and title not in ("SoundHandler", "Core Media Audio") else []
    plain = ("".join(c if c.isprintable() else " " for c in word) for word in words)
    return ", ".join(encodable(" ".join(word.split())) for word in plain)
