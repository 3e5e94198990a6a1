"""Tables of reference events, for an evaluation."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.files import check_no_device
from yamnet_gui.labels.formats import ReadOptions, read_labels

_PLAIN_COLUMNS = (("onset_s", "onset"), ("offset_s", "offset"), ("label", "event_label"))


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """Recordings with their true events, and what was odd about the table."""

    path: Path
    recordings: tuple[LabelledRecording, ...]
    warnings: tuple[str, ...] = ()

    @property
    def event_count(self) -> int:
        return sum(len(recording.events) for recording in self.recordings)


def read_reference(
    path: Path,
    format_name: str | None = None,
    recordings: Sequence[RecordingInfo] = (),
) -> ReferenceTable:
    """Reads a table in any label format (None: detected), or one with nothing but
    onset, offset and label about the recording of its own name.

    `recordings` are those that the table may be about. Raises LabelsError.
    """
    if format_name is None:
        alone = _one_recording(path)
        if alone is not None:
            return ReferenceTable(path, (alone,))
    result = read_labels(format_name, path, options=ReadOptions(recordings=recordings))
    return ReferenceTable(path, result.recordings, result.warnings)


def _one_recording(path: Path) -> LabelledRecording | None:
    """A table with nothing but onset, offset and label, about the recording of its own name.

    None where it is something else. Raises LabelsError with the line that cannot be read.
    """
    try:
        check_no_device(path)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError):
        return None  # the format reader reports what is wrong
    header = lines[0] if lines else ""
    rows = csv.DictReader(lines, delimiter="\t" if "\t" in header else ",")
    names = [name.strip().casefold() for name in rows.fieldnames or ()]
    onset, offset, label = (_place(names, wanted) for wanted in _PLAIN_COLUMNS)
    if None in (onset, offset, label) or any("file" in name for name in names):
        return None
    rows.fieldnames = names
    events = []
    for row in rows:
        try:
            start, end = float(row[str(onset)]), float(row[str(offset)])
            events.append(Event(f"{rows.line_num}", start, end, str(row[str(label)]).strip()))
        except (TypeError, ValueError) as error:
            reason = "the offset lies before the onset"
            raise LabelsError(path, reason, line=rows.line_num) from error
    last = max((event.offset_s for event in events), default=0.0)
    return LabelledRecording(RecordingInfo(path, last, 0, 0), EventList.of(events))


def _place(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    return next((name for name in wanted if name in names), None)
