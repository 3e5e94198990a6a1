"""Rows of the program's own table as events: by column, and one by one where something is odd."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from yamnet_gui.core.clock_time import known_clock_time, stored_moment
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.event_block import DEFAULTS
from yamnet_gui.core.events import EventSource, Original, ReviewState

from .collector import Collector
from .review_words import state_of
from .text import unescape_formula


class RowReader:
    """Makes events of rows. `places`: where each column is."""

    def __init__(self, collector: Collector, places: Mapping[str, int]) -> None:
        self._collector = collector
        self._places = places
        self._times = (places["onset_s"], places["offset_s"])
        self._label = places["label"]
        self._file = places.get("file")
        self._heard = places.get("recorded_at")
        self._model = places.get("model_sha256")
        self._given = (
            {"class_index": None, "mid": ""} if {"class_index", "mid"} & places.keys() else {}
        )
        self._further: list[tuple[str, int, _Make, dict[str, Any] | None]] = [
            (name, places[name], make, None if make is Collector.number else {})
            for name, make in _FURTHER
            if name in places
        ]
        self._first = [places[n] for n in ("original_onset_s", "original_offset_s") if n in places]

    def read(self, block: Sequence[tuple[int, Sequence[str]]]) -> None:
        """The events of these rows, each with its line. Raises LabelsError."""
        if not self._read_columns(block):
            for line, row in block:
                self._read_row(row, line)

    def _read_columns(self, block: Sequence[tuple[int, Sequence[str]]]) -> bool:
        """What `_read_row` does with each row; False, and nothing is done, where one is odd."""
        collector = self._collector
        cells = list(zip(*(row for _, row in block), strict=False))
        times = [collector.all_seconds(cells[place]) for place in self._times]
        if times[0] is None or times[1] is None:
            return False
        columns: dict[str, Sequence[Any]] = {"onset_s": times[0], "offset_s": times[1]}
        labels = {cell: unescape_formula(cell) for cell in set(cells[self._label])}
        columns["label"] = [labels[cell] for cell in cells[self._label]]
        columns |= {name: [empty] * len(block) for name, empty in self._given.items()}
        try:
            for name, place, make, made in self._further:
                if any(cells[place]):
                    values = self._column(name, cells[place], make, made)
                    if values is None:
                        return False
                    columns[name] = values
            if any(any(cells[place]) for place in self._first):
                columns["original"] = [
                    self._original(row, line) if any(row[k] for k in self._first) else None
                    for line, row in block
                ]
            names: Sequence[str | None] = [None] * len(block)
            if self._file is not None:
                files = {cell: unescape_formula(cell) for cell in set(cells[self._file])}
                names = [files[cell] for cell in cells[self._file]]
            begun = self._beginnings(cells, names, times[0])
        except LabelsError:
            return False
        if not collector.events(names, columns):
            return False
        for file, start, model in begun:
            collector.recording(file, recorded_at=start, model_sha256=model)
        return True

    def _column(
        self, name: str, cells: Sequence[str], make: "_Make", made: dict[str, Any] | None
    ) -> Sequence[Any] | None:
        """The values of cells; None, or LabelsError, where one has to be looked at by itself."""
        if made is None:
            return self._collector.all_numbers(cells)
        different = set(cells)
        if len(made) + len(different) > _REMEMBERED:
            made.clear()
        made[""] = _EMPTY[name]
        for cell in different - made.keys():
            made[cell] = make(self._collector, cell, 0, name)
        return [made[cell] for cell in cells]

    def _beginnings(
        self, cells: Sequence[Sequence[str]], names: Sequence[str | None], onsets: Sequence[float]
    ) -> list[tuple[str | None, datetime | None, str]]:
        """What rows say of recordings: the first time at which one began, and its first model."""
        begun: dict[tuple[str | None, bool], tuple[str | None, datetime | None, str]] = {}
        if self._heard is not None and any(cells[self._heard]):
            heard = cells[self._heard]
            moments = {cell: moment(self._collector, cell, 0, "recorded_at") for cell in set(heard)}
            for name, cell, onset_s in zip(names, heard, onsets, strict=True):
                when = moments[cell]
                if when is None or (name, True) in begun:
                    continue
                if (start := known_clock_time(when, -onset_s)) is not None:
                    begun[name, True] = name, start, ""
        if self._model is not None and any(cells[self._model]):
            for name, model in zip(names, cells[self._model], strict=True):
                if model and (name, False) not in begun:
                    begun[name, False] = name, None, unescape_formula(model)
        return list(begun.values())

    def _read_row(self, row: Sequence[str], line: int) -> None:
        """Raises LabelsError."""
        collector = self._collector
        onset_s = collector.seconds(row[self._times[0]], line, "onset")
        offset_s = collector.seconds(row[self._times[1]], line, "offset")
        fields: dict[str, Any] = dict(self._given)
        for name, place, make, made in self._further:
            cell = row[place]
            if not cell:
                continue
            if made is None:
                fields[name] = make(collector, cell, line, name)
            elif cell in made:
                fields[name] = made[cell]
            else:
                if len(made) >= _REMEMBERED:
                    made.clear()
                fields[name] = made[cell] = make(collector, cell, line, name)
        if any(row[place] for place in self._first):
            fields["original"] = self._original(row, line)
        file = None if self._file is None else unescape_formula(row[self._file])
        label = unescape_formula(row[self._label])
        collector.event(file, onset_s, offset_s, label, line, **fields)
        heard = "" if self._heard is None else row[self._heard]
        model = "" if self._model is None else row[self._model]
        if heard or model:
            when = moment(collector, heard, line, "recorded_at")
            start = known_clock_time(when, -onset_s) if when else None
            collector.recording(file, recorded_at=start, model_sha256=unescape_formula(model))

    def _original(self, row: Sequence[str], line: int) -> Original:
        label, onset_s, offset_s = (
            row[self._places[name]] if name in self._places else ""
            for name in ("original_label", "original_onset_s", "original_offset_s")
        )
        return Original(
            unescape_formula(label),
            self._collector.seconds(onset_s, line, "original onset"),
            self._collector.seconds(offset_s, line, "original offset"),
        )


def _text(collector: Collector, text: str, line: int, what: str) -> str:
    return unescape_formula(text)


def _state(collector: Collector, text: str, line: int, what: str) -> ReviewState:
    state = state_of(text)
    if state is None:
        raise collector.error(f"{text[:40]!r} is not a state of review", line)
    return state


def _source(collector: Collector, text: str, line: int, what: str) -> EventSource:
    try:
        return EventSource(text.strip().lower() or "imported")
    except ValueError as error:
        raise collector.error(str(error), line) from error


def _count(collector: Collector, text: str, line: int, what: str) -> int | None:
    value = collector.number(text, line, what)
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise collector.error(f"{what} {text!r} is not a whole number of 0 or more", line)
    return int(value)


def moment(collector: Collector, text: str, line: int, what: str) -> datetime | None:
    if not text or text.isspace():
        return None
    try:
        return _parsed_moment(text.strip())
    except ValueError as error:
        raise collector.error(f"{text[:40]!r} is not a date and time", line) from error


_parsed_moment = lru_cache(1024)(stored_moment)  # whoever reviews does so many a second

_EMPTY = {**DEFAULTS, "source": EventSource.IMPORTED}
_REMEMBERED = 1000
"""Different cells of a column whose meaning is known: nearly all say one of a few words."""
_Make = Callable[[Collector, str, int, str], Any]
_FURTHER: tuple[tuple[str, _Make], ...] = (
    *(
        (n, Collector.number)
        for n in ("score_max", "score_mean", "probability", "low_hz", "high_hz")
    ),
    *((n, _text) for n in ("reviewer", "note", "rules_id", "mid")),
    ("class_index", _count),
    ("channel", _count),
    ("state", _state),
    ("source", _source),
    ("reviewed_utc", moment),
)
