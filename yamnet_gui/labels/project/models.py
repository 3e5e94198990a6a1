"""What a project stores besides events, as plain values."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from pathlib import PurePath

from yamnet_gui.core.events import Event, ReviewedSpan, ReviewState
from yamnet_gui.core.statistics import wilson_interval

PROJECT_SUFFIX = ".yamnet"
"""How the names of project files end."""


_CONFIDENCE = 0.95


def new_id() -> str:
    """A new id, unique across projects."""
    return uuid.uuid4().hex


SET_BY_HAND = "set by hand"
"""Where a start time comes from that the user entered: what the file states does not replace it."""


class RecordingState(StrEnum):
    """How far the analysis of a recording has come."""

    PENDING = "pending"
    ANALYSED = "analysed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file of the project.

    `path` is relative to the folder of the project with forward slashes, or absolute where the two
    are on different drives or far apart (`ProjectRecordings.locate` gives the file).
    `content_hash` finds a moved file again; see `content_fingerprint()`. `recorded_at` is the clock
    time of the first sample and `start_source` how it is known, in words (SET_BY_HAND: the user
    entered it). `error` is why the analysis failed. A recording that was removed from the project
    stays in the file as `removed`.
    """

    id: str
    path: str
    content_hash: str = ""
    size_bytes: int = 0
    duration_s: float = 0.0
    sample_rate_hz: int = 0
    channels: int = 0
    recorded_at: datetime | None = None
    state: RecordingState = RecordingState.PENDING
    error: str = ""
    note: str = ""
    removed: bool = False
    start_source: str = ""

    @property
    def name(self) -> str:
        return PurePath(self.path).name


@dataclass(frozen=True, slots=True)
class AnalysisRecord:
    """That a model has scored a recording: which model by its hash, with which settings."""

    recording_id: str
    model_sha256: str
    model_name: str
    settings_key: str
    settings: str = ""
    made_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnLabel:
    """A class that the user named. `color` as #rrggbb, `key` the key that gives the label.

    `mid` and `class_index` name the AudioSet class and YAMNet output it stands for, if any.
    """

    name: str
    color: str = ""
    key: str = ""
    mid: str = ""
    class_index: int | None = None


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A named list of own classes."""

    id: str
    name: str
    labels: tuple[OwnLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRules:
    """Rules as opaque text (JSON), which `detection` understands."""

    id: str
    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class StoredText:
    """A small text under a name, see `ProjectSettings.value`."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """All segments of one recording that were reviewed."""

    spans: tuple[ReviewedSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectEvent:
    """An event with its recording. Event ids are unique within a recording only.

    `row` is a number that queries hand out; 0 where it is not known. A row lives as long as its
    event; an event that was deleted and brought back has another row.
    """

    recording_id: str
    event: Event
    row: int = 0


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What a transaction changed in one recording ("" for what belongs to the whole project)."""

    recording_id: str = ""
    event_ids: tuple[str, ...] = ()
    recording_changed: bool = False
    reviewed_changed: bool = False
    label_sets_changed: bool = False
    rules_changed: bool = False
    texts_changed: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """The step that undo or redo would take: its number, how much it changes, and where.

    `changes` is counted up to `MOST_COUNTED`, and `recordings` are those of the changes counted.
    """

    step: int
    changes: int
    recordings: frozenset[str]

    @property
    def large(self) -> bool:
        """Whether it changes so much that nobody should have to wait for it."""
        return self.changes >= MOST_COUNTED


DERIVE = "derive"
"""The action of steps that the program made from scores; all others are the user's."""

MOST_COUNTED = 1000
"""Steps of as many changes are large: they are made in the background."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one value: when (UTC), by whom and in which step.

    `action` is "do", "undo", "redo" or "derive". `old` and `new` are the values before and after,
    None where there was or is none.
    """

    step: int
    utc: datetime
    reviewer: str
    action: str
    title: str
    recording_id: str
    key: str
    old: object = None
    new: object = None


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How many events a class has in each state."""

    label: str
    unreviewed: int
    accepted: int
    rejected: int
    uncertain: int

    @property
    def total(self) -> int:
        return self.unreviewed + self.reviewed

    @property
    def reviewed(self) -> int:
        return self.accepted + self.rejected + self.uncertain

    @property
    def reviewed_share(self) -> float:
        """Proportion of reviewed events, 0…1."""
        return self.reviewed / self.total if self.total else 0.0

    @property
    def precision(self) -> float | None:
        """Accepted / (accepted + rejected); None before the first of either."""
        decided = self.accepted + self.rejected
        return self.accepted / decided if decided else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Where the precision lies with 95 % confidence; None before the first decision.

        It is about events drawn at random: the surest first look better than all of them are.
        """
        decided = self.accepted + self.rejected
        if not decided:
            return None
        return wilson_interval(self.accepted, decided, _CONFIDENCE)


def counts_by_class(events: Iterable[Event]) -> list[ClassCounts]:
    """States per class of these events, by name."""
    by_label: dict[str, Counter[str]] = {}
    pairs = Counter(map(attrgetter("label", "state._value_"), events))  # no hash of each member
    for (label, state), count in pairs.items():
        by_label.setdefault(label, Counter())[state] += count
    return [
        ClassCounts(label, **{state.value: by_label[label][state.value] for state in ReviewState})
        for label in sorted(by_label, key=lambda name: (name.casefold(), name))
    ]
