"""The owner of time: what span is visible, where the cursor is, how times are written."""

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.times import date_and_zone, time_text

_SAMPLES_IN_CLOSEST_VIEW = 24
_UNKNOWN_RATE_HZ = 48_000

_NARROWEST = 1 / 80
"""Share of the view from which on an event is seen well: some ten pixels."""
_NARROWEST_BY_HAND = 1 / 400
"""The same where the user chose how much is in view: two or three pixels."""
_SURROUNDINGS = 20
"""How many times as long as an event what is shown of its surroundings is."""


class Timeline(QObject):
    """View, cursor and selection of the open recording, in seconds from its start.

    Every track reads from here and asks here; the view always lies inside the recording.
    """

    view_changed = Signal(object)  # TimeSpan
    cursor_changed = Signal(float)
    selection_changed = Signal(object)  # TimeSpan | None
    recording_changed = Signal()
    time_text_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._duration_s = 0.0
        self._rate_hz = _UNKNOWN_RATE_HZ
        self._view = TimeSpan(0.0, 1.0)
        self._by_hand = False  # whether the user chose how much is in view
        self._zoomed_in = False  # whether it is as little as it is for a short event
        self._cursor_s = 0.0
        self._selection: TimeSpan | None = None
        self._band_hz: tuple[float, float] | None = None
        self._start: datetime | None = None
        self._by_clock = False

    @property
    def duration_s(self) -> float:
        return self._duration_s

    @property
    def sample_rate_hz(self) -> int:
        return self._rate_hz

    @property
    def view(self) -> TimeSpan:
        return self._view

    @property
    def cursor_s(self) -> float:
        return self._cursor_s

    @property
    def selection(self) -> TimeSpan | None:
        return self._selection

    @property
    def band_hz(self) -> tuple[float, float] | None:
        """Lowest and highest frequency of the selection; None where it has all frequencies."""
        return self._band_hz

    @property
    def by_clock(self) -> bool:
        """Whether clock times are written wherever the start of a recording is known."""
        return self._by_clock

    @property
    def clock_start(self) -> datetime | None:
        """When the recording began, if its times are clock times; None: they count from there."""
        return self._start if self._by_clock else None

    def set_start(self, start: datetime | None) -> None:
        """When the open recording began; None where nobody knows."""
        if start != self._start:
            self._start = start
            self.time_text_changed.emit()

    def show_clock(self, on: bool) -> None:
        if on != self._by_clock:
            self._by_clock = on
            self.time_text_changed.emit()

    def time_text(self, seconds: float, decimals: int = 3) -> str:
        """A place in the recording as every part of the window writes it."""
        return time_text(self.clock_start, seconds, decimals)

    def span_text(self, start_s: float, end_s: float) -> str:
        return f"{self.time_text(start_s)} – {self.time_text(end_s)}"

    def date_text(self, seconds: float) -> str:
        """Date and zone of a place while times are clock times, else ""."""
        return date_and_zone(self.clock_start, seconds) if self.clock_start else ""

    def set_recording(self, duration_s: float, rate_hz: int) -> None:
        """Resets to the whole of another recording in view (0 s: with none)."""
        self._duration_s = duration_s
        self._rate_hz = rate_hz or _UNKNOWN_RATE_HZ
        self._view = TimeSpan(0.0, duration_s or 1.0)
        self._by_hand = self._zoomed_in = False
        self._cursor_s = 0.0
        self._selection, self._band_hz = None, None
        self.recording_changed.emit()
        self.view_changed.emit(self._view)
        self.cursor_changed.emit(0.0)
        self.selection_changed.emit(None)

    def set_view(self, start_s: float, end_s: float) -> None:
        """Shows [start_s, end_s], moved and narrowed so that it lies inside the recording."""
        whole = self._duration_s or 1.0
        shortest = min(whole, _SAMPLES_IN_CLOSEST_VIEW / self._rate_hz)
        length = min(max(end_s - start_s, shortest), whole)
        centre = (start_s + end_s) / 2
        start = start_s if end_s - start_s == length else centre - length / 2
        start = min(max(start, 0.0), whole - length)
        view = TimeSpan(start, start + length)
        if view != self._view:
            self._view = view
            self.view_changed.emit(view)

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """Shows `factor` times as long a span; the time `at_s` stays where it is on screen.

        For the user, who so says how much is to be seen.
        """
        self._by_hand, self._zoomed_in = True, False
        view = self._view
        at = view.centre_s if at_s is None else at_s
        self.set_view(at - (at - view.start_s) * factor, at + (view.end_s - at) * factor)

    def pan(self, by_s: float) -> None:
        self.set_view(self._view.start_s + by_s, self._view.end_s + by_s)

    def show_all(self) -> None:
        """Shows the whole recording, as the user asked."""
        self._by_hand, self._zoomed_in = True, False
        self.set_view(0.0, self._duration_s or 1.0)

    def fit(self, span: TimeSpan, margin: float = 0.5) -> None:
        """Zooms so that `span` fills the view with `margin` of its length free on either side."""
        self._by_hand = self._zoomed_in = False
        room = max(span.duration_s * margin, 0.05)
        self.set_view(span.start_s - room, span.end_s + room)

    def reveal(self, span: TimeSpan) -> None:
        """Pans so that `span` is seen, or its start where it is too long.

        Nothing moves where all of it is in view, or it fills the view. Where it would be too narrow
        to be seen well, the view zooms to it and its surroundings; while the user has chosen how
        much is in view, only where it could not be seen at all. What was zoomed so far in that a
        longer one has no room zooms out again.
        """
        view = self._view
        narrow = _NARROWEST_BY_HAND if self._by_hand else _NARROWEST
        long = self._zoomed_in and span.duration_s > view.duration_s
        if long or 0 < span.duration_s < narrow * view.duration_s:
            half = _SURROUNDINGS * span.duration_s / 2
            self._by_hand, self._zoomed_in = False, True
            self.set_view(span.centre_s - half, span.centre_s + half)
            return
        if view.start_s <= span.start_s and span.end_s <= view.end_s:
            return
        if span.duration_s <= view.duration_s:
            self.pan(span.centre_s - view.centre_s)
        elif not (span.start_s <= view.start_s and view.end_s <= span.end_s):
            self.pan(span.start_s - 0.1 * view.duration_s - view.start_s)

    def set_cursor(self, time_s: float) -> None:
        time_s = min(max(time_s, 0.0), self._duration_s)
        if time_s != self._cursor_s:
            self._cursor_s = time_s
            self.cursor_changed.emit(time_s)

    def set_selection(
        self, span: TimeSpan | None, band_hz: tuple[float, float] | None = None
    ) -> None:
        """Selects a span, or a box of it on the spectrogram; None for nothing."""
        if span is not None:
            span = span.clipped(0.0, self._duration_s)
            span = span if span.duration_s > 0 else None
        band_hz = band_hz if span is not None else None
        if (span, band_hz) != (self._selection, self._band_hz):
            self._selection, self._band_hz = span, band_hz
            self.selection_changed.emit(span)
