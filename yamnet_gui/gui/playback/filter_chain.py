"""From the file's samples to those of the device: channels, frequencies, speed and rate."""

import math
from dataclasses import dataclass
from fractions import Fraction

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from .band_filter import BandFilter, limits
from .values import PlaybackRequest

# atempo stretches by 0.5 at least, and drops samples instead of blending them above 2
_TEMPO_LEAST = 0.5
_TEMPO_MOST = 2.0


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """What the device takes: frames per second, and 1 or 2 channels of float32."""

    sample_rate_hz: int
    channels: int


def heard_rate_hz(request: PlaybackRequest) -> int:
    """The rate at which the file's samples, as they are, sound at the request's speed."""
    if request.speed.keep_pitch:
        return request.sample_rate_hz
    return max(1, round(request.sample_rate_hz * request.speed.factor))


def heard_channels(request: PlaybackRequest) -> int:
    """Two for a stereo recording; one for mono, a chosen channel, or a mix of many."""
    return 2 if request.channel is None and request.channels == 2 else 1


class FilterChain:
    """Turns samples of a request into samples for the device.

    Samples pass untouched where rate, speed and channels already fit and no frequencies are cut.
    """

    def __init__(self, request: PlaybackRequest, output: OutputFormat) -> None:
        self._request = request
        self._output = output
        self._rate_hz = heard_rate_hz(request)
        tempo = request.speed.factor if request.speed.keep_pitch else 1.0
        self.frames_out_per_in = output.sample_rate_hz / (self._rate_hz * tempo)
        self._band = (
            BandFilter(request.sample_rate_hz, request.band_hz, heard_channels(request))
            if request.band_hz is not None and limits(request.band_hz, request.sample_rate_hz)
            else None
        )
        self._filters = (
            None
            if tempo == 1.0 and self._rate_hz == output.sample_rate_hz
            else _Filters(self._rate_hz, output.sample_rate_hz, heard_channels(request), tempo)
        )

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next samples, float32 (n, channels of the file) to (m, channels of the device)."""
        heard = self._choose(samples)
        if self._band is not None:
            heard = self._band.feed(heard)
        return self._spread(heard if self._filters is None else self._filters.feed(heard))

    def finish(self) -> NDArray[np.float32]:
        """What is still inside the filters."""
        rest = np.zeros((0, heard_channels(self._request)), np.float32)
        if self._band is not None:
            rest = self._band.finish()
        if self._filters is None:
            return self._spread(rest)
        parts = [self._filters.feed(rest)] if len(rest) else []
        return self._spread(np.concatenate([*parts, self._filters.finish()]))

    def _choose(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._request.channel is not None:
            return samples[:, self._request.channel : self._request.channel + 1]
        if samples.shape[1] <= 2:
            return samples
        return samples.mean(axis=1, keepdims=True, dtype=np.float32)

    def _spread(self, heard: NDArray[np.float32]) -> NDArray[np.float32]:
        if heard.shape[1] == self._output.channels:
            return heard
        if self._output.channels == 1:
            return heard.mean(axis=1, keepdims=True, dtype=np.float32)
        if heard.shape[1] == 1 and self._output.channels == 2:
            return np.repeat(heard, 2, axis=1)
        spread = np.zeros((len(heard), self._output.channels), np.float32)
        spread[:, :2] = heard  # front left and right of a surround device
        return spread


class _Filters:
    """FFmpeg's time stretcher and resampler, one after the other."""

    def __init__(self, rate_in_hz: int, rate_out_hz: int, channels: int, tempo: float) -> None:
        self._rate_in_hz = rate_in_hz
        self._channels = channels
        self._layout = "mono" if channels == 1 else "stereo"
        self._fed = 0
        graph = av.filter.Graph()
        self._first = graph.add_abuffer(
            sample_rate=rate_in_hz,
            format="flt",
            layout=self._layout,
            time_base=Fraction(1, rate_in_hz),
        )
        nodes = [self._first]
        nodes += [graph.add("atempo", f"{step:.9f}") for step in _tempo_steps(tempo)]
        if rate_in_hz != rate_out_hz:
            nodes.append(graph.add("aresample", f"{rate_out_hz}:filter_size=64:cutoff=0.97"))
        nodes.append(graph.add("aformat", f"sample_fmts=flt:channel_layouts={self._layout}"))
        self._last = graph.add("abuffersink")
        nodes.append(self._last)
        graph.link_nodes(*nodes)
        graph.configure()
        self._graph = graph

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        packed = np.ascontiguousarray(samples, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
        frame.sample_rate = self._rate_in_hz
        frame.time_base = Fraction(1, self._rate_in_hz)
        frame.pts = self._fed
        self._fed += len(samples)
        self._first.push(frame)
        return self._pulled()

    def finish(self) -> NDArray[np.float32]:
        self._first.push(None)
        return self._pulled()

    def _pulled(self) -> NDArray[np.float32]:
        parts = [np.zeros((0, self._channels), np.float32)]
        while True:
            try:
                frame = self._last.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return np.concatenate(parts)
            parts.append(frame.to_ndarray().reshape(-1, self._channels))


def _tempo_steps(tempo: float) -> list[float]:
    """Equal factors whose product is `tempo`, each within what the stretcher does well."""
    if tempo == 1.0:
        return []
    most = math.log(_TEMPO_MOST) if tempo > 1 else -math.log(_TEMPO_LEAST)
    count = max(1, math.ceil(abs(math.log(tempo)) / most - 1e-9))
    return [tempo ** (1 / count)] * count
