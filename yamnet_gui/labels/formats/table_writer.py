"""CSV with one's own names of columns, for programs: no cell is changed for spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo

from .base import Capability, Output, WriteOptions
from .columns import ColumnMapping, Role, TimeUnit
from .layout import fold_name
from .name_lists import one_of_several
from .text import number

DEFAULT = ColumnMapping(
    (
        (Role.RECORDING, "file"), (Role.ONSET, "onset"), (Role.OFFSET, "offset"),
        (Role.LABEL, "label"), (Role.LOW, "low_hz"), (Role.HIGH, "high_hz"),
        (Role.SCORE, "score"), (Role.STATE, "state"), (Role.CHANNEL, "channel"),
        (Role.NOTE, "note"),
    )
)  # fmt: skip
"""The columns that are written where none are named."""
_STORES = {
    Role.RECORDING: Capability.PATH,
    Role.SCORE: Capability.SCORE_MAX,
    Role.STATE: Capability.STATE,
    Role.CHANNEL: Capability.CHANNEL,
    Role.NOTE: Capability.NOTE,
}
EMPTY = frozenset({"", "nan", "na", "n/a", "none", "null"})
"""What programs write into empty cells."""


def clean(text: str) -> str:
    """A label as it is read back: words that stand for an empty cell elsewhere become empty."""
    text = text.strip()
    return "" if text.casefold() in EMPTY else text


def capabilities(mapping: ColumnMapping) -> frozenset[Capability]:
    """What a table with these columns stores."""
    roles = {role for role, _ in mapping.columns}
    stored = {_STORES[role] for role in roles if role in _STORES}
    return frozenset(stored | ({Capability.FREQUENCY} if {Role.LOW, Role.HIGH} <= roles else set()))


def time_step_s(mapping: ColumnMapping) -> float | None:
    """To what times are rounded that are counted in samples or frames; None: stored exactly."""
    match mapping.unit:
        case TimeUnit.SAMPLES:
            return 1.0 / mapping.rate_hz if mapping.rate_hz else None
        case TimeUnit.FRAMES:
            return mapping.hop_s
        case TimeUnit.SECONDS:
            return None
    return 1e-6


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """One row for each event, with the columns of `options.columns` or `DEFAULT`.

    Of several columns for the words of a label the first gets all of it; a column `class` says 1 in
    the rows of its label. Raises LabelsError where columns cannot be written like this.
    """
    mapping = options.columns if options.columns and options.columns.columns else DEFAULT
    names = [name for _, name in mapping.columns]
    if len({fold_name(name) for name in names}) != len(names):
        raise LabelsError(", ".join(names), "names a column twice", "give each column its own name")
    if mapping.unit is TimeUnit.FRAMES and mapping.hop_s is None:
        raise LabelsError("frames", "need the seconds from frame to frame", "give hop=…")
    return {"": _lines(recordings, options, mapping)}


def _lines(
    recordings: Sequence[LabelledRecording], options: WriteOptions, mapping: ColumnMapping
) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=mapping.separator or ",",
        quoting=csv.QUOTE_ALL,
        lineterminator="\n",
    )

    def line(cells: Sequence[str]) -> str:
        writer.writerow(cells)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    if mapping.header is not False:
        yield line([name for _, name in mapping.columns])
    makers = _makers(mapping)
    for recording in recordings:
        info = recording.recording
        file = options.file_name(info)
        for event in recording.events:
            yield line([make(event, info, file) for make in makers])


_Maker = Callable[[Event, RecordingInfo, str], str]


def _makers(mapping: ColumnMapping) -> list[_Maker]:
    """What makes the cell of each column."""
    makers: list[_Maker] = []
    seen: set[Role] = set()
    for role, name in mapping.columns:
        first = role not in seen or role is Role.CLASS
        makers.append(_maker(role, name, mapping) if first else _nothing)
        seen.add(role)
    return makers


def _nothing(event: Event, info: RecordingInfo, file: str) -> str:
    return ""


def _maker(role: Role, name: str, mapping: ColumnMapping) -> _Maker:
    def plain(value: float | None, decimals: int = 6) -> str:
        text = number(value, decimals)
        return text.replace(".", ",") if mapping.decimal_comma else text

    def time(seconds: float, info: RecordingInfo) -> str:
        match mapping.unit:
            case TimeUnit.SECONDS:
                return plain(seconds)
            case TimeUnit.MILLISECONDS:
                return plain(round(seconds * 1e3, 6), 3)
            case TimeUnit.MINUTES:
                return plain(seconds / 60)
            case TimeUnit.FRAMES:
                return str(round(seconds / (mapping.hop_s or 1.0)))
        rate = mapping.rate_hz or info.sample_rate_hz
        if not rate:
            raise LabelsError(info.path, "has an unknown sample rate", "give rate_hz=…")
        return str(round(seconds * rate))

    hz = 1e-3 if mapping.khz else 1.0
    scale = 100.0 if mapping.percent else 1.0
    first_channel = 0 if mapping.channel_0 else 1
    makers: dict[Role, _Maker] = {
        Role.ONSET: lambda e, info, f: time(e.onset_s, info),
        Role.OFFSET: lambda e, info, f: time(e.offset_s, info),
        Role.DURATION: lambda e, info, f: time(e.duration_s, info),
        Role.LABEL: lambda e, info, f: one_of_several(e.label, mapping.labels_apart),
        Role.CLASS: lambda e, info, f: "1" if e.label == name else "0",
        Role.RECORDING: lambda e, info, f: f,
        Role.LOW: lambda e, info, f: plain(None if e.low_hz is None else e.low_hz * hz),
        Role.HIGH: lambda e, info, f: plain(None if e.high_hz is None else e.high_hz * hz),
        Role.SCORE: lambda e, info, f: plain(None if e.score_max is None else e.score_max * scale),
        Role.STATE: lambda e, info, f: e.state.value,
        Role.CHANNEL: lambda e, info, f: (
            "" if e.channel is None else str(e.channel + first_channel)
        ),
        Role.REVIEWER: lambda e, info, f: e.reviewer,
        Role.NOTE: lambda e, info, f: e.note,
        Role.RATE: lambda e, info, f: str(mapping.rate_hz or info.sample_rate_hz or ""),
    }
    return makers[role]
