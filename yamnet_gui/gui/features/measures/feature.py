"""Measures the selected event or span, and the events of the table while it shows measures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.core.events import Event
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.panels.event_columns import measure_text
from yamnet_gui.gui.times import length
from yamnet_gui.labels.measure_columns import MEASURES

from .jobs import Key, MeasureJob, key_of

if TYPE_CHECKING:
    from yamnet_gui.audio.measures import Measures
    from yamnet_gui.core.errors import UserError
    from yamnet_gui.gui.context import Context

_SETTING = "measure_columns"
_REST_MS = 120
"""How long borders and selection must rest before they are measured."""
_GATHER_MS = 40
_MOST_KEPT = 200_000
_SORT_EVERY_S = 3.0
"""How often rows move while more of them are measured."""
_BY_NAME = {column.csv: column for column in MEASURES}


class MeasuresFeature(Feature):
    """Stores what was measured of the open recording, by box and channel; nothing is written.

    The subject of the inspector goes first, then the rows of the table that are in sight, then all
    others where the table is sorted by a measure.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._settings = context.session.settings
        self._document = context.session.document
        self._selection = context.session.selection
        self._timeline = context.session.timeline
        self._inspector = context.shell.inspector
        self._panel = context.shell.events
        self._known: dict[Key, Measures] = {}
        self._wanted: dict[Key, Event] = {}
        self._running: frozenset[Key] = frozenset()
        self._sorted_at = 0.0
        self._problem = ""
        self._span_last = False  # whether time was selected after the event that is selected
        self._subject_job = LatestJob("measures", self, self._on_failed)
        self._table_job = LatestJob("measures of the table", self, self._on_failed)
        self._rest = Debounced(self, _REST_MS, self._measure_subject)
        self._gather = Debounced(self, _GATHER_MS, self._measure_rows)
        self._panel.model.set_measured(self._measured)
        self._panel.table.horizontalHeader().sortIndicatorChanged.connect(self._on_sorted)
        self._selection.changed.connect(self._on_event)
        self._timeline.selection_changed.connect(self._on_span)
        self._document.events_changed.connect(self._on_subject)
        self._document.recording_changed.connect(self._forget)
        action = context.shell.window.actions_by_id[_SETTING]
        action.setChecked(self._settings.value(_SETTING))
        action.toggled.connect(lambda on: self._settings.set(_SETTING, on))
        self._action = action
        self._settings.changed.connect(self._on_setting)
        self._on_setting(_SETTING)

    @property
    def busy(self) -> bool:
        waiting = self._rest.active or self._gather.active
        return waiting or self._subject_job.busy or self._table_job.busy

    def close(self) -> None:
        self._subject_job.close()
        self._table_job.close()

    # The event or selection of the inspector

    @property
    def _subject(self) -> Event | None:
        """What was selected last: one event, or the span or box as an event without a label."""
        if self._document.recording is None:
            return None
        span = self._timeline.selection
        event = self._selection.current_in(self._document.events)
        if span is None or (event is not None and not self._span_last):
            return event if len(self._selection.ids) == 1 else None
        low, high = self._timeline.band_hz or (None, None)
        return Event("", span.start_s, span.end_s, "", low_hz=low, high_hz=high)

    @Slot()
    def _on_event(self) -> None:
        self._span_last = self._span_last and not self._selection.ids
        self._on_subject()

    @Slot(object)
    def _on_span(self, span: object) -> None:
        self._span_last = span is not None
        self._on_subject()

    @Slot()
    def _on_subject(self, *_arguments: object) -> None:
        subject = self._subject
        if subject is None:
            self._rest.stop()
            self._subject_job.cancel()
            self._inspector.show_measures("", ())
        elif key_of(subject) in self._known:
            self._rest.stop()
            self._show(subject)
        else:
            self._rest.start()

    def _measure_subject(self) -> None:
        subject, recording = self._subject, self._document.recording
        if subject is not None and recording is not None:
            job = MeasureJob(recording.info, (subject,))
            self._subject_job.run(job, self._on_measured)

    def _show(self, subject: Event) -> None:
        measures = self._known[key_of(subject)]
        title = "Measures" if subject.id else "Measures of the selection"
        self._inspector.show_measures(title, _rows(subject, measures), above=not subject.id)

    # The table

    def _measured(self, event: Event, wanted: bool) -> Measures | None:
        known = self._known.get(key_of(event))
        if known is None and wanted and not self._problem:
            self._wanted[key_of(event)] = event
            self._gather.start_once()
        return known

    def _measure_rows(self) -> None:
        """What was painted last goes first; what has left the view waits until it is back."""
        recording = self._document.recording
        wanted = tuple(self._wanted.values())
        self._wanted = {}
        if recording is None:
            return
        if self._panel.model.sorted_by_measure:
            seen = {key_of(event) for event in wanted}
            every = (e for e in self._document.events if key_of(e) not in seen)
            wanted += tuple(e for e in every if key_of(e) not in self._known)
        keys = frozenset(map(key_of, wanted))
        if keys and not (self._table_job.busy and keys <= self._running):  # else it is on its way
            self._running = keys
            self._table_job.run(
                MeasureJob(recording.info, wanted),
                self._on_measured,
                on_done=lambda: self._show_rows(sort=True),
            )

    @Slot()
    def _on_sorted(self, *_arguments: object) -> None:
        if self._panel.model.sorted_by_measure:
            self._gather.start_once()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == _SETTING:
            on = self._settings.value(_SETTING)
            self._action.setChecked(on)
            self._panel.show_measures(on)

    # Results

    def _on_measured(self, measured: dict[Key, Measures]) -> None:
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        self._known.update(measured)
        subject = self._subject
        if subject is not None and key_of(subject) in measured:
            self._show(subject)
        if self._settings.value(_SETTING):
            due = time.monotonic() - self._sorted_at >= _SORT_EVERY_S
            self._show_rows(sort=due)

    def _show_rows(self, *, sort: bool) -> None:
        if sort:
            self._sorted_at = time.monotonic()
        self._panel.model.measures_changed(sort=sort)

    def _on_failed(self, error: UserError) -> None:
        """Said in the inspector; the table stays empty."""
        self._problem = str(error)
        if self._subject is not None:
            self._inspector.show_measures("Measures", [("Not measured", self._problem)])

    def _forget(self) -> None:
        self._subject_job.cancel()
        self._table_job.cancel()
        self._known, self._wanted, self._problem = {}, {}, ""
        self._running = frozenset()
        self._on_subject()


def _rows(subject: Event, measures: Measures) -> Sequence[tuple[str, str]]:
    """What the inspector shows; the duration and the frequencies of an event it has anyway."""

    def text(name: str) -> str:
        return measure_text(_BY_NAME[name], measures)

    rows: list[tuple[str, str]] = []
    if not subject.id:
        rows.append(("Duration", length(subject.duration_s)))
        if subject.low_hz is not None and subject.high_hz is not None:
            rows.append(
                ("Frequencies", f"{grouped(subject.low_hz)} – {grouped(subject.high_hz)} Hz")
            )
    if measures.peak_hz is not None:
        rows += [
            ("Peak frequency", f"{text('peak_hz')} Hz"),
            ("Centre frequency", f"{text('centre_hz')} Hz"),
            ("5%–95%", f"{text('freq_5_hz')} – {text('freq_95_hz')} Hz"),
            ("Bandwidth 90%", f"{text('bandwidth_90_hz')} Hz"),
        ]
    rows += [
        ("Peak level", f"{text('peak_dbfs')} dBFS"),
        ("RMS level", f"{text('rms_dbfs')} dBFS"),
    ]
    if measures.snr_db is not None:
        rows.append(("Signal to noise", f"{text('snr_db')} dB"))
    return rows
