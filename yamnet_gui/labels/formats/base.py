"""What a label format is: a row of a table with a writer and a reader behind it."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.storage.notation import recording_text
from yamnet_gui.labels.measure_columns import MeasureEvent
from yamnet_gui.labels.recording_names import Placement

from .columns import ColumnMapping
from .sample import Sample


class Capability(StrEnum):
    """What a format can store besides onset, offset and label; values are parts of sentences."""

    PATH = "folder"
    DURATION = "duration"
    EMPTY = "recordings without events"
    RECORDED_AT = "clock time"
    MODEL = "model checksum"
    EMPTY_MODEL = "model checksum (without events)"
    REVIEWED = "reviewed spans"
    ID = "event ids"
    CLASS = "class index and AudioSet id"
    CHANNEL = "channel"
    STATE = "review state"
    SOURCE = "source (detected, drawn, edited, imported)"
    SCORE_MAX = "highest score"
    SCORE_MEAN = "mean score"
    PROBABILITY = "calibrated probability"
    ORIGINAL = "original label and times"
    FREQUENCY = "frequency bounds"
    UNCERTAINTY = "uncertainty of onset and offset"
    REVIEWER = "reviewer and time of review"
    NOTE = "note"
    RULES = "rules id"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a table is written. Options that a format does not use are ignored.

    `base`: recordings below this folder are named relative to it, others by their full path.
    `per_recording`: one file for each recording even where one could hold all.
    `spared`: files that are read, so that none of them may be written over.
    `sidecar`: also write `OUT.yamnet.json`, which restores what the format cannot store.
    `label_column`, `score_column`: names of columns where the format leaves them open.
    `clock`: also write clock times where the format has columns for them.
    `measures`: measures each event, where the format has columns for that.
    `curator_name`, `curator_email`: who made the labels (JAMS).
    `media_prefix`: address of the folder of the recordings on a file server (Label Studio).
    `columns`: names of columns of one's own (any table).
    `folder`: the folder of the output, filled in by `write_labels` for relative media paths.
    """

    base: Path | None = None
    per_recording: bool = False
    sidecar: bool = False
    label_column: str = "Annotation"
    score_column: str = "Score"
    clock: bool = False
    measures: MeasureEvent | None = None
    curator_name: str = ""
    curator_email: str = ""
    media_prefix: str = ""
    folder: Path | None = None
    columns: ColumnMapping | None = None
    classes: ClassMap = field(default_factory=bundled_class_map)
    spared: tuple[Path, ...] = ()

    def file_name(self, info: RecordingInfo) -> str:
        """The recording's name as the table shall give it, with forward slashes."""
        if self.base is not None and info.path.is_relative_to(self.base):
            return info.path.relative_to(self.base).as_posix()
        return recording_text(info.path)


