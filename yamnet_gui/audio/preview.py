"""The first look at a recording whose length is still to be found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.sound_track import file_and_track
from yamnet_gui.core.storage.statuses import status_of

from .layout import counts_by_stamps, open_track
from .libav import FrameSamples, decoded_frames, plain_reason
from .sound_tracks import first_track, sound_tracks
from .source import AudioSource


class PreviewSource(AudioSource):
    """A sound track read from its beginning on, once, without any scan.

    Its length is an estimate by libav; beyond the true end there is silence.
    Raises RecordingError where nothing can be decoded.
    """

    def __init__(self, path: Path) -> None:
        file, chosen = file_and_track(path)
        track = first_track(sound_tracks(file)) if chosen is None else chosen
        self._container, stream = open_track(file, track)
        self.is_needed = not counts_by_stamps(self._container)
        context = stream.codec_context
        rate, channels = context.sample_rate, context.channels
        seconds = _estimated_s(self._container, stream, status_of(file).st_size)
        info = RecordingInfo(path, seconds, rate, channels)
        super().__init__(info, round(seconds * rate), "", None)
        self._samples = FrameSamples()
        self._frames: Iterator[Any] = decoded_frames(self._container, stream)
        self._rest = np.zeros((0, channels), np.float32)

    def close(self) -> None:
        self._frames = iter(())
        self._container.close()

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        """The next `count` samples: what is read follows what was read before."""
        import av

        parts, there = [self._rest], len(self._rest)
        while there < count:
            try:
                frame = next(self._frames, None)
            except (av.FFmpegError, OSError) as error:
                raise self._broken_at(first, plain_reason(error), error) from error
            if frame is None:
                parts.append(np.zeros((count - there, self.info.channels), np.float32))
                break
            if frame.layout.nb_channels != self.info.channels:
                continue
            parts.append(self._samples(frame))
            there += frame.samples
        joined = np.concatenate(parts)
        self._rest = joined[count:]
        return joined[:count]


def _estimated_s(container: Any, stream: Any, size: int) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / 1e6
    return size * 8 / (container.bit_rate or 128_000)
