"""DCASE and sed_eval event lists, with a second table of files and their durations."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_file

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .sample import Sample
from .table_text import table_of
from .text import number, one_line, unescape_formula, without_escape

COLUMNS = ("filename", "onset", "offset", "event_label")
DURATION_COLUMNS = ("filename", "duration")
DURATIONS_TAIL = ".durations.tsv"
UNLABELLED = "unlabelled"


def clean(text: str) -> str:
    """A label on one line that is never empty, which readers treat as "no event"."""
    return one_line(text) if text.strip() else UNLABELLED


def _clean(text: str) -> str:
    """Also without apostrophes before signs of formulas, see `without_escape`."""
    return without_escape(clean(text))


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def events() -> Iterator[str]:
        yield "\t".join(COLUMNS) + "\n"
        for recording in recordings:
            name = one_line(options.file_name(recording.recording))
            for event in recording.events:
                times = f"{number(event.onset_s)}\t{number(event.offset_s)}"
                yield f"{name}\t{times}\t{_clean(event.label)}\n"

    def durations() -> Iterator[str]:
        yield "\t".join(DURATION_COLUMNS) + "\n"
        for recording in recordings:
            info = recording.recording
            name = one_line(options.file_name(info))
            yield f"{name}\t{number(info.duration_s)}\n"

    return {"": events(), DURATIONS_TAIL: durations()}


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Lists of any separator; without the column `filename` they are about one recording."""
    collector = Collector("dcase", path, options)
    table = table_of(path, options)
    collector.decimal_comma = table.decimal_comma
    places = table.columns(COLUMNS[1:], ("filename", "file"))
    name_at = places.get("filename", places.get("file"))
    onset_at, offset_at, label_at = (places[name] for name in COLUMNS[1:])
    if others := table.others((*COLUMNS, "file", "", "Unnamed: 0")):
        collector.warn(f"columns left out: {', '.join(map(repr, others))}")
    if name_at is None:
        collector.recording(None)
    for line, row in table.rows():
        name = unescape_formula(row[name_at].strip()) if name_at is not None else None
        onset, offset, label = row[onset_at], row[offset_at], row[label_at]
        if not (onset.strip() or offset.strip() or label.strip()):
            collector.recording(name)  # some lists name files without events like this
            continue
        try:
            onset_s = collector.seconds(onset, line, "onset")
            offset_s = collector.seconds(offset, line, "offset")
            collector.event(name, onset_s, offset_s, unescape_formula(label), line)
        except LabelsError as error:
            collector.skip(error)
    beside = path.with_name(path.stem + DURATIONS_TAIL)
    if is_file(beside):
        _read_durations(collector, beside, options)
    return collector.result()


def _read_durations(collector: Collector, path: Path, options: ReadOptions) -> None:
    text = table_of(path, options)
    table = Collector("dcase", path, options)  # reports errors under the second table's name
    table.decimal_comma = text.decimal_comma
    places = text.columns(DURATION_COLUMNS)
    for line, row in text.rows(1 + max(places.values())):
        duration = table.seconds(row[places["duration"]], line, "duration")
        collector.recording(unescape_formula(row[places["filename"]]), duration_s=duration)


def _recognise(sample: Sample) -> bool:
    return sample.has_columns("onset", "offset", "event_label")


def _flaw(sample: Sample) -> str:
    if not sample.has_columns("event_label"):
        return ""
    lacking = [name for name in COLUMNS[1:] if not sample.has_columns(name)]
    return f"the column {lacking[0]!r} is missing" if lacking else ""


FORMAT = LabelFormat(
    name="dcase",
    title="DCASE / sed_eval event list",
    suffix=".tsv",
    combined=True,
    capabilities=frozenset({Capability.PATH, Capability.DURATION, Capability.EMPTY}),
    write=write,
    read=read,
    clean=_clean,
    companions=(DURATIONS_TAIL,),
    recognise=_recognise,
    flaw=_flaw,
)
