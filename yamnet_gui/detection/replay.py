"""Which of the user's decisions the present detections would contradict."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from yamnet_gui.core.events import Event, EventList, ReviewState


class ContradictionKind(StrEnum):
    """How a detection and a decision disagree."""

    MISSED = "missed"
    """The user marked the event as present; nothing was detected."""
    REVIVED = "revived"
    """The user rejected it; it is detected again."""
    RELABELLED = "relabelled"
    """The user corrected the label; the first one is detected and the right one is not."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One decision that rules or a model contradict, and the detection that does (if one does)."""

    kind: ContradictionKind
    decision: Event
    detection: Event | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """Decisions that were checked, how many were reproduced, and those that were not, by onset."""

    decisions: int
    reproduced: int
    contradictions: tuple[Contradiction, ...]


def replay_decisions(
    events: Iterable[Event], detections: EventList, least_overlap: float = 0.3
) -> Replay:
    """Compares the decisions among `events` with new detections of the same recording.

    An accepted, drawn, moved or imported event is reproduced where a detection of its label and
    channel overlaps it by `least_overlap` of the shorter one; a rejected one where none does.
    Uncertain and untouched events are not decisions.
    """
    reproduced = checked = 0
    contradictions = []
    for event in sorted(events, key=lambda e: (e.onset_s, e.id)):
        if not event.touched or event.state is ReviewState.UNCERTAIN:
            continue
        if event.state is ReviewState.UNREVIEWED and not _states_something(event):
            continue
        checked += 1
        match = _overlapping(event, event.label, detections, least_overlap)
        if event.state is ReviewState.REJECTED:
            contradiction = (
                Contradiction(ContradictionKind.REVIVED, event, match) if match else None
            )
        elif match is not None:
            contradiction = None
        else:
            first = event.original.label if event.original else event.label
            other = _overlapping(event, first, detections, least_overlap)
            if first != event.label and other is not None:
                contradiction = Contradiction(ContradictionKind.RELABELLED, event, other)
            else:
                contradiction = Contradiction(ContradictionKind.MISSED, event)
        if contradiction is None:
            reproduced += 1
        else:
            contradictions.append(contradiction)
    return Replay(checked, reproduced, tuple(contradictions))


def _states_something(event: Event) -> bool:
    """Whether an unreviewed event still states what is audible (not a mere note)."""
    return event.source.value != "detected"


def _overlapping(event: Event, label: str, detections: EventList, least: float) -> Event | None:
    """The detection that overlaps the decision most, by at least this part of the shorter one.

    Not `core.matching.same_sound`: rules that find a decided sound in pieces, or with a longer
    tail, still find it.
    """
    best: tuple[float, Event] | None = None
    for detection in detections.between(event.onset_s, event.offset_s):
        if detection.label != label or detection.channel != event.channel:
            continue
        shared = min(event.offset_s, detection.offset_s) - max(event.onset_s, detection.onset_s)
        shorter = min(event.duration_s, detection.duration_s)
        share = shared / shorter if shorter > 0 else float(shared >= 0)
        if share >= least and (best is None or share > best[0]):
            best = (share, detection)
    return best[1] if best else None
