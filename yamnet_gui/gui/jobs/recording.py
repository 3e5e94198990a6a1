"""Opening a recording: what it is, its peaks, and samples of a part of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import (
    AudioSource,
    PeakBuilder,
    PeakPyramid,
    open_audio,
    peaks_key,
    preview_audio,
    recording_start,
    zone_named,
)
from yamnet_gui.audio.channels import cancels_in_mix
from yamnet_gui.audio.markers import file_markers
from yamnet_gui.audio.sound_tracks import other_tracks
from yamnet_gui.core.cached_files import PEAKS, shrink
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.storage.turns import going_first
from yamnet_gui.core.text import megabytes
from yamnet_gui.gui.state.document import OpenRecording

_SHOW_EVERY_S = 0.12
_KEPT_BYTES = 2 * 2**30
_LONG_IN_STORAGE_BYTES = 64 * 10**6


@dataclass(frozen=True, slots=True)
class OpenJob:
    """Opens a file far enough to know what it is. Raises RecordingError.

    A start that names no zone is taken as of `time_zone` (empty: that of this computer).
    """

    path: Path
    time_zone: str = ""

    def run(self) -> Iterator[OpenRecording]:
        with open_audio(self.path) as source:
            start = recording_start(self.path, zone_named(self.time_zone))
            info = replace(source.info, recorded_at=start.moment if start else None)
            long_bytes = _long_in_storage(self.path)
            yield OpenRecording(
                info,
                source.encoding,
                (*_cost_in_storage(long_bytes), *_warnings(source)),
                start.source if start else "",
                zone_assumed=start is not None and start.zone_assumed and not self.time_zone,
                tracks=source.tracks,
                track=source.track,
                channels_cancel=_channels_cancel(source),
                markers=_markers(self.path),
                long_in_storage_bytes=long_bytes,
            )


def _warnings(source: AudioSource) -> Iterator[str]:
    other = other_tracks(source.tracks, source.track)
    return (warning for warning in source.warnings if warning != other)


def _long_in_storage(path: Path) -> int:
    """The size of a recording in storage where reading all of it takes a while, else 0."""
    file = file_of(path)
    size = status_of(file).st_size if is_stored(file) else 0
    return size if size > _LONG_IN_STORAGE_BYTES else 0


def _cost_in_storage(size: int) -> Iterator[str]:
    """What it costs to draw and analyse all of a long recording in storage."""
    if size:
        yield (
            f"lies in storage; drawing and analysing all of it reads {megabytes(size)} once, which "
            "are kept on this disk as far as there is room"
        )


def _markers(path: Path) -> int:
    try:
        return len(file_markers(path))
    except RecordingError:  # the sound can be read, which is what counts here
        return 0


def _channels_cancel(source: AudioSource) -> bool:
    try:
        return cancels_in_mix(source)
    except RecordingError:  # shown by the job that reads all of it
        return False


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """Yields ever more of a waveform, for as long as the length of a recording is being found.

    Yields nothing where that is quick. The length of these peaks is an estimate.
    """

    path: Path

    def run(self) -> Iterator[PeakPyramid]:
        shown = time.monotonic()
        source = preview_audio(self.path)
        if source is None:
            return
        with source:
            builder = PeakBuilder(source)
            for _fraction in builder.run():
                if time.monotonic() - shown >= _SHOW_EVERY_S:
                    shown = time.monotonic()
                    yield builder.pyramid
            yield builder.pyramid


@dataclass(frozen=True, slots=True)
class PeaksJob:
    """Yields ever more complete peaks; from the cache at once where they are known."""

    path: Path

    def run(self) -> Iterator[PeakPyramid]:
        folder = user_cache_folder() / PEAKS.folder
        stored = folder / f"{peaks_key(self.path)}.peaks"
        known = PeakPyramid.load(stored)
        if known is not None:
            yield known
            return
        with open_audio(self.path) as source:
            builder = PeakBuilder(source)
            shown = time.monotonic()
            yield builder.pyramid
            for _fraction in builder.run():
                if time.monotonic() - shown >= _SHOW_EVERY_S:
                    shown = time.monotonic()
                    yield builder.pyramid
            pyramid = builder.pyramid
        yield pyramid
        store_peaks(folder, stored, pyramid)


@dataclass(frozen=True, slots=True)
class SamplesJob:
    """Reads samples [first, last): yields (first, float32 (n, channels))."""

    path: Path
    first: int
    last: int

    def run(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        with going_first(), open_audio(self.path) as source:
            samples = source.read(self.first, self.last - self.first)
        samples.flags.writeable = False
        yield self.first, samples


def store_peaks(folder: Path, target: Path, pyramid: PeakPyramid) -> None:
    """Stores peaks for the next opening. On a full disk they are computed again."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pyramid.save(target)
        shrink(folder.parent, PEAKS, _KEPT_BYTES)
    except OSError:
        target.unlink(missing_ok=True)
