"""Raven selection tables: one row per selection, times over the whole list of opened files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from yamnet_gui.core.clock_time import known_clock_time
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.labels.measure_columns import RAVEN_NAMES, measured_cells

from .base import Capability, LabelFormat, Output, WriteOptions
from .layout import fold_name
from .raven_columns import (
    BASE_COLUMNS,
    CLOCK_COLUMNS,
    OWN_COLUMNS,
    joined_note,
    property_columns,
    split_note,
)
from .raven_reader import flaw, read, recognise
from .text import number, one_line

_ANY_NYQUIST_HZ = 24_000.0


def _nyquist(info: RecordingInfo) -> float:
    return info.sample_rate_hz / 2 if info.sample_rate_hz > 0 else _ANY_NYQUIST_HZ


def _fit(event: Event, info: RecordingInfo) -> Event:
    """Raven demands both bounds, so one that is missing becomes 0 or the Nyquist frequency.

    Properties in the note get columns of their own and come back in order of their names.
    """
    low = event.low_hz if event.low_hz is not None else 0.0
    high = event.high_hz if event.high_hz is not None else _nyquist(info)
    whole = low == 0 and info.sample_rate_hz > 0 and high == _nyquist(info)
    properties, rest = split_note(event.note)
    return replace(
        event,
        low_hz=None if whole else low,
        high_hz=None if whole else high,
        note=joined_note(properties.items(), rest) if event.note else "",
    )


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    open_names = (options.label_column, options.score_column)
    clock_names = CLOCK_COLUMNS if options.clock else ()
    measured_names = RAVEN_NAMES if options.measures else ()
    known = {fold_name(name) for name in (*open_names, *measured_names)}
    notes = property_columns(e.note for r in recordings for e in r.events)
    own_names = tuple(name for name in notes if fold_name(name) not in known)
    header = (*BASE_COLUMNS, *open_names, *OWN_COLUMNS, *clock_names, *own_names, *measured_names)
    if len(set(header)) != len(header) or any(not n or one_line(n) != n for n in open_names):
        raise LabelsError(
            options.label_column, "cannot be the name of a column", "choose another name"
        )

    note_at = header.index("Note")

    def rows() -> Iterator[str]:
        yield "\t".join(header) + "\n"
        count, before_s = 0, 0.0
        for recording in recordings:
            for event in recording.events:
                count += 1
                cells = _cells(event, recording, options, count, before_s)
                properties, note = split_note(event.note)
                if properties.keys() <= set(own_names):
                    cells += [properties.get(name, "") for name in own_names]
                else:
                    note = one_line(event.note)
                    cells += [""] * len(own_names)
                cells[note_at] = note
                cells += measured_cells(options.measures, recording.recording, event)
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
        "",
    ]
    if options.clock:
        start = info.recorded_at
        begin, end = (
            known_clock_time(start, time_s) if start else None
            for time_s in (event.onset_s, event.offset_s)
        )
        cells.append(f"{begin:%Y/%m/%d}" if begin else "")
        cells += [f"{t:%H:%M:%S}.{t:%f}"[:-3] if t else "" for t in (begin, end)]
    return cells


FORMAT = LabelFormat(
    name="raven",
    title="Raven selection table",
    suffix=".txt",
    proposed_suffix=".selections.txt",
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
    has_measures=True,
    recognise=recognise,
    flaw=flaw,
)  # fmt: skip
