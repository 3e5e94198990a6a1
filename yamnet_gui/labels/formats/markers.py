"""Markers inside recordings: cue points, markers and chapters become events of the recording."""

from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.audio.markers import file_markers
from yamnet_gui.core.errors import LabelsError, UserError
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.notation import recording_text

from .base import Capability, ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .sample import Sample

_HEAD_BYTES = 4096


def is_recording(path: Path) -> bool:
    """Whether a file is a recording by its ending, and no text by its first bytes."""
    if file_of(path).suffix.lower() not in SOUND_SUFFIXES:
        return False
    try:
        with file_of(path).open("rb") as file:
            return b"\0" in file.read(_HEAD_BYTES)
    except OSError:
        return False


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector(FORMAT.name, path, options)
    try:
        markers = file_markers(path)
    except UserError as error:
        raise LabelsError(path, error.reason, error.advice) from error
    if not markers:
        raise LabelsError(
            path,
            "is a recording, not a table of labels, and has no markers or chapters",
            "choose a table of labels",
        )
    name = recording_text(path.absolute())
    for number, marker in enumerate(markers, start=1):
        with collector.row(f"marker {number}"):
            label = marker.label or f"Marker {number}"
            collector.event(name, marker.start_s, marker.end_s, label, note=marker.note)
    return collector.result()


def _recognise(sample: Sample) -> bool:
    return is_recording(sample.path)


FORMAT = LabelFormat(
    name="markers",
    title="Markers and chapters in recordings",
    suffix=".wav",
    combined=False,
    capabilities=frozenset({Capability.NOTE}),
    read=read,
    recognise=_recognise,
    binary=True,
    in_recordings=True,
)
