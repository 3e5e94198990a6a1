"""Sound files that libsndfile reads: WAV, FLAC, Ogg, Opus, MP3, AIFF, CAF and relatives."""

import os
import re
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from yamnet_gui.core.errors import Cancelled, RecordingError, UserError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.storage.statuses import status_of

from .flac_frames import is_one_stream
from .source import BLOCK_FRAMES, AudioSource, check_rate
from .wave_header import (
    NO_SIZE,
    FileSpan,
    cut_off,
    has_placeholder_size,
    samples_with_wrong_size,
)

_DEPTHS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
_NAMES = {
    "FLOAT": "32 bit float",
    "DOUBLE": "64 bit float",
    "VORBIS": "Vorbis",
    "OPUS": "Opus",
    "MPEG_LAYER_III": "MP3",
    "MPEG_LAYER_II": "MP2",
    "MPEG_LAYER_I": "MP1",
    "ULAW": "µ-law",
    "ALAW": "A-law",
    "IMA_ADPCM": "IMA ADPCM",
    "MS_ADPCM": "Microsoft ADPCM",
}
_STORED_ONE_BY_ONE = {*_DEPTHS, "FLOAT", "DOUBLE", "ULAW", "ALAW"}
_ABSURD_FRAMES = 1 << 50
"""More than any disk holds: a header that does not know its length."""

# How far before the wanted sample decoding begins, in samples, for codecs whose output depends on
# what came before: ten MP3 frames hold the bit reservoir, a second of Opus lets its predictors
# settle. libsndfile 1.2 places Vorbis wrongly from a seek to the end of that Ogg page, and a page
# of silence can hold 255 packets of 1024 samples.
_PREROLL = {
    "MPEG_LAYER_III": 1152 * 10,
    "MPEG_LAYER_II": 1152 * 2,
    "OPUS": 48000,
    "VORBIS": 320 * 1024,
}
_CAREFUL_FRAMES = 512
_SAID_BETTER = {
    "SF_INFO struct": "its header names no sample rate",
    "unimplemented format": "its header makes no sense or its encoding is unknown",
    "": "its content makes no sense",
}


def native_name(path: Path) -> str | bytes:
    """The name as the system has it: python-soundfile refuses text that is not valid UTF-8."""
    return os.fsencode(path) if os.name == "posix" else str(path)


class _SoundFile(soundfile.SoundFile):
    """A file in which a read is not followed by a seek.

    python-soundfile seeks to where it already is after every read of a seekable file. That makes
    libsndfile's MP3 decoder lose what it carries from frame to frame, which is heard and seen.
    """

    def seekable(self) -> bool:
        return False


