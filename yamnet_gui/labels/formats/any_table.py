"""Any table: columns as the user maps them, or as they are guessed."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import LabelsError, UserError
from yamnet_gui.core.events import RecordingInfo, ReviewState
from yamnet_gui.core.json_text import parse_json

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .column_guess import guess_columns
from .columns import LISTS, ColumnMapping, Role, TimeUnit, in_words
from .layout import fold_name, is_sound_name
from .name_lists import split_names
from .notes import noted
from .review_words import state_of
from .sample import Sample
from .table_text import NamedRows, table_of
from .table_writer import DEFAULT, EMPTY, capabilities, clean, time_step_s, write

_PRESENT = frozenset({"1", "1.0", "true", "pos", "yes", "y", "x", "t"})
_ABSENT = frozenset({"", "0", "0.0", "false", "neg", "no", "n", "f", "nan"})
_CLOCK = re.compile(r"(-?)(?:(\d+):)?(\d+):(\d+(?:[.,]\d*)?)")


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The beginning of a table, for a preview: names of columns (None: it has none), and rows."""

    header: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...]
    mapping: ColumnMapping

    @property
    def width(self) -> int:
        return len(self.header) if self.header is not None else max(map(len, self.rows), default=0)


def first_rows(path: Path, options: ReadOptions) -> FirstRows:
    """The first rows of a table with the mapping that is chosen or guessed. Raises LabelsError."""
    table = table_of(path, options)
    header = tuple(table.header) if table.header is not None else None
    return FirstRows(header, tuple(map(tuple, table.beginning)), mapping_of(table, options))


