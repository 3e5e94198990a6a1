"""The owner of the spectrogram: how it looks, and the tiles that have been computed."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from yamnet_gui.audio.overview import SpectrogramOverview
from yamnet_gui.audio.spectrogram import PRESETS, SpectrogramPreset, SpectrogramSettings
from yamnet_gui.core.pooling import max_rows
from yamnet_gui.gui.background.debounced import Debounced

from .frequency_axis import FrequencyAxis
from .spectrogram_look import SpectrogramLook
from .spectrogram_tiles import ROWS, TILE_COLUMNS, SpectrogramTiles, Tile, TileKey

_MOST_REQUESTED = 48
_GATHER_MS = 30
_LONGEST_MOVE_MS = 400
_NARROWEST_HZ = 50.0
"""No smaller part of the frequency axis is shown."""


class Spectrogram(QObject):
    """Tiles of the open recording at the zoom of the screen; requests those that are missing."""

    changed = Signal()
    axis_changed = Signal()
    tiles_wanted = Signal(object)  # list[TileKey], most wanted first

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rate_hz = 0
        self._duration_s = 0.0
        self._settings = PRESETS[0].settings
        self._zoom_hz: tuple[float, float] | None = None
        self._look = SpectrogramLook()
        self._automatic = True
        self._tiles = SpectrogramTiles(self._settings, 0.0)
        self._requested: frozenset[TileKey] = frozenset()
        self._moving = QElapsedTimer()
        self._gather = Debounced(self, _GATHER_MS, self._request)

    @property
    def settings(self) -> SpectrogramSettings:
        return self._settings

    @property
    def shown_settings(self) -> SpectrogramSettings:
        """The settings with the part of the frequency axis that is zoomed to."""
        if self._zoom_hz is None:
            return self._settings
        return replace(self._settings, low_hz=self._zoom_hz[0], high_hz=self._zoom_hz[1])

    @property
    def zoom_hz(self) -> tuple[float, float] | None:
        """The part of the frequency axis that is shown; None for all of it."""
        return self._zoom_hz

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
        return self._tiles.overview

    @property
    def axis(self) -> FrequencyAxis:
        """Which frequency lies at which height."""
        return FrequencyAxis(self.shown_settings, self._rate_hz)

    def set_recording(self, rate_hz: int, duration_s: float) -> None:
        """Forgets the former recording; 0 Hz where there is none."""
        self._rate_hz = rate_hz
        self._duration_s = duration_s
        self._zoom_hz = None
        self._forget(None)
        self.axis_changed.emit()
        self.changed.emit()

    def set_settings(self, settings: SpectrogramSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._zoom_hz = None
            self._on_axis()

    def zoom_frequencies(self, factor: float, fraction: float) -> None:
        """Shows `factor` times as much of the axis; the frequency at a height of `fraction` stays
        where it is."""
        low, high = self.axis.zoomed(factor, fraction)
        self.show_band(low, high)

    def show_band(self, low_hz: float, high_hz: float) -> None:
        """Shows these frequencies, as far as the settings have them and 50 Hz at least.

        The model's own spectrogram ("yamnet") has one axis only.
        """
        if self._settings.scale == "yamnet" or self._rate_hz <= 0:
            return
        least, most = self._settings.band(self._rate_hz)
        room = min(_NARROWEST_HZ, most - least)
        if high_hz - low_hz < room:
            low_hz = (low_hz + high_hz - room) / 2
            high_hz = low_hz + room
        low = min(max(low_hz, least), most - room)
        high = max(min(high_hz, most), low + room)
        zoom = None if (low, high) == (least, most) else (low, high)
        if zoom != self._zoom_hz:
            self._zoom_hz = zoom
            self._on_axis()

    def show_all_frequencies(self) -> None:
        """Shows the whole frequency axis of the settings again."""
        if self._zoom_hz is not None:
            self._zoom_hz = None
            self._on_axis()

    def _on_axis(self) -> None:
        self._forget(self.overview)
        self.axis_changed.emit()
        self.changed.emit()

    def use_preset(self, preset: SpectrogramPreset) -> None:
        self.set_settings(replace(preset.settings, channel=self._settings.channel))
        if preset.settings.scale == "yamnet":
            self.set_look(
                replace(self._look, floor_db=preset.floor_db, ceiling_db=preset.ceiling_db),
            )
        elif self.overview is not None:
            self.set_look(self._look.fitted(self.overview), automatic=True)

    @property
    def preset(self) -> int | None:
        """Which of the presets is in use; None for custom settings."""
        plain = replace(self._settings, channel=None)
        return next((i for i, p in enumerate(PRESETS) if p.settings == plain), None)

    def set_look(self, look: SpectrogramLook, automatic: bool = False) -> None:
        """Sets other colours or levels; with `automatic` they still follow the recording."""
        self._automatic = automatic
        if look != self._look:
            self._look = look
            self.changed.emit()

    def follow_levels(self, on: bool) -> None:
        """Whether the range of levels follows the recording from now on."""
        look = self._look
        if on and self.overview is not None and self._settings.scale != "yamnet":
            look = look.fitted(self.overview)
        self._automatic = on
        self.set_look(look, automatic=on)

    def set_overview(self, overview: SpectrogramOverview) -> None:
        """Sets a newer state of the coarse picture of the whole recording."""
        self._tiles.set_overview(overview)
        if self._automatic and self._settings.scale != "yamnet":
            self._look = self._look.fitted(overview)
        self.changed.emit()

    def put(self, key: TileKey, tile: Tile) -> None:
        """Stores a computed tile (256 columns, 256 rows)."""
        self._tiles.put(key, tile)
        self.changed.emit()

    def columns(self, start_s: float, end_s: float, count: int) -> Tile | None:
        """Bytes (256 rows, count), row 0 lowest; each column the loudest in it.

        0 where nothing is known yet; None where nothing is known at all. Requests what is missing.
        """
        if self._rate_hz <= 0:
            return None
        self._tiles.missing = []  # of a view that was left again nothing is computed
        column_s = (end_s - start_s) / count
        level = int(np.floor(np.log2(column_s)))
        tile_s = TILE_COLUMNS * 2.0**level
        first = max(int(np.floor(start_s / tile_s)), 0)
        last = max(int(np.ceil(end_s / tile_s)), first + 1)
        keys = [TileKey(level, index) for index in range(first, last)]
        strips = [self._tiles.get(key) for key in keys]
        if self._tiles.missing:
            self._gather_soon()
        if all(strip is None for strip in strips):
            return None
        empty = np.zeros((TILE_COLUMNS, ROWS), np.uint8)
        joined = np.concatenate([empty if s is None else s for s in strips])
        edges = (np.linspace(start_s, end_s, count + 1) - first * tile_s) / 2.0**level
        starts = np.clip(np.floor(edges[:-1]), 0, len(joined) - 1).astype(np.int64)
        stops = np.clip(np.ceil(edges[1:]), starts + 1, len(joined)).astype(np.int64)
        return max_rows(joined, starts, stops).T

    def level_at(self, time_s: float, hertz: float) -> float | None:
        """Level in dB at a point of the finest tile that is there; None where there is none."""
        if self._rate_hz <= 0:
            return None
        row = min(int(self.axis.height_of(hertz) * ROWS), ROWS - 1)
        return self._tiles.level_at(time_s, row)

    def _gather_soon(self) -> None:
        """Requests tiles once the view rests, so that computing does not slow down moving."""
        if not self._gather.active:
            self._moving.start()
            self._gather.start()
        elif self._moving.elapsed() < _LONGEST_MOVE_MS:
            self._gather.start()

    def _request(self) -> None:
        newest = dict.fromkeys(self._tiles.missing[-_MOST_REQUESTED:])
        wanted = [k for k in newest if k not in self._tiles]
        self._tiles.missing = []
        if wanted and frozenset(wanted) != self._requested:
            self._requested = frozenset(wanted)
            middle = wanted[len(wanted) // 2].index
            self.tiles_wanted.emit(sorted(wanted, key=lambda k: abs(k.index - middle)))

    def _forget(self, overview: SpectrogramOverview | None) -> None:
        self._tiles = SpectrogramTiles(self.shown_settings, self._duration_s, overview)
        self._requested = frozenset()
