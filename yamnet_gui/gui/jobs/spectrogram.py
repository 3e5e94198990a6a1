"""Computing the spectrogram: the coarse one of the whole recording, and fine tiles of a view."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from yamnet_gui.audio import open_audio, peaks_key
from yamnet_gui.audio.overview import OverviewBuilder, SpectrogramOverview
from yamnet_gui.audio.spectrogram import SpectrogramSettings, spectrogram_columns
from yamnet_gui.core.cached_files import SPECTROGRAMS, shrink
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.storage.turns import going_first
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.state.spectrogram_tiles import ROWS, TILE_COLUMNS, Tile, TileKey, to_bytes

_SHOW_EVERY_S = 0.5
_KEPT_BYTES = 2**30
_STEP_ASIDE_S = 0.05
"""Between steps of some 5 ms, while something else has priority."""


@dataclass(frozen=True, slots=True)
class OverviewJob:
    """Yields ever more complete states of the coarse spectrogram; from the cache at once.

    While the network loads for the first scores, or the view moves, it goes slowly.
    """

    path: Path
    way: ForegroundPriority = field(default_factory=ForegroundPriority)

    def run(self) -> Iterator[SpectrogramOverview]:
        folder = user_cache_folder() / SPECTROGRAMS.folder
        stored = folder / f"{peaks_key(self.path)}.spectrogram"
        known = SpectrogramOverview.load(stored)
        if known is not None:
            yield known
            return
        with open_audio(self.path) as source:
            builder = OverviewBuilder(source)
            shown = time.monotonic()
            for _fraction in builder.run():
                self.way.wait(_STEP_ASIDE_S)
                if time.monotonic() - shown >= _SHOW_EVERY_S:
                    shown = time.monotonic()
                    yield builder.overview
            overview = builder.overview
        yield overview
        try:
            folder.mkdir(parents=True, exist_ok=True)
            overview.save(stored)
            shrink(folder.parent, SPECTROGRAMS, _KEPT_BYTES)
        except OSError:
            stored.unlink(missing_ok=True)  # no room: it is computed again next time


@dataclass(frozen=True, slots=True)
class TilesJob:
    """Computes tiles one by one, most wanted first; slowly while the view moves."""

    path: Path
    settings: SpectrogramSettings
    keys: tuple[TileKey, ...]
    way: ForegroundPriority = field(default_factory=ForegroundPriority)

    def run(self) -> Iterator[tuple[TileKey, Tile]]:
        with going_first(), open_audio(self.path) as source:
            for key in self.keys:
                self.way.wait(_STEP_ASIDE_S)
                decibels = spectrogram_columns(
                    source, self.settings, key.first_s, key.seconds_per_column, TILE_COLUMNS, ROWS
                )
                tile = to_bytes(decibels)
                tile.flags.writeable = False
                yield key, tile
