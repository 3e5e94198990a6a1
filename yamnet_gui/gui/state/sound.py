"""The owner of what is drawn of the sound itself: peaks of the whole, samples of a part."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.audio import PeakPyramid, sample_columns

FINE_FRAMES_PER_COLUMN = 256
"""Below this many samples per column the pyramid is too coarse and samples are read."""
_MARGIN = 1.0

Columns = tuple[NDArray[np.float32], NDArray[np.float32]]


class Sound(QObject):
    """Peaks as they are built, and the samples around the view when it is close."""

    changed = Signal()
    samples_wanted = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pyramid: PeakPyramid | None = None
        self._first = 0
        self._samples: NDArray[np.float32] | None = None
        self._asked: tuple[int, int] = (0, 0)

    @property
    def pyramid(self) -> PeakPyramid | None:
        return self._pyramid

    @property
    def channels(self) -> int:
        return self._pyramid.channels if self._pyramid else 0

    def clear(self) -> None:
        self._pyramid = None
        self.forget_samples()

    def forget_samples(self) -> None:
        """Leaves the peaks alone."""
        self._samples = None
        self._asked = (0, 0)
        self.changed.emit()

    def improve_pyramid(self, pyramid: PeakPyramid) -> None:
        """Takes newer peaks of the same sound once they reach as far as those that are shown."""
        shown = self._pyramid
        if shown is not None and pyramid.ready_frames < pyramid.frames:
            shown_s = shown.ready_frames / shown.sample_rate_hz
            if pyramid.ready_frames / pyramid.sample_rate_hz < shown_s:
                return
        self.set_pyramid(pyramid)

    def set_pyramid(self, pyramid: PeakPyramid) -> None:
        """Takes a newer state of the peaks."""
        self._pyramid = pyramid
        self.changed.emit()

    def set_samples(self, first: int, samples: NDArray[np.float32]) -> None:
        """Takes samples (n, channels) that start at frame `first`."""
        self._first = first
        self._samples = samples
        self.changed.emit()

    def samples(self, first: int, last: int) -> NDArray[np.float32] | None:
        """Samples [first, last) if they are there, shape (n, channels); else asks for them."""
        if self._pyramid is None:
            return None
        first, last = max(first, 0), min(last, self._pyramid.frames)
        if last <= first:
            return None
        if self._samples is not None:
            offset = first - self._first
            if offset >= 0 and last <= self._first + len(self._samples):
                return self._samples[offset : offset + last - first]
        margin = int((last - first) * _MARGIN)
        wanted = (max(first - margin, 0), min(last + margin, self._pyramid.frames))
        if not (self._asked[0] <= first and last <= self._asked[1]):
            self._asked = wanted
            self.samples_wanted.emit(*wanted)
        return None

    def columns(self, channel: int, start_s: float, end_s: float, count: int) -> Columns | None:
        """Smallest and largest sample per column, each (count,); None without peaks."""
        pyramid = self._pyramid
        if pyramid is None or count < 1:
            return None
        rate = pyramid.sample_rate_hz
        first = start_s * rate
        per_column = (end_s - start_s) * rate / count
        if per_column < FINE_FRAMES_PER_COLUMN:
            last = int(np.ceil(end_s * rate)) + 1
            begin = max(int(first), 0)
            samples = self.samples(begin, last)
            if samples is not None:
                one = samples[:, channel : channel + 1]
                low, high = sample_columns(one, begin, first, per_column, count)
                return low[0], high[0]
        return pyramid.columns(channel, first, per_column, count)
