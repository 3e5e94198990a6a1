"""Computing thumbnails: spectrograms of short spans, coloured, each with levels of its own."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from yamnet_gui.audio import AudioSource, SpectrogramSettings, open_audio, spectrogram_columns
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.state.spectrogram_look import SpectrogramLook
from yamnet_gui.gui.state.spectrogram_tiles import to_bytes
from yamnet_gui.gui.tracks.colormaps import color_table
from yamnet_gui.gui.tracks.layer import coded_image

MISSING = "The file is missing"
_STEP_ASIDE_S = 0.06
"""Between thumbnails, of some 3 ms each, while the list is moved."""
_OPEN_FILES = 6
_OVERLAP = 0.5
"""Of windows: more takes twice as long, and cannot be seen in a picture so small."""
_SILENCE_DB = -120.0
"""Where nothing is louder, the picture is dark."""


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """A span of a recording, in seconds; `channel` None for what the settings say."""

    path: str
    start_s: float
    wide_s: float
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class ThumbnailLook:
    """How all thumbnails are made: `columns` × `rows` pixels.

    `fitted`: levels follow each thumbnail instead of those of `look`.
    """

    settings: SpectrogramSettings = field(default_factory=SpectrogramSettings)
    look: SpectrogramLook = field(default_factory=SpectrogramLook)
    fitted: bool = True
    columns: int = 160
    rows: int = 80


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture, or why there is none."""

    image: QImage | None = None
    problem: str = ""

    @property
    def bytes(self) -> int:
        """Memory that it takes, about."""
        return 512 + (self.image.sizeInBytes() if self.image is not None else 0)


@dataclass(slots=True)
class OpenSources:
    """Recordings that stay open from one thumbnail to the next; for one thread at a time."""

    _open: OrderedDict[Path, AudioSource] = field(default_factory=OrderedDict)

    def of(self, path: Path) -> AudioSource:
        """The recording, opened where it is not. Raises RecordingError."""
        source = self._open.get(path)
        if source is None:
            source = open_audio(path)
            self._open[path] = source
            while len(self._open) > _OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(path)
        return source

    def drop(self, path: Path) -> None:
        """Closes one that failed: it is opened anew the next time."""
        source = self._open.pop(path, None)
        if source is not None:
            with suppress(UserError, OSError):
                source.close()

    def close(self) -> None:
        for path in list(self._open):
            self.drop(path)


@dataclass(frozen=True, slots=True)
class ThumbnailsJob:
    """Yields each request with its thumbnail, in this order; closes the files at the end."""

    requests: tuple[ThumbnailRequest, ...]
    look: ThumbnailLook
    sources: OpenSources
    way: ForegroundPriority = field(default_factory=ForegroundPriority)

    def run(self) -> Iterator[tuple[ThumbnailRequest, Thumbnail]]:
        for request in self.requests:
            self.way.wait(_STEP_ASIDE_S)
            yield request, self._made(request)
        self.sources.close()

    def _made(self, request: ThumbnailRequest) -> Thumbnail:
        try:
            return Thumbnail(self._drawn(request))
        except UserError as error:
            self.sources.drop(Path(request.path))
            if not exists(file_of(Path(request.path))):
                return Thumbnail(problem=MISSING)
            return Thumbnail(problem=error.reason[:1].upper() + error.reason[1:])

    def _drawn(self, request: ThumbnailRequest) -> QImage:
        source, own = self.sources.of(Path(request.path)), self.look
        channel = own.settings.channel if request.channel is None else request.channel
        if channel is not None and channel >= source.info.channels:
            channel = None
        levels = to_bytes(
            spectrogram_columns(
                source,
                replace(own.settings, channel=channel, overlap=min(own.settings.overlap, _OVERLAP)),
                request.start_s,
                request.wide_s / own.columns,
                own.columns,
                own.rows,
            )
        )
        look = own.look
        if own.fitted and own.settings.scale != "yamnet":
            look = look.fitted_to(levels)
            if look.ceiling_db <= _SILENCE_DB:
                look = replace(look, floor_db=_SILENCE_DB, ceiling_db=_SILENCE_DB / 2)
        table = color_table(look.colormap)[look.byte_table()]
        table[0] = 0  # outside the recording: shows the background
        return coded_image(np.ascontiguousarray(levels.T[::-1]), table.tolist())
