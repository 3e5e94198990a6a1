"""Tiles of the spectrogram: those that are computed, and stand-ins from coarser ones."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio.overview import SpectrogramOverview
from yamnet_gui.audio.spectrogram import SpectrogramSettings

from .spectrogram_look import LOWEST_DB, STEP_DB

ROWS = 256
"""Rows of a tile, from the lowest frequency to the highest."""
TILE_COLUMNS = 256
_STORED_TILES = 640
_FALLBACK_LEVELS = 8
_WIDEST_YAMNET_COLUMN_S = 1.0

Tile = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, order=True)
class TileKey:
    """Columns [256·index, 256·index + 256), each 2**level seconds long, from the file's start."""

    level: int
    index: int

    @property
    def seconds_per_column(self) -> float:
        return 2.0**self.level

    @property
    def first_s(self) -> float:
        return self.index * TILE_COLUMNS * self.seconds_per_column


def to_bytes(decibels: NDArray[np.float32]) -> Tile:
    """dB (rows, columns) as bytes (columns, rows) in steps of 0.5 dB; 0 where there is none."""
    steps = np.round((decibels - LOWEST_DB) / STEP_DB)
    known = ~np.isnan(decibels)
    result = np.where(known, np.clip(np.nan_to_num(steps), 1, 255), 0).astype(np.uint8)
    return np.ascontiguousarray(result.T)


class SpectrogramTiles:
    """Tiles of one recording with one choice of settings; `missing` are those to be computed."""

    def __init__(
        self,
        settings: SpectrogramSettings,
        duration_s: float,
        overview: SpectrogramOverview | None = None,
    ) -> None:
        self.settings = settings
        self.duration_s = duration_s
        self.overview = overview
        self.missing: list[TileKey] = []
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()

    def __contains__(self, key: TileKey) -> bool:
        return key in self._tiles

    def set_overview(self, overview: SpectrogramOverview) -> None:
        """Drops the tiles that were made from an earlier state of the overview."""
        self.overview = overview
        for key in [k for k in self._tiles if self.is_coarse(k)]:
            del self._tiles[key]

    def put(self, key: TileKey, tile: Tile) -> None:
        """Stores a computed tile (256 columns, 256 rows), and drops those used longest ago."""
        self._tiles[key] = tile
        while len(self._tiles) > _STORED_TILES:
            self._tiles.popitem(last=False)

    def level_at(self, time_s: float, row: int) -> float | None:
        """Level in dB in a row of the finest tile that is there; None where there is none."""
        for level in sorted({key.level for key in self._tiles}):
            column = time_s / 2.0**level
            tile = self._tiles.get(TileKey(level, int(column // TILE_COLUMNS)))
            value = 0 if tile is None else int(tile[int(column) % TILE_COLUMNS, row])
            if value:
                return LOWEST_DB + value * STEP_DB
        return None

    def is_coarse(self, key: TileKey) -> bool:
        """Whether a tile is made from the overview rather than from the file."""
        if self.overview is None:
            return False
        own_levels = self.settings.scale == "yamnet"  # of another kind than those of the overview
        # Columns are up to twice as long on screen as in a tile, so half a bin is fine enough.
        limit = _WIDEST_YAMNET_COLUMN_S if own_levels else self.overview.bin_s / 2
        return key.seconds_per_column >= limit

    def get(self, key: TileKey) -> Tile | None:
        """A tile, or what a coarser one has of it until it is computed; None for nothing."""
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
            return tile
        if key.first_s >= self.duration_s:
            return np.zeros((TILE_COLUMNS, ROWS), np.uint8)
        if self.is_coarse(key):
            tile = self._from_overview(key)
            self._tiles[key] = tile
            return tile
        if self.overview is None and key.seconds_per_column > 0.125:
            return None  # the overview will have it; reading the whole file for it would be slow
        self.missing.append(key)
        return self._coarser(key)

    def _from_overview(self, key: TileKey) -> Tile:
        assert self.overview is not None
        return self.overview.steps(
            self.settings, key.first_s, key.seconds_per_column, TILE_COLUMNS, ROWS
        )

    def _coarser(self, key: TileKey) -> Tile | None:
        """The same span from a coarser tile, enlarged; None where there is none."""
        for up in range(1, _FALLBACK_LEVELS + 1):
            parent = TileKey(key.level + up, key.index >> up)
            tile = self._tiles.get(parent)
            if tile is None and self.is_coarse(parent):
                tile = self._from_overview(parent)
                self._tiles[parent] = tile
            if tile is not None:
                part = TILE_COLUMNS >> up
                offset = (key.index - (parent.index << up)) * part
                return np.repeat(
                    tile[offset : offset + max(part, 1)], TILE_COLUMNS // max(part, 1), axis=0
                )
        return None