def mapping_of(table: NamedRows, options: ReadOptions) -> ColumnMapping:
    """The mapping that is chosen, or guessed from the first rows."""
    chosen = options.columns
    if chosen is not None and chosen.columns:
        return chosen
    guess = guess_columns(table.header, table.beginning)
    if chosen is None:
        return guess
    return replace(guess, separator=chosen.separator, header=chosen.header)


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads any text table. Raises LabelsError; rows that are wrong are left out and named."""
    table = table_of(path, options)
    return read_rows(table, path, options, mapping_of(table, options))


def read_rows(
    table: NamedRows, path: Path, options: ReadOptions, mapping: ColumnMapping, name: str = "table"
) -> ImportResult:
    """The events of a table whose columns are mapped. Raises LabelsError."""
    collector = Collector(name, path, options)
    collector.decimal_comma = table.decimal_comma
    places = _places(path, table.header, mapping)
    if not any(role in places for role in (Role.LABEL, Role.CLASS, Role.ONSET)):
        raise LabelsError(
            path, "is a table in which no column looks like a time or a label", "name the columns"
        )
    reader = _RowReader(collector, mapping, places, _titles(table.header, mapping), path)
    if not reader.has_names:
        collector.recording(None)
    if options.columns is None or not options.columns.columns:
        if unused := _unused(table.header, places):
            collector.warn(f"columns left out: {', '.join(unused)}")
        for doubt in mapping.doubts:
            collector.warn(doubt)
    width = len(table.header) if table.header is not None else None
    for line, row in table.rows():
        if width is not None and len(row) > width and any(row[width:]):
            collector.warn(f"{row[width][:40]!r} stands beyond the last column", line)
        try:
            reader.read(row, line)
        except LabelsError as error:
            collector.skip(error)
    return replace(collector.result(), columns=in_words(mapping, table.header))


def _places(
    path: Path, header: Sequence[str] | None, mapping: ColumnMapping
) -> dict[Role, list[int]]:
    """Positions of the columns of each role. Raises LabelsError where one is missing."""
    by_name: dict[str, int] = {}
    for k, name in enumerate(header or ()):
        by_name.setdefault(fold_name(name), k)
    places: dict[Role, list[int]] = {}
    for role, name in mapping.columns:
        place = by_name.get(fold_name(name))
        if place is None and re.fullmatch(r"[1-9]\d{0,4}", name):
            place = int(name) - 1
            if header is not None and place >= len(header):
                place = None
        if place is None:
            there = ", ".join(repr(n) for n in list(header or ())[:12])
            advice = f"it has {there}" if there else "its columns have no names: give their numbers"
            raise LabelsError(path, f"the column {name!r} ({role.value}) is missing", advice)
        places.setdefault(role, []).append(place)
    return places


def _titles(header: Sequence[str] | None, mapping: ColumnMapping) -> dict[Role, list[str]]:
    titles: dict[Role, list[str]] = {}
    for role, name in mapping.columns:
        number = header is not None and name.isdigit() and name not in header
        title = header[int(name) - 1] if number and header is not None else name
        titles.setdefault(role, []).append(title)
    return titles


def _unused(header: Sequence[str] | None, places: Mapping[Role, Sequence[int]]) -> list[str]:
    used = {k for positions in places.values() for k in positions}
    return [repr(n) for k, n in enumerate(header or ()) if k not in used and n.strip()]


class _RowReader:
    """Makes events of rows."""

    def __init__(
        self,
        collector: Collector,
        mapping: ColumnMapping,
        places: Mapping[Role, Sequence[int]],
        titles: Mapping[Role, Sequence[str]],
        path: Path,
    ) -> None:
        self._collector = collector
        self._mapping = mapping
        self._several = {role: list(positions) for role, positions in places.items()}
        # by names, as Python works out the hash of an enumeration's member each time
        self._one = {role.name: positions[0] for role, positions in places.items()}
        self._name_places = self._several.get(Role.RECORDING, [])
        self._label_places = self._several.get(Role.LABEL, [])
        self._has_classes = Role.CLASS in places
        self._has_onset, self._has_offset = Role.ONSET in places, Role.OFFSET in places
        self._titles = titles
        self._path = path
        self._lengths: dict[Path, float] = {}
        self.has_names = Role.RECORDING in places
        further = (Role.LOW, Role.HIGH, Role.SCORE, Role.STATE, Role.CHANNEL, Role.REVIEWER)
        self._further = [
            (role, places[role][0]) for role in (*further, Role.NOTE) if role in places
        ]

    def read(self, row: Sequence[str], line: int) -> None:
        name = self._recording(row)
        if self.has_names and name is None:
            raise self._collector.error("names no recording", line)
        labels = self._labels(row)
        states = self._classes(row, line) if self._has_classes else {}
        info = self._collector.recording(name)
        if not labels and not states:
            if self._has_classes or self._empty_times(row):
                return  # the recording is named, nothing is in it
            labels = [""]
        onset_s, offset_s = self._times(row, line, name, info)
        fields = self._fields(row, line) if self._further else {}
        for label in labels:
            self._collector.event(name, onset_s, offset_s, label, line, **fields)
        for label, state in states.items():
            given = fields if state is None else {**fields, "state": state}
            self._collector.event(name, onset_s, offset_s, label, line, **given)

    def _cell(self, row: Sequence[str], role: Role) -> str:
        place = self._one.get(role._name_)
        return row[place].strip() if place is not None and place < len(row) else ""

    def _cells(self, row: Sequence[str], role: Role) -> list[str]:
        places = self._several.get(role, ())
        return [row[k].strip() if k < len(row) else "" for k in places]

    def _recording(self, row: Sequence[str]) -> str | None:
        if len(self._name_places) == 1:
            return self._cell(row, Role.RECORDING) or None
        parts = [c for c in self._cells(row, Role.RECORDING) if c]
        if len(parts) > 1:
            parts = [*(p.rstrip("/\\") for p in parts[:-1]), parts[-1].lstrip("/\\")]
        return "/".join(parts) or None

    def _labels(self, row: Sequence[str]) -> list[str]:
        cell = self._cell(row, Role.LABEL)
        apart = self._mapping.labels_apart
        if cell and not apart and len(self._label_places) == 1:
            return [] if cell.casefold() in EMPTY else [cell]
        cells = [c for c in self._cells(row, Role.LABEL) if c.casefold() not in EMPTY]
        if len(cells) != 1:
            return [" ".join(cells)] if cells else []
        return split_labels(cells[0], apart)

    def _classes(self, row: Sequence[str], line: int) -> dict[str, ReviewState | None]:
        """Label → its state (None: simply present) of the columns that stand for one label each."""
        present: dict[str, ReviewState | None] = {}
        for title, cell in zip(self._titles[Role.CLASS], self._cells(row, Role.CLASS), strict=True):
            word = cell.casefold()
            if word in _PRESENT:
                present[title] = None
            elif word not in _ABSENT:
                if state_of(word) is not ReviewState.UNCERTAIN:
                    reason = f"{cell[:40]!r} does not say whether {title!r} is present"
                    raise self._collector.error(reason, line)
                present[title] = ReviewState.UNCERTAIN
        return present

    def _empty_times(self, row: Sequence[str]) -> bool:
        roles = (Role.ONSET, Role.OFFSET, Role.DURATION)
        return all(self._cell(row, role).casefold() in EMPTY for role in roles)

    def _times(
        self, row: Sequence[str], line: int, name: str | None, info: RecordingInfo
    ) -> tuple[float, float]:
        if not self._has_onset:
            length_s = self._length_s(name, info)
            return 0.0, length_s
        scale = self._scale(row, line, info)
        onset_s = self._time(self._cell(row, Role.ONSET), scale, line, "onset")
        if self._has_offset:
            return onset_s, self._time(self._cell(row, Role.OFFSET), scale, line, "offset")
        duration = self._cell(row, Role.DURATION)
        if not duration:
            return onset_s, onset_s
        length_s = self._time(duration, scale, line, "duration")
        return onset_s, round(onset_s + length_s, 6) if length_s else onset_s

    def _time(self, text: str, scale: float, line: int, what: str) -> float:
        if ":" in text and (match := _CLOCK.fullmatch(text)):
            hours, minutes, rest = (
                float((part or "0").replace(",", ".")) for part in match.group(2, 3, 4)
            )
            text = f"{match[1]}{hours * 3600 + minutes * 60 + rest:.6f}"
            scale = 1.0
        value = self._collector.seconds(text, line, what)
        return value if scale == 1.0 else round(value * scale, 9)

    def _scale(self, row: Sequence[str], line: int, info: RecordingInfo) -> float:
        """Seconds of one unit of time."""
        match self._mapping.unit:
            case TimeUnit.SECONDS:
                return 1.0
            case TimeUnit.MILLISECONDS:
                return 1e-3
            case TimeUnit.MINUTES:
                return 60.0
            case TimeUnit.FRAMES:
                if self._mapping.hop_s is None:
                    raise self._collector.error(
                        "times are frames", line, "give the seconds from frame to frame (hop=…)"
                    )
                return self._mapping.hop_s
        cell = self._cell(row, Role.RATE)
        rate = self._collector.number(cell, line, "sample rate") or self._mapping.rate_hz
        rate = rate or float(info.sample_rate_hz)
        if not rate or rate <= 0:
            raise self._collector.error(
                "times are samples of an unknown rate", line, "give the sample rate (rate_hz=…)"
            )
        return 1.0 / rate

    def _length_s(self, name: str | None, info: RecordingInfo) -> float:
        """The length of a recording that is labelled as a whole; 0 where nothing tells it."""
        if info.duration_s > 0:
            return info.duration_s
        path = self._path.parent / info.path
        if path not in self._lengths:
            try:
                with open_audio(path) as source:
                    self._lengths[path] = source.info.duration_s
            except (UserError, OSError):
                self._lengths[path] = 0.0
                self._collector.warn(
                    f"the length of {info.path} is not known, so its labels stand at its start"
                )
        length_s = self._lengths[path]
        self._collector.recording(name, duration_s=length_s)
        return length_s

    def _fields(self, row: Sequence[str], line: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for role, place in self._further:
            cell = row[place].strip() if place < len(row) else ""
            if cell.casefold() in EMPTY and role is not Role.NOTE:
                continue
            match role:
                case Role.LOW | Role.HIGH:
                    value = self._collector.number(cell, line, f"{role.value} frequency")
                    scale = 1000.0 if self._mapping.khz else 1.0
                    fields[f"{role.value}_hz"] = None if value is None else value * scale
                case Role.SCORE:
                    score = self._collector.number(cell, line, "score")
                    percent = self._mapping.percent and score is not None
                    fields["score_max"] = score / 100 if percent and score else score
                case Role.STATE:
                    state = state_of(cell)
                    if state is None:
                        raise self._collector.error(f"{cell[:40]!r} is no state of review", line)
                    fields["state"] = state
                case Role.CHANNEL:
                    fields["channel"] = self._channel(cell, line)
                case Role.REVIEWER:
                    fields["reviewer"] = cell
                case Role.NOTE:
                    fields["note"] = self._note(row)
        return fields

    def _channel(self, cell: str, line: int) -> int | None:
        value = self._collector.number(cell, line, "channel")
        first = 0 if self._mapping.channel_0 else 1
        if value is None:
            return None
        if value < first or value != int(value):
            reason = f"the channel {cell[:40]!r} is not a whole number of {first} or more"
            raise self._collector.error(reason, line)
        return int(value) - first

    def _note(self, row: Sequence[str]) -> str:
        """The text of one column, or `name: value` lines of several."""
        places = self._several[Role.NOTE]
        if len(places) == 1:
            return row[places[0]] if places[0] < len(row) else ""
        cells = self._cells(row, Role.NOTE)
        return noted(zip(self._titles[Role.NOTE], cells, strict=True))


def split_labels(cell: str, apart: str) -> list[str]:
    """The labels of a cell; `apart` "[]": lists like `['a', 'b']` or `["a"]`."""
    if apart != LISTS:
        if not apart or apart not in cell:
            return [cell]
        return split_names(cell, apart)
    for parse in (parse_json, ast.literal_eval):
        try:
            values = parse(cell)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(values, list) and all(isinstance(v, str) for v in values):
            return [v.strip() for v in values if v.strip()]
    return split_names(cell.strip("[]"), ",", quotes="'\"")


def _recognise(sample: Sample) -> bool:
    """Whether it has columns of times, or of labels of whole recordings."""
    layout = sample.layout
    if layout is None or sample.looks_like_json or sample.head.lstrip()[:1] == "<":
        return False
    mapping = sample.guess
    labelled = mapping.names(Role.LABEL) or mapping.names(Role.CLASS)
    loose = layout.separator == " " and layout.header is None
    begins = mapping.names(Role.ONSET) == ["1"] or any(
        map(is_sound_name, sample.first_line.split())
    )
    if loose and not begins:
        return False  # prose with numbers in it
    timed = mapping.names(Role.ONSET) and (labelled or mapping.names(Role.OFFSET))
    return bool(timed or (labelled and mapping.names(Role.RECORDING)))


FORMAT = LabelFormat(
    name="table",
    title="Any table (CSV)",
    suffix=".csv",
    combined=True,
    capabilities=capabilities(DEFAULT),
    write=write,
    read=read,
    clean=clean,
    recognise=_recognise,
    fallback=True,
)


def format_of(mapping: ColumnMapping | None) -> LabelFormat:
    """The format as far as these columns store events; None: the columns of `DEFAULT`."""
    if mapping is None or not mapping.columns:
        return FORMAT
    return replace(FORMAT, capabilities=capabilities(mapping), time_step_s=time_step_s(mapping))
