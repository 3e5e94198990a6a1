"""Raven selection tables: one row per selection, times over the whole list of opened files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.core.clock_time import clock_time
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo, ReviewState

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .text import columns, number, one_line, tab_rows

BASE_COLUMNS = (
    "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)",
    "High Freq (Hz)", "Begin Path", "File Offset (s)",
)  # fmt: skip
OWN_COLUMNS = ("State", "Source Channel", "Note")
CLOCK_COLUMNS = ("Begin Date", "Begin Clock Time", "End Clock Time")
_LABEL_NAMES = (
    "annotation", "label", "labels", "species", "class", "tag", "tags", "common name",
    "species code", "call type", "call_type", "type", "name", "event",
)  # fmt: skip
_SCORE_NAMES = ("score", "confidence")
_MEASURED = ("delta", "dur", "length", "max", "min", "avg", "peak", "center", "q1", "q3", "iqr",
             "energy", "power", "rms", "bw", "time", "freq", "begin", "end", "file", "agg",
             "inband", "sample", "snr", "sel")  # fmt: skip
_ANY_NYQUIST_HZ = 24_000.0


def _nyquist(info: RecordingInfo) -> float:
    return info.sample_rate_hz / 2 if info.sample_rate_hz > 0 else _ANY_NYQUIST_HZ


def _fit(event: Event, info: RecordingInfo) -> Event:
    """Raven demands both bounds, so one that is missing becomes 0 or the Nyquist frequency."""
    low = event.low_hz if event.low_hz is not None else 0.0
    high = event.high_hz if event.high_hz is not None else _nyquist(info)
    whole = low == 0 and info.sample_rate_hz > 0 and high == _nyquist(info)
    return replace(
        event,
        low_hz=None if whole else low,
        high_hz=None if whole else high,
        note=one_line(event.note),
    )


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    open_names = (options.label_column, options.score_column)
    clock_names = CLOCK_COLUMNS if options.clock else ()
    header = (*BASE_COLUMNS, *open_names, *OWN_COLUMNS, *clock_names)
    if len(set(header)) != len(header) or any(not n or one_line(n) != n for n in open_names):
        raise LabelsError(
            options.label_column, "cannot be the name of a column", "choose another name"
        )

    def rows() -> Iterator[str]:
        yield "\t".join(header) + "\n"
        count, before_s = 0, 0.0
        for recording in recordings:
            for event in recording.events:
                count += 1
                cells = _cells(event, recording, options, count, before_s)
                yield "\t".join(cells) + "\n"
            last = max((e.offset_s for e in recording.events), default=0.0)
            before_s = round(before_s + max(recording.recording.duration_s, last), 6)

    return {"": rows()}


def _cells(
    event: Event, recording: LabelledRecording, options: WriteOptions, count: int, before_s: float
) -> list[str]:
    info = recording.recording
    low = event.low_hz if event.low_hz is not None else 0.0
    high = event.high_hz if event.high_hz is not None else _nyquist(info)
    cells = [
        str(count),
        "Spectrogram 1",
        str(1 if event.channel is None else event.channel + 1),
        f"{before_s + event.onset_s:.6f}",
        f"{before_s + event.offset_s:.6f}",
        number(low),
        number(high),
        one_line(options.file_name(info)),
        f"{event.onset_s:.6f}",
        one_line(event.label),
        number(event.score_max),
        event.state.value,
        "" if event.channel is None else str(event.channel + 1),
        one_line(event.note),
    ]
    if options.clock and info.recorded_at:
        begin, end = (clock_time(info.recorded_at, t) for t in (event.onset_s, event.offset_s))
        cells += [f"{begin:%Y/%m/%d}", *(f"{t:%H:%M:%S}.{t:%f}"[:-3] for t in (begin, end))]
    elif options.clock:
        cells += ["", "", ""]
    return cells


def label_columns(path: Path, encoding: str | None = None) -> list[str]:
    """Columns of a selection table that may hold the label, the likeliest first."""
    _, header = next(tab_rows(path, encoding), (1, []))
    names = [name.strip() for name in header]
    taken = {*BASE_COLUMNS, *OWN_COLUMNS, *CLOCK_COLUMNS}
    free = [
        n
        for n in names
        if n and n not in taken and n.casefold() not in _SCORE_NAMES
        and not any(n.casefold().startswith(m) for m in _MEASURED)
    ]  # fmt: skip
    rank = {name: k for k, name in enumerate(_LABEL_NAMES)}
    return sorted(free, key=lambda n: rank.get(n.casefold(), len(rank)))


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("raven", path, options)
    rows = tab_rows(path, options.encoding)
    line, header = next(rows, (1, []))
    names = columns(path, header, ("Begin Time (s)", "End Time (s)"), "\t", line)
    label_name = _label_column(collector, names, options, line)
    selections: dict[tuple, tuple[int, dict[str, str]]] = {}
    for line, row in rows:
        if len(row) < len(header):
            row = [*row, *[""] * (len(header) - len(row))]  # Raven drops empty cells at the end
        cells = {name: row[k] for name, k in names.items()}
        key = _selection(cells)
        if key not in selections or not cells.get("View", "").startswith("Waveform"):
            selections[key] = (line, cells)
    files = {_file(cells) for _, cells in selections.values()}
    if len(files) > 1 and "File Offset (s)" not in names:
        raise collector.error(
            "speaks of several files but has no column 'File Offset (s)'",
            advice="add that column in Raven, so that times within each file are known",
        )
    for line, cells in selections.values():
        _read_selection(collector, cells, label_name, line, options)
    return collector.result()


def _label_column(
    collector: Collector, names: dict[str, int], options: ReadOptions, line: int
) -> str | None:
    if options.label_column is not None:
        if options.label_column not in names:
            raise collector.error(f"the column {options.label_column!r} is missing", line)
        return options.label_column
    candidates = label_columns(collector.path, options.encoding)
    if not candidates:
        collector.warn("no column holds labels, so events have none")
        return None
    if len(candidates) > 1 and candidates[0].casefold() not in _LABEL_NAMES:
        advice = f"choose the label column: {', '.join(candidates)}"
        raise collector.error("several columns could contain the label", line, advice)
    return candidates[0]


def _selection(cells: dict[str, str]) -> tuple:
    """Rows with the same key are views of one selection."""
    return (cells.get("Selection") or object(), _file(cells), cells["Begin Time (s)"])


def _file(cells: dict[str, str]) -> str | None:
    for name in ("Begin Path", "Begin File"):
        if cells.get(name, "").strip():
            return cells[name]
    return None


def _read_selection(
    collector: Collector,
    cells: dict[str, str],
    label_name: str | None,
    line: int,
    options: ReadOptions,
) -> None:
    begin = collector.seconds(cells["Begin Time (s)"], line, "begin time")
    end = collector.seconds(cells["End Time (s)"], line, "end time")
    if end < begin:
        raise collector.error(f"ends at {end:g} s, before it starts at {begin:g} s", line)
    within = cells.get("File Offset (s)", "")
    onset_s = collector.seconds(within, line, "file offset") if within.strip() else begin
    offset_s = round(onset_s + (end - begin), 6) if within.strip() else end
    name = _file(cells)
    info = collector.recording(name)
    low = collector.number(cells.get("Low Freq (Hz)", ""), line, "low frequency")
    high = collector.number(cells.get("High Freq (Hz)", ""), line, "high frequency")
    if low == 0 and info.sample_rate_hz > 0 and high == info.sample_rate_hz / 2:
        low = high = None
    by_name = {n.casefold(): n for n in cells}
    wanted = (*_SCORE_NAMES, WriteOptions().score_column.casefold())
    score_name = next((by_name[n] for n in wanted if n in by_name), None)
    fields: dict[str, Any] = {
        "low_hz": low,
        "high_hz": high,
        "channel": _channel(collector, cells, info, line),
        "score_max": collector.number(cells[score_name], line, "score") if score_name else None,
        "note": cells.get("Note", ""),
    }
    state = cells.get("State", "").strip()
    if state in {s.value for s in ReviewState}:
        fields["state"] = ReviewState(state)
    label = cells[label_name] if label_name else ""
    collector.event(name, onset_s, offset_s, label, line, **fields)


def _channel(
    collector: Collector, cells: dict[str, str], info: RecordingInfo, line: int
) -> int | None:
    """Raven counts from 1; our own tables also store whether the channels were mixed."""
    own = "Source Channel" in cells
    value = collector.number(cells.get("Source Channel" if own else "Channel", ""), line, "channel")
    if value is None:
        return None
    if value < 1 or value != int(value):
        raise collector.error("the channel is not a whole number of 1 or more", line)
    mono = not own and value == 1 and info.channels <= 1
    return None if mono else int(value) - 1


FORMAT = LabelFormat(
    name="raven",
    title="Raven selection table",
    suffix=".txt",
    combined=True,
    capabilities=frozenset(
        {
            Capability.PATH,
            Capability.CHANNEL,
            Capability.STATE,
            Capability.SCORE_MAX,
            Capability.FREQUENCY,
            Capability.NOTE,
        }
    ),
    write=write,
    read=read,
    clean=one_line,
    time_step_s=1e-6,
    fit=_fit,
    has_clock=True,
    recognise=lambda sample: "Begin Time (s)\t" in sample.first_line,
)  # fmt: skip
