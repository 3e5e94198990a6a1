"""What every kind of sound file offers: its facts, and samples from any place in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.errors import StorageError

from .sound_tracks import SoundTrack

BLOCK_FRAMES = 1 << 17
LOWEST_RATE_HZ = 1000
HIGHEST_RATE_HZ = 10_000_000

READING = 1
"""Goes up when some files are read as other samples than before. Version 0.1 wrote none.

It is stored with every analysis but is no part of its key: most recordings are read as ever, and
their results stay. What is drawn is soon made again, and has it in its key.
1: length, gaps and delays of containers, the first sound track that is not silent.
"""


class AudioSource(ABC):
    """An open recording. Belongs to one thread; a context manager that closes itself.

    `info` holds rate, channels and length, `frames` the number of samples per channel, `encoding`
    text for display ("WAV, 16 bit"), `bit_depth` is None for floating and lossy encodings. `tracks`
    are the sound tracks of the file where they can be told apart, `track` the number of this one.
    """

    tracks: tuple[SoundTrack, ...] = ()
    track: int = 1

    def __init__(
        self, info: RecordingInfo, frames: int, encoding: str, bit_depth: int | None
    ) -> None:
        self.info = info
        self.frames = frames
        self.encoding = encoding
        self.bit_depth = bit_depth
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong with the file so far and how it was handled, each once."""
        return tuple(self._warnings)

    @property
    def has_int16(self) -> bool:
        """Whether `read_int16` gives the file's own numbers."""
        return False

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples [first, first + count) as float32 (n, channels); n < count only at the end.

        Raises RecordingError where the file cannot be read, ValueError for a negative span,
        Cancelled where the work of this thread is to stop.
        """
        check_stopped()
        first, count = self._inside(first, count)
        if count == 0:
            return np.zeros((0, self.info.channels), np.float32)
        return self._without_holes(self._read(first, count))

    def read_int16(self, first: int, count: int) -> NDArray[np.int16]:
        """Samples [first, first + count) as int16 (n, channels), full scale = 32768."""
        scaled = np.rint(self.read(first, count) * 32768.0)
        return np.clip(scaled, -32768, 32767).astype(np.int16)

    def blocks(
        self, count: int = BLOCK_FRAMES, first: int = 0, last: int | None = None
    ) -> Iterator[NDArray[np.float32]]:
        """Samples [first, last) in blocks of `count`, the last one shorter."""
        end = self.frames if last is None else min(last, self.frames)
        while first < end:
            block = self.read(first, min(count, end - first))
            if len(block) == 0:
                return
            yield block
            first += len(block)

    @abstractmethod
    def close(self) -> None:
        """Lets the file go; harmless when repeated."""

    @abstractmethod
    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples of a span that lies inside the file."""

    def _inside(self, first: int, count: int) -> tuple[int, int]:
        if first < 0 or count < 0:
            raise ValueError("a span of samples cannot be negative")
        return first, max(0, min(count, self.frames - first))

    def warn(self, text: str) -> None:
        """Adds a sentence to the warnings."""
        self._warnings[text] = None

    def _without_holes(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The samples with 0 in place of what is not a number."""
        # a sum is finite only where every term is; it is many times faster than isfinite().all()
        if self.bit_depth is not None:
            return samples
        with np.errstate(invalid="ignore"):
            total = samples.sum(dtype=np.float64)
        if not np.isfinite(total):
            self.warn("some samples are not numbers (NaN or infinite); they are taken as silence")
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        return samples

    def _broken_at(
        self, first: int, reason: str, cause: BaseException | None = None
    ) -> RecordingError:
        at_s = first / self.info.sample_rate_hz
        advice = cause.advice if isinstance(cause, StorageError) else "is the file complete?"
        return RecordingError(self.info.path, f"cannot be read at {at_s:.1f} s ({reason})", advice)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def check_rate(path: Path, rate_hz: int) -> None:
    """Refuses a sample rate that no recording has. Raises RecordingError."""
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise RecordingError(path, f"states a sample rate of {rate_hz} Hz, which cannot be right")
