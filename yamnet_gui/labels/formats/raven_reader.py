"""Reads Raven selection tables of any program, separator, spelling and decimal mark."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.labels.measure_columns import RAVEN_NAMES

from .base import ImportResult, ReadOptions
from .birdnet import is_no_call, note_no_call
from .collector import Collector
from .layout import fold_name
from .raven_columns import (
    BASE_COLUMNS,
    KNOWN,
    OWN_COLUMNS,
    SCORE_COLUMNS,
    is_own,
    joined_note,
    label_column,
)
from .review_words import state_of
from .sample import Sample
from .table_text import NamedRows, table_of

_TIMES = ("Begin Time (s)", "End Time (s)")
_FILES = ("Begin Path", "Begin File")


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Views of one selection are one event; columns of the user's own become the note."""
    collector = Collector("raven", path, options)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    table.columns(_TIMES)
    label_name = label_column(table, options.label_column)
    if label_name is None:
        collector.warn("no column holds labels, so events have none")
    reader = _Reader(collector, table, label_name)
    for line, row, channels in _selections(table, reader):
        try:
            reader.read(row, channels, line)
        except LabelsError as error:
            collector.skip(error)
    return collector.result()


class _Reader:
    """Makes events of the rows of one table."""

    def __init__(self, collector: Collector, table: NamedRows, label_name: str | None) -> None:
        self._collector = collector
        known = (*BASE_COLUMNS, *OWN_COLUMNS, *_FILES, *SCORE_COLUMNS)
        self._at = table.columns((), known)
        self._file_places = [self._at[name] for name in _FILES if name in self._at]
        self._label_at = table.columns((label_name,))[label_name] if label_name else None
        self._score_at = next((self._at[n] for n in SCORE_COLUMNS if n in self._at), None)
        taken = [label_name] if label_name else []
        made = RAVEN_NAMES if is_own(table) else ()  # ours are measured again at will
        others = table.others((*KNOWN, *taken, *made))
        self._notes = {n: k for n, k in others.items() if k != self._score_at}

    def has_views(self, table: NamedRows) -> bool:
        """Whether a selection has several rows. Raises LabelsError where files cannot be told."""
        files: set[str | None] = set()
        seen: set[int] = set()
        several = False
        for _, row in table.rows():
            files.add(self._file(row))
            if not several and (key := self.key(row)) is not None:
                rows = len(seen)
                seen.add(hash(key))  # two that are alike by chance only cost time
                several = len(seen) == rows
        if len(files) > 1 and "File Offset (s)" not in self._at:
            raise self._collector.error(
                "speaks of several files but has no column 'File Offset (s)'",
                advice="add that column in Raven, so that times within each file are known",
            )
        return several

    def key(self, row: Sequence[str]) -> tuple | None:
        """Rows with the same key are views or channels of one selection; None: it has no number."""
        selection = self._cell(row, "Selection")
        if not selection:
            return None
        times = (self._cell(row, "Begin Time (s)"), self._cell(row, "End Time (s)"))
        return (selection, self._file(row), *times)

    def is_waveform(self, row: Sequence[str]) -> bool:
        return self._cell(row, "View").casefold().startswith("waveform")

    def channel_cell(self, row: Sequence[str]) -> str:
        """The channel in the file, if the row says it, else the one of the view."""
        return self._cell(row, "Source Channel") or self._cell(row, "Channel")

    def _cell(self, row: Sequence[str], name: str) -> str:
        place = self._at.get(name)
        return row[place].strip() if place is not None else ""

    def _file(self, row: Sequence[str]) -> str | None:
        for place in self._file_places:
            if cell := row[place].strip():
                return cell
        return None

    def read(self, row: Sequence[str], channels: Sequence[str], line: int) -> None:
        collector = self._collector
        begin_text, end_text = (self._cell(row, name) for name in _TIMES)
        if not begin_text and not end_text:
            collector.skip(collector.error("has no times", line))
            return
        begin = collector.seconds(begin_text, line, "begin time")
        end = collector.seconds(end_text, line, "end time")
        if end < begin:
            raise collector.error(f"ends at {end:g} s, before it starts at {begin:g} s", line)
        within = self._cell(row, "File Offset (s)")
        onset_s = collector.seconds(within, line, "file offset") if within else begin
        offset_s = round(onset_s + (end - begin), 6) if within else end
        name = self._file(row)
        info = collector.recording(name)
        label = row[self._label_at] if self._label_at is not None else ""
        if is_no_call(label):
            note_no_call(collector, name, onset_s, offset_s)
            return
        fields = self._fields(row, channels, info, line)
        collector.event(name, onset_s, offset_s, label, line, **fields)

    def _fields(
        self, row: Sequence[str], channels: Sequence[str], info: RecordingInfo, line: int
    ) -> dict[str, Any]:
        collector = self._collector
        low = collector.number(self._cell(row, "Low Freq (Hz)"), line, "low frequency")
        high = collector.number(self._cell(row, "High Freq (Hz)"), line, "high frequency")
        if low == 0 and info.sample_rate_hz > 0 and high == info.sample_rate_hz / 2:
            low = high = None
        fields: dict[str, Any] = {"low_hz": low, "high_hz": high}
        fields["channel"] = self._channel(row, channels, info, line)
        if self._score_at is not None:
            fields["score_max"] = collector.number(row[self._score_at], line, "score")
        properties: list[tuple[str, str]] = []
        if self._notes:
            properties = [(name, row[k]) for name, k in self._notes.items()]
        note_at = self._at.get("Note")
        rest = row[note_at] if note_at is not None else ""
        fields["note"] = joined_note(properties, rest) if properties else rest
        state_text = self._cell(row, "State")
        state = state_of(state_text)
        if state is not None:
            fields["state"] = state
        else:
            fields["note"] = joined_note([*properties, ("State", state_text)], rest)
        return fields

    def _channel(
        self, row: Sequence[str], channels: Sequence[str], info: RecordingInfo, line: int
    ) -> int | None:
        """Raven counts from 1; our own tables also store whether the channels were mixed.

        A selection in several channels is about all of them together.
        """
        own = "Source Channel" in self._at
        if len(channels) > 1:
            return None
        text = self._cell(row, "Source Channel" if own else "Channel")
        value = self._collector.number(text, line, "channel")
        if value is None:
            return None
        if value < 1 or value != int(value):
            raise self._collector.error("the channel is not a whole number of 1 or more", line)
        mono = not own and value == 1 and info.channels <= 1
        return None if mono else int(value) - 1


def _selections(
    table: NamedRows, reader: _Reader
) -> Iterator[tuple[int, Sequence[str], Sequence[str]]]:
    """(line, row, its channels) of each selection; of several views the spectrogram counts."""
    if not reader.has_views(table):
        yield from ((line, row, ()) for line, row in table.rows())
        return
    selections: dict[tuple, tuple[int, Sequence[str]]] = {}
    channels: dict[tuple, dict[str, None]] = {}
    for line, view in table.rows():
        same = reader.key(view) or (line,)
        channels.setdefault(same, {})[reader.channel_cell(view)] = None
        if same not in selections or reader.is_waveform(selections[same][1]):
            selections[same] = (line, view)
    for same, (first, best) in selections.items():
        yield first, best, tuple(channels[same])


def recognise(sample: Sample) -> bool:
    return sample.has_columns(*_TIMES)


def flaw(sample: Sample) -> str:
    """A table of Raven without its times, or with those of another kind."""
    known = [name for name in BASE_COLUMNS if sample.has_columns(name)]
    lacking = [name for name in _TIMES if fold_name(name) not in sample.columns]
    return f"the column {lacking[0]!r} is missing" if len(known) >= 3 and lacking else ""
