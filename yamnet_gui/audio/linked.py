"""Sound of a file that was joined from several, each read by itself."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo

from .changes import change_sentences, most_of_time, resampled, with_channels
from .container import ContainerSource
from .layout import Layout, scanned
from .libav import plain_reason
from .links import links_of
from .remembered import Remembered, remembered
from .source import AudioSource

_BLOCK_S = 10
"""So much is resampled at a time, always from the same place on."""
_MARGIN_S = 1
"""What is resampled begins and ends this far outside: more than the filter reaches."""


@dataclass(frozen=True)
class _Parts:
    layouts: tuple[Layout, ...]
    damaged: bool


class LinkedSource(AudioSource):
    """A file of several links, one after another, at the rate of the most of it.

    Raises RecordingError where no link can be read.
    """

    def __init__(self, path: Path) -> None:
        parts = _parts(remembered(path, 1))
        self._parts = parts.layouts
        counts = np.array([part.frames for part in self._parts])
        kinds = [(part.rate, part.channels) for part in self._parts]
        rate, channels = most_of_time(counts, np.arange(len(kinds)), kinds)
        lengths = [-(-part.frames * rate // part.rate) for part in self._parts]
        self._begins = np.concatenate([[0], np.cumsum(lengths)])
        frames = int(self._begins[-1])
        encoding = " and ".join(dict.fromkeys(part.encoding for part in self._parts))
        super().__init__(RecordingInfo(path, frames / rate, rate, channels), frames, encoding, None)
        starts_s = self._begins[:-1] / rate
        for sentence in change_sentences(np.array(kinds), starts_s, (rate, channels)):
            self.warn(sentence)
        for part in self._parts:
            for warning in part.warnings:
                self.warn(warning)
        if parts.damaged:
            self.warn("parts of the file are damaged; they are left out")
        self._number = -1
        self._part: ContainerSource | None = None
        self._block_first = 0
        self._block = np.zeros((0, channels), np.float32)

    def close(self) -> None:
        if self._part is not None:
            self._part.close()
        self._part, self._number = None, -1
        self._block = self._block[:0]

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        out = np.zeros((count, self.info.channels), np.float32)
        at, end = first, first + count
        while at < end:
            number = int(np.searchsorted(self._begins, at, side="right")) - 1
            begin = int(self._begins[number])
            stop = min(end, int(self._begins[number + 1]))
            piece = self._of_part(number, at - begin, stop - at)
            out[at - first : at - first + len(piece)] = piece
            at += len(piece)
        return out

    def _of_part(self, number: int, first: int, count: int) -> NDArray[np.float32]:
        """Samples from `first` of a link on, at the rate of the file: `count` or fewer."""
        if number != self._number or self._part is None:
            self.close()
            self._part = ContainerSource(self.info.path, self._parts[number])
            self._number = number
        part, rate = self._part, self._part.info.sample_rate_hz
        try:
            if rate == self.info.sample_rate_hz:
                return with_channels(part.read(first, count), self.info.channels)
            offset = first - self._block_first
            if not 0 <= offset < len(self._block):
                begin = first - first % (_BLOCK_S * self.info.sample_rate_hz)
                block = self._resampled(part, begin)  # where that is stopped, the former one stays
                self._block_first, self._block = begin, block
                offset = first - begin
            return self._block[offset : offset + count]
        except RecordingError as error:
            at = int(self._begins[number]) + first
            cause = error.__cause__
            reason = plain_reason(cause) if isinstance(cause, Exception) else error.reason
            raise self._broken_at(at, reason, cause) from error

    def _resampled(self, part: ContainerSource, first: int) -> NDArray[np.float32]:
        """A block of a link, which begins at a whole second."""
        rate, target = part.info.sample_rate_hz, self.info.sample_rate_hz
        first_s = first // target
        before_s = min(first_s, _MARGIN_S)
        sound = part.read((first_s - before_s) * rate, (before_s + _BLOCK_S + _MARGIN_S) * rate)
        block = resampled(with_channels(sound, self.info.channels), rate, target)
        block = block[before_s * target :][: _BLOCK_S * target]
        length = -(-part.frames * target // rate) - first
        missing = min(length, _BLOCK_S * target) - len(block)
        return np.pad(block, ((0, max(0, missing)), (0, 0)))


@lru_cache(maxsize=4)
def _parts(wanted: Remembered) -> _Parts:
    """What the links of a file hold, as far as they can be read."""
    layouts: list[Layout] = []
    failed: RecordingError | None = None
    for link in links_of(wanted.path):
        try:
            layouts.append(scanned(wanted.path, 1, link.span))
        except RecordingError as error:
            failed = error
    layouts = [layout for layout in layouts if layout.frames > 0]
    if not layouts:
        raise failed or RecordingError(wanted.path, "contains no samples")
    return _Parts(tuple(layouts), failed is not None)
