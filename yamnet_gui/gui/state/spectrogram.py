"""The owner of the spectrogram: how it looks, and the tiles that have been computed."""

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from yamnet_gui.audio.frequency import frequency_at, height_of
from yamnet_gui.audio.overview import SpectrogramOverview
from yamnet_gui.audio.spectrogram import PRESETS, SpectrogramPreset, SpectrogramSettings
from yamnet_gui.core.pooling import max_rows
from yamnet_gui.gui.background.debounced import Debounced

ROWS = 256
"""Rows of a tile, from the lowest frequency to the highest."""
TILE_COLUMNS = 256
_KEPT_TILES = 640
_LOWEST_DB = -128.0
_STEP_DB = 0.5
_FALLBACK_LEVELS = 8
_MOST_ASKED = 48
_ROUND_HZ = tuple(m * 10**e for e in range(1, 6) for m in (1, 2, 5))
_GATHER_MS = 30
_LONGEST_MOVE_MS = 400
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


@dataclass(frozen=True, slots=True)
class SpectrogramLook:
    """Colours and range of levels. `contrast` above 1 darkens the weak, below 1 lifts it."""

    colormap: str = "magma"
    floor_db: float = -100.0
    ceiling_db: float = -20.0
    contrast: float = 1.0

    def byte_table(self) -> NDArray[np.uint8]:
        """Which of 256 colours each stored byte takes."""
        decibels = _LOWEST_DB + np.arange(256) * _STEP_DB
        reach = max(self.ceiling_db - self.floor_db, 1.0)
        part = np.clip((decibels - self.floor_db) / reach, 0.0, 1.0)
        return np.round(part**self.contrast * 255).astype(np.uint8)


def to_bytes(decibels: NDArray[np.float32]) -> Tile:
    """dB (rows, columns) as bytes (columns, rows) in steps of 0.5 dB; 0 where there is none."""
    steps = np.round((decibels - _LOWEST_DB) / _STEP_DB)
    known = ~np.isnan(decibels)
    result = np.where(known, np.clip(np.nan_to_num(steps), 1, 255), 0).astype(np.uint8)
    return np.ascontiguousarray(result.T)