Finder = Callable[[Path, str | None, str], Placement]
"""Finds the recording that a table (path) means by a name. None: the table gives no name; then the
third argument is the path that its sidecar gives, "" where it has none."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a table is read.

    `recordings`: those that the table may be about; names in the table are matched to them, and
    a table that names none belongs to `recording`, else to the one of its own name. `find` does so
    in another way; `home` is the path that a sidecar gives for a table that names no recording.
    `label_column`: where the format leaves the column of the label open.
    `encoding`: of the text, detected where None. `sidecar`: use `OUT.yamnet.json` where
    it lies beside the table and still fits it. `tiers`: names of the tiers that are wanted, all
    where None. `sample`: what detection has already read of the file, filled in by `read_labels`.
    `columns`: what the columns of a table of no known format mean, guessed where None.
    """

    recordings: Sequence[RecordingInfo] = ()
    recording: RecordingInfo | None = None
    find: Finder | None = None
    home: str = ""
    label_column: str | None = None
    encoding: str | None = None
    sidecar: bool = True
    tiers: tuple[str, ...] | None = None
    classes: ClassMap = field(default_factory=bundled_class_map)
    sample: Sample | None = field(default=None, compare=False)
    columns: ColumnMapping | None = None

    def sample_of(self, path: Path) -> Sample:
        """The sample of this file, taken once. Raises LabelsError."""
        known = self.sample is not None and self.sample.path == path
        return self.sample if known and self.sample else Sample(path, self.encoding)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was read from a table, before anything is done with it.

    `unknown_labels`: labels that are none of the classes. `restored`: whether a sidecar gave
    back what the format cannot store. `unnamed`: whether the table itself names no recording.
    `tiers`: each tier of the file with the number of its annotations, also those not wanted.
    `placements`: the recording of each name in the table.
    `columns`: what was made of the columns of a table of no known format, in words.
    """

    format_name: str
    path: Path
    recordings: tuple[LabelledRecording, ...]
    warnings: tuple[str, ...] = ()
    unknown_labels: tuple[str, ...] = ()
    restored: bool = False
    unnamed: bool = False
    tiers: tuple[tuple[str, int], ...] = ()
    placements: tuple[Placement, ...] = ()
    columns: str = ""

    @property
    def event_count(self) -> int:
        return sum(len(r.events) for r in self.recordings)


Output = Mapping[str, Iterable[str] | bytes]
"""What is to be written: tail of the file name → lines. "" is the file itself."""
Writer = Callable[[Sequence[LabelledRecording], WriteOptions], Output]
Reader = Callable[[Path, ReadOptions], ImportResult]
Recogniser = Callable[[Sample], bool]
Flaw = Callable[[Sample], str]


Fit = Callable[[Event, RecordingInfo], Event | None]


def _unchanged(text: str) -> str:
    return text


def _fits(event: Event, info: RecordingInfo) -> Event | None:
    return event


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A file format for labels.

    `combined`: whether one file can hold several recordings. `capabilities`: what it can store.
    `clean`: what becomes of a label's text. `time_step_s`: times are rounded to this, None:
    stored exactly. `companions`: tails of the files that are written along with it.
    `more_suffixes`: others that files of the format have, in lower case. `proposed_suffix`: a
    longer one that its program gives to its files, for a file that the user has not named.
    `recognise`: whether a file is in this format, by its content. `flaw`: what is wrong with a file
    that nearly is ("the column … is missing"), "" for every other file. `fallback`: it reads nearly
    everything, so every other format goes first. `binary`: it is no text. `in_recordings`: labels
    are part of sound files. `fit`: the event as this format can show it, None where it must be left
    out, for the reason `left_out`.
    `has_clock`, `has_measures`: it has columns for clock times, for measures. `needs_scores`:
    written from a ScoreTable by `write_score_table`, not from labels. `describes`: whether enough
    is known of a recording for the format's list of recordings, which the others are left out of.
    """

    name: str
    title: str
    suffix: str
    combined: bool
    capabilities: frozenset[Capability]
    write: Writer | None = None
    read: Reader | None = None
    clean: Callable[[str], str] = _unchanged
    time_step_s: float | None = None
    companions: tuple[str, ...] = ()
    more_suffixes: tuple[str, ...] = ()
    proposed_suffix: str = ""
    recognise: Recogniser | None = None
    flaw: Flaw | None = None
    fallback: bool = False
    binary: bool = False
    fit: Fit = _fits
    left_out: str = ""
    needs_scores: bool = False
    has_clock: bool = False
    has_measures: bool = False
    in_recordings: bool = False
    describes: Callable[[RecordingInfo], bool] | None = None

    @property
    def suffixes(self) -> tuple[str, ...]:
        """All suffixes of its files, in lower case."""
        return (self.suffix.lower(), *self.more_suffixes)

    @property
    def can_write(self) -> bool:
        return self.write is not None

    @property
    def can_read(self) -> bool:
        return self.read is not None

    def clean_time(self, seconds: float) -> float:
        """The time as a reader of the format gets it."""
        if self.time_step_s is None:
            return seconds
        return round(seconds, -math.floor(math.log10(self.time_step_s)))
