"""Writing events to files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.labels.formats import WriteOptions, write_labels


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Writes labels; yields the files made. Raises LabelsError."""

    format_name: str
    recordings: tuple[LabelledRecording, ...]
    path: Path
    options: WriteOptions

    def run(self) -> Iterator[list[Path]]:
        yield write_labels(self.format_name, self.recordings, self.path, options=self.options)