class Spectrogram(QObject):
    """Tiles of the open recording at the zoom of the screen; asks for those that lack."""

    changed = Signal()
    axis_changed = Signal()
    tiles_wanted = Signal(object)  # list[TileKey], most wanted first

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rate_hz = 0
        self._duration_s = 0.0
        self._settings = PRESETS[0].settings
        self._look = SpectrogramLook()
        self._automatic = True
        self._overview: SpectrogramOverview | None = None
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._missing: list[TileKey] = []
        self._asked: frozenset[TileKey] = frozenset()
        self._moving = QElapsedTimer()
        self._gather = Debounced(self, _GATHER_MS, self._ask)

    @property
    def settings(self) -> SpectrogramSettings:
        return self._settings

    @property
    def look(self) -> SpectrogramLook:
        return self._look

    @property
    def automatic(self) -> bool:
        """Whether the range of levels follows the recording."""
        return self._automatic

    @property
    def waiting(self) -> bool:
        """Whether tiles are about to be asked for."""
        return self._gather.active

    @property
    def overview(self) -> SpectrogramOverview | None:
        return self._overview

    def set_recording(self, rate_hz: int, duration_s: float) -> None:
        """Forgets the former recording; 0 Hz where there is none."""
        self._rate_hz = rate_hz
        self._duration_s = duration_s
        self._overview = None
        self._forget()
        self.axis_changed.emit()
        self.changed.emit()

    def set_settings(self, settings: SpectrogramSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._forget()
            self.axis_changed.emit()
            self.changed.emit()

    def use_preset(self, preset: SpectrogramPreset) -> None:
        self.set_settings(replace(preset.settings, channel=self._settings.channel))
        if preset.settings.scale == "yamnet":
            self.set_look(
                replace(self._look, floor_db=preset.floor_db, ceiling_db=preset.ceiling_db),
            )
        elif self._overview is not None:
            self.set_look(self._fitted(self._overview), automatic=True)

    @property
    def preset(self) -> int | None:
        """Which of the presets is in use; None for settings of one's own."""
        plain = replace(self._settings, channel=None)
        return next((i for i, p in enumerate(PRESETS) if p.settings == plain), None)

    def set_look(self, look: SpectrogramLook, automatic: bool = False) -> None:
        """Takes other colours or levels; `automatic` lets them go on following the recording."""
        self._automatic = automatic
        if look != self._look:
            self._look = look
            self.changed.emit()

    def follow_levels(self, on: bool) -> None:
        """Whether the range of levels follows the recording from now on."""
        look = self._look
        if on and self._overview is not None and self._settings.scale != "yamnet":
            look = self._fitted(self._overview)
        self._automatic = on
        self.set_look(look, automatic=on)

    def set_overview(self, overview: SpectrogramOverview) -> None:
        """Takes a newer state of the coarse picture of the whole recording."""
        self._overview = overview
        for key in [k for k in self._tiles if self._is_coarse(k)]:
            del self._tiles[key]
        if self._automatic and self._settings.scale != "yamnet":
            self._look = self._fitted(overview)
        self.changed.emit()

    def put(self, key: TileKey, tile: Tile) -> None:
        """Takes a computed tile (256 columns, 256 rows)."""
        self._tiles[key] = tile
        while len(self._tiles) > _KEPT_TILES:
            self._tiles.popitem(last=False)
        self.changed.emit()

    def columns(self, start_s: float, end_s: float, count: int) -> Tile | None:
        """Bytes (256 rows, count), row 0 lowest; each column the loudest in it.

        0 where nothing is known yet; None where nothing is known at all. Asks for what lacks.
        """
        if self._rate_hz <= 0:
            return None
        self._missing = []  # of a view that was left again nothing is computed
        column_s = (end_s - start_s) / count
        level = int(np.floor(np.log2(column_s)))
        tile_s = TILE_COLUMNS * 2.0**level
        first = max(int(np.floor(start_s / tile_s)), 0)
        last = max(int(np.ceil(end_s / tile_s)), first + 1)
        keys = [TileKey(level, index) for index in range(first, last)]
        strips = [self._tile(key) for key in keys]
        if all(strip is None for strip in strips):
            return None
        empty = np.zeros((TILE_COLUMNS, ROWS), np.uint8)
        joined = np.concatenate([empty if s is None else s for s in strips])
        edges = (np.linspace(start_s, end_s, count + 1) - first * tile_s) / 2.0**level
        starts = np.clip(np.floor(edges[:-1]), 0, len(joined) - 1).astype(np.int64)
        stops = np.clip(np.ceil(edges[1:]), starts + 1, len(joined)).astype(np.int64)
        return np.ascontiguousarray(max_rows(joined, starts, stops).T)

    def frequency_at(self, fraction: float) -> float:
        """Frequency in Hz at a height of 0 (bottom) to 1 (top); 0 without a recording."""
        if self._rate_hz <= 0:
            return 0.0
        low, high = self._band()
        at = np.array([min(max(fraction, 0.0), 1.0)])
        return float(frequency_at(at, self._settings.scale, low, high)[0])

    def height_of(self, hertz: float) -> float:
        """Height from 0 (bottom) to 1 (top) of a frequency; 0 without a recording."""
        if self._rate_hz <= 0:
            return 0.0
        low, high = self._band()
        at = height_of(np.array([max(hertz, 0.0)]), self._settings.scale, low, high)
        return min(max(float(at[0]), 0.0), 1.0)

    def level_at(self, time_s: float, hertz: float) -> float | None:
        """Level in dB at a point of the finest tile that is there; None where there is none."""
        if self._rate_hz <= 0 or not self._tiles:
            return None
        low, high = self._band()
        height = height_of(np.array([hertz]), self._settings.scale, low, high)[0]
        row = min(max(int(height * ROWS), 0), ROWS - 1)
        for level in sorted({key.level for key in self._tiles}):
            column = time_s / 2.0**level
            tile = self._tiles.get(TileKey(level, int(column // TILE_COLUMNS)))
            value = 0 if tile is None else int(tile[int(column) % TILE_COLUMNS, row])
            if value:
                return _LOWEST_DB + value * _STEP_DB
        return None

    def marks(self, most: int) -> list[tuple[float, str]]:
        """At most about `most` marks of the frequency axis: (height from 0 to 1, text)."""
        if self._rate_hz <= 0:
            return []
        low, high = self._band()
        if self._settings.scale == "linear":
            step = next((r for r in _ROUND_HZ if (high - low) / r <= most), _ROUND_HZ[-1])
            values = np.arange(np.ceil(low / step), high / step + 1e-9) * step
        else:
            values = np.array([r for r in _ROUND_HZ if low <= r <= high], float)
        heights = height_of(values, self._settings.scale, low, high)
        marks: list[tuple[float, str]] = []
        for height, value in zip(heights.tolist(), values.tolist(), strict=True):
            apart = not marks or height - marks[-1][0] >= 0.8 / most
            if 0.03 <= height <= 0.97 and apart:
                text = f"{value / 1000:g} kHz" if value >= 1000 else f"{value:g} Hz"
                marks.append((height, text))
        return marks

    def _band(self) -> tuple[float, float]:
        if self._settings.scale == "yamnet":
            return 125.0, 7500.0
        return self._settings.band(self._rate_hz)

    def _is_coarse(self, key: TileKey) -> bool:
        """Whether a tile is made from the overview rather than from the file."""
        if self._overview is None:
            return False
        own_levels = self._settings.scale == "yamnet"  # of another kind than those of the overview
        # Columns are up to twice as long on screen as in a tile, so half a bin is fine enough.
        limit = _WIDEST_YAMNET_COLUMN_S if own_levels else self._overview.bin_s / 2
        return key.seconds_per_column >= limit

    def _tile(self, key: TileKey) -> Tile | None:
        found = self._tiles.get(key)
        if found is not None:
            self._tiles.move_to_end(key)
            return found
        if key.first_s >= self._duration_s:
            return np.zeros((TILE_COLUMNS, ROWS), np.uint8)
        if self._is_coarse(key):
            tile = self._from_overview(key)
            self._tiles[key] = tile
            return tile
        if self._overview is None and key.seconds_per_column > 0.125:
            return None  # the overview will tell; reading the whole file for it would be slow
        self._missing.append(key)
        self._gather_soon()
        return self._coarser(key)

    def _gather_soon(self) -> None:
        """Asks once the view rests, so that computing does not slow down the moving itself."""
        if not self._gather.active:
            self._moving.start()
            self._gather.start()
        elif self._moving.elapsed() < _LONGEST_MOVE_MS:
            self._gather.start()

    def _from_overview(self, key: TileKey) -> Tile:
        assert self._overview is not None
        return self._overview.steps(
            self._settings, key.first_s, key.seconds_per_column, TILE_COLUMNS, ROWS
        )

    def _coarser(self, key: TileKey) -> Tile | None:
        """The same stretch from a coarser tile, stretched; None where there is none."""
        for up in range(1, _FALLBACK_LEVELS + 1):
            parent = TileKey(key.level + up, key.index >> up)
            tile = self._tiles.get(parent)
            if tile is None and self._is_coarse(parent):
                tile = self._from_overview(parent)
                self._tiles[parent] = tile
            if tile is not None:
                part = TILE_COLUMNS >> up
                offset = (key.index - (parent.index << up)) * part
                return np.repeat(
                    tile[offset : offset + max(part, 1)], TILE_COLUMNS // max(part, 1), axis=0
                )
        return None

    def _ask(self) -> None:
        newest = dict.fromkeys(self._missing[-_MOST_ASKED:])
        wanted = [k for k in newest if k not in self._tiles]
        self._missing = []
        if wanted and frozenset(wanted) != self._asked:
            self._asked = frozenset(wanted)
            middle = wanted[len(wanted) // 2].index
            self.tiles_wanted.emit(sorted(wanted, key=lambda k: abs(k.index - middle)))

    def _forget(self) -> None:
        self._tiles.clear()
        self._missing = []
        self._asked = frozenset()

    def _fitted(self, overview: SpectrogramOverview) -> SpectrogramLook:
        """Levels from just above the recording's own noise floor to its loudest moments."""
        level = overview.levels[-1]
        ready = (
            len(level)
            if overview.finished
            else overview.ready_bins // 4 ** (len(overview.levels) - 1)
        )
        values = level[:ready]
        values = values[values > 0]
        if not len(values):
            return self._look
        low, high = np.percentile(values, [20, 99.8]) * _STEP_DB - 127.5
        ceiling = float(np.round(high))
        floor = float(np.round(np.clip(low, ceiling - 80, ceiling - 40)))
        return replace(self._look, floor_db=floor, ceiling_db=ceiling)
