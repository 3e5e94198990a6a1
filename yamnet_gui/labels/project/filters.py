"""Which events, in which order."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.events import EventSource, ReviewState


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Events that meet all that is set; None or "" asks for nothing.

    Scores are uncalibrated sigmoids, durations in seconds; bounds belong to the range. `text`
    is looked for in labels, recording paths and notes, whatever the case. `time_of_day`: the onset
    lies in it by the clock of the recording; one whose start is not known has none. `day` too.
    `channels`: those of events, from 0, with None for what is of all channels together.
    `one_per_sound`: events for which others stand (`detection.duplicates`) are left out, unless
    `labels` asks for their class. `without_undecided`: rows of events that are left out as long as
    nobody has decided on them.
    """

    labels: frozenset[str] | None = None
    states: frozenset[ReviewState] | None = None
    sources: frozenset[EventSource] | None = None
    recording_ids: frozenset[str] | None = None
    min_score: float | None = None
    max_score: float | None = None
    min_probability: float | None = None
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    channels: frozenset[int | None] | None = None
    with_note: bool = False
    text: str = ""
    time_of_day: TimeOfDay | None = None
    day: date | None = None
    one_per_sound: bool = False
    without_undecided: frozenset[int] = frozenset()

    @property
    def searched(self) -> str:
        """The text as it is looked for."""
        return self.text.strip().casefold()


class SortKey(StrEnum):
    """Columns to sort by. Equal ones are in order of recording path, then onset."""

    TIME = "time"
    LABEL = "label"
    SCORE = "score"
    PROBABILITY = "probability"
    DURATION = "duration"
    ONSET = "onset"
    STATE = "state"
    SOURCE = "source"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Sort:
    """TIME goes by recording path, then onset."""

    key: SortKey = SortKey.TIME
    descending: bool = False


class QueueKind(StrEnum):
    """Orders of review.

    SCORE: surest first. UNCERTAINTY: nearest to the threshold first. TIME: as recorded. RANDOM:
    shuffled. STRATIFIED: shuffled, taken in turn from ten equal bands of the score. STABILITY: of
    those scored again, the least stable first (`labels.stabilities`; here in order of time).
    SAMPLE: those drawn to count, shuffled (`count_samples.sample_rows`; here in order of time).
    DISAGREEMENTS: those that reviewers are to settle (`quality.agreement`; here in order of time).
    """

    SCORE = "score"
    UNCERTAINTY = "uncertainty"
    TIME = "time"
    RANDOM = "random"
    STRATIFIED = "stratified"
    STABILITY = "stability"
    SAMPLE = "sample"
    DISAGREEMENTS = "disagreements"
