"""Sound that is read through libav: compressed sound, and containers that libsndfile cannot read.

Reading is exact by construction. The track is cut into chunks, and every chunk is decoded by a new
decoder that begins a little before it, so a sample does not depend on what was read before.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.sound_track import file_and_track

from .chunks import ChunkDecoder, Placed
from .layout import Layout, layout_of
from .libav import plain_reason
from .sound_tracks import first_track, other_tracks, sound_tracks
from .source import AudioSource


class ContainerSource(AudioSource):
    """A sound track of a container, on the container's time line.

    Seeking is exact to the sample: in MP4 by time stamps, which count samples there, elsewhere by
    an index from one linear pass. With `layout`, it is the part of a file that this is about.
    Raises RecordingError where the file has no sound or is broken.
    """

    def __init__(self, path: Path, layout: Layout | None = None) -> None:
        file, chosen = file_and_track(path)
        tracks = sound_tracks(file) if layout is None else ()
        track = first_track(tracks) if chosen is None else chosen
        if layout is None:
            layout = layout_of(file, track)
        self._layout = layout
        info = RecordingInfo(path, layout.frames / layout.rate, layout.rate, layout.channels)
        super().__init__(info, layout.frames, layout.encoding, None)
        for warning in layout.warnings:
            self.warn(warning)
        self.track, self.tracks = track, tracks
        if len(tracks) > 1:
            self.warn(other_tracks(tracks, track))
        self._decoder = ChunkDecoder(file, track, layout, self._note_damage)
        self._pieces: Iterator[Placed] = iter(())
        self._chunk = -1
        self._held = np.zeros((0, layout.channels), np.float32)
        self._held_first = 0
        self._known_from = 0  # from here to the end of what is held, nothing else is to come

    def close(self) -> None:
        self._pieces = iter(())
        self._chunk = -1
        self._decoder.close()

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        out = np.zeros((count, self.info.channels), np.float32)
        at, end = first, first + count
        while at < end:
            chunk = self._layout.chunk_at(at)
            stop = min(end, int(self._layout.bounds[chunk + 1]))
            self._fill(out[at - first : stop - first], chunk, at)
            at = stop
        return out

    def _fill(self, out: NDArray[np.float32], chunk: int, at: int) -> None:
        """Samples from `at` on, all of one chunk; where it has none, `out` stays silent."""
        import av

        end = at + len(out)
        try:
            if chunk != self._chunk or at < self._known_from:
                self.close()
                self._pieces = self._decoder.pieces(chunk, at)
                self._chunk, self._known_from, self._held_first = chunk, at, at
                self._held = self._held[:0]
            while True:
                held_end = self._held_first + len(self._held)
                begin, stop = max(at, self._held_first), min(end, held_end)
                if begin < stop:
                    part = self._held[begin - self._held_first : stop - self._held_first]
                    out[begin - at : stop - at] = part
                if held_end >= end:
                    return
                piece = next(self._pieces, None)
                if piece is None:
                    return
                self._known_from = held_end
                self._held_first, self._held = piece
        except (av.FFmpegError, OSError) as error:
            self.close()
            raise self._broken_at(at, plain_reason(error), error) from error
        except BaseException:
            self.close()  # a read that was stopped midway has not shown that nothing is there
            raise

    def _note_damage(self) -> None:
        self.warn("parts of the file are damaged; they are taken as silence")