class SndfileSource(AudioSource):
    """A file read through libsndfile.

    Raises RecordingError where it has no channels, no rate or cannot be opened, and
    soundfile.LibsndfileError where libsndfile does not know the format.
    """

    def __init__(self, path: Path) -> None:
        self._raw = samples_with_wrong_size(path)
        self._span: FileSpan | None = None
        self._file = self._opened(path)
        file = self._file
        depth = _DEPTHS.get(file.subtype)
        if file.format == "FLAC" and file.subtype == "PCM_S8":
            depth = 8
        words = f"{depth} bit" if depth else _NAMES.get(file.subtype) or str(file.subtype_info)
        kind = self._raw.container if self._raw else file.format
        container = {"WAVEX": "WAV", "MPEG": "MP3", "MP3": "MP3"}.get(kind, kind)
        encoding = container if container == words else f"{container}, {words}"
        frames = max(0, file.frames)
        info = RecordingInfo(path, frames / file.samplerate, file.samplerate, file.channels)
        super().__init__(info, frames, encoding, depth)
        self._preroll = _PREROLL.get(file.subtype, 0)
        self._next = 0
        promised = self._promised_frames()
        try:
            if not self._ends_at(frames):
                self._shorten(self._count())
                promised = max(promised, frames if frames < _ABSURD_FRAMES else 0)
        except (RecordingError, OSError, Cancelled):
            self.close()
            raise
        if self._raw is not None:
            if self._raw.warning:
                self.warn(self._raw.warning)
        elif has_placeholder_size(path):
            self.warn(NO_SIZE)
        elif promised > self.frames:
            self.warn(cut_off((promised - self.frames) / self.info.sample_rate_hz))

    @property
    def is_exact(self) -> bool:
        """Whether libsndfile finds all samples, and each from anywhere.

        It does where samples are stored one by one, and in a FLAC file of one stream that states
        its length.
        """
        if self._file.format == "FLAC":
            return self._file.frames < _ABSURD_FRAMES and is_one_stream(self.info.path, self.frames)
        return self._file.subtype in _STORED_ONE_BY_ONE

    @property
    def has_int16(self) -> bool:
        return self.bit_depth == 16

    def read_int16(self, first: int, count: int) -> NDArray[np.int16]:
        if not self.has_int16:
            return super().read_int16(first, count)
        first, count = self._inside(first, count)
        return self._frames(first, count, "int16")

    def close(self) -> None:
        self._file.close()
        if self._span is not None:
            self._span.close()

    def _opened(self, path: Path) -> _SoundFile:
        raw = self._raw
        if raw is None and not is_stored(path):
            return _SoundFile(native_name(path))
        if raw is None:
            self._span = FileSpan(path, 0, status_of(path).st_size)
            try:
                return _SoundFile(self._span)
            except soundfile.SoundFileError:
                self._raise_problem()
                raise
        check_rate(path, raw.sample_rate_hz)  # libsndfile takes no number above 2³¹
        self._span = FileSpan(path, raw.start, raw.end)
        return _SoundFile(
            self._span,
            samplerate=raw.sample_rate_hz,
            channels=raw.channels,
            format="RAW",
            subtype=raw.subtype,
            endian=raw.endian,
        )

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        if self.has_int16:  # the same numbers in a third of libsndfile's time
            return self._frames(first, count, "int16") * np.float32(1 / 32768)
        return self._frames(first, count, "float32")

    def _frames(self, first: int, count: int, dtype: str) -> NDArray:
        try:
            if first != self._next:
                begin = max(0, first - self._preroll)
                self._file.seek(begin)
                if begin < first:
                    self._file.read(first - begin, dtype=dtype, always_2d=True)
            samples = self._file.read(count, dtype=dtype, always_2d=True)
            self._raise_problem()
        except (soundfile.SoundFileError, OSError, RuntimeError) as error:
            self._next = -1
            raise self._broken_at(first, plain_reason(error), error) from error
        except (UserError, Cancelled):
            self._next = -1
            raise
        self._next = first + len(samples)
        if len(samples) < count:
            raise self._broken_at(self._next, "it became shorter while it was read")
        return samples

    def _ends_at(self, frames: int) -> bool:
        """Whether the last sample that the header names can be read."""
        if frames >= _ABSURD_FRAMES:
            return False
        if frames == 0:
            return True
        try:
            self._file.seek(frames - 1)
            count = len(self._file.read(1, dtype="int16"))
            self._file.seek(0)
        except (soundfile.SoundFileError, RuntimeError):
            count = 0
        self._raise_problem()
        return count == 1

    def _count(self) -> int:
        """The true number of samples; decodes the file once."""
        total = 0
        reason = "it holds no sound"
        for step in (BLOCK_FRAMES, _CAREFUL_FRAMES):  # a block that fails is tried in small pieces
            self._reopen()
            try:
                self._file.seek(total)
                while frames := len(self._file.read(step, dtype="int16", always_2d=True)):
                    total += frames
            except (soundfile.SoundFileError, RuntimeError) as error:
                reason = plain_reason(error)
            self._raise_problem()
        self._reopen()
        if total == 0:
            raise RecordingError(
                self.info.path, f"cannot be decoded ({reason})", "is the file complete?"
            )
        return total

    def _raise_problem(self) -> None:
        """Raises what went wrong in a file that libsndfile reads through us."""
        if self._span is not None and self._span.problem is not None:
            problem, self._span.problem = self._span.problem, None
            raise problem

    def _reopen(self) -> None:
        self.close()
        self._file = self._opened(self.info.path)
        self._next = 0

    def _shorten(self, frames: int) -> None:
        rate = self.info.sample_rate_hz
        self.frames = frames
        self.info = RecordingInfo(self.info.path, frames / rate, rate, self.info.channels)

    def _promised_frames(self) -> int:
        """The length in the header where libsndfile corrected it, else 0."""
        # libsndfile writes "data : 4000 (should be 2000)" into its log where the chunk is cut off
        match = re.search(r"data : (\d+) \(should be (\d+)\)", self._file.extra_info)
        if not match or self.bit_depth is None or int(match[1]) >= 0xFFFFFF00:
            return 0
        return int(match[1]) // (self.info.channels * self.bit_depth // 8)


def plain_reason(error: Exception) -> str:
    """The error of libsndfile in plain words."""
    said = getattr(error, "error_string", None)
    said = getattr(error, "strerror", None) if said is None else said
    text = str(error if said is None else said).strip().rstrip(".").replace("\n", " ")
    for sign, better in _SAID_BETTER.items():
        if sign in text if sign else not text:
            return better
    return text
