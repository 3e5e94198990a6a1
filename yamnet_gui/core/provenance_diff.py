"""What differs between results and their repetition."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .event_diff import EventDiff, diff_events
from .events import EventList
from .provenance import EventFacts, FileFacts, Provenance, RecordingFacts, event_list
from .text import counted

SAME_SCORE = 1e-4
"""Scores that differ by less are the same: other runtimes and processors differ in last bits."""


class DifferenceKind(StrEnum):
    """What a difference is about; those of CIRCUMSTANCES alone do not make results differ."""

    PROGRAM = "program"
    VERSION = "version"
    MACHINE = "machine"
    WEIGHTS = "weights"
    CLASSIFIER = "classifier"
    SOURCE = "source"
    MISSING = "missing"
    CHANGED = "changed"
    OUTPUT = "output"
    PROBLEM = "problem"
    EVENTS = "events"
    SCORES = "scores"


CIRCUMSTANCES = frozenset(
    {
        DifferenceKind.PROGRAM,
        DifferenceKind.VERSION,
        DifferenceKind.MACHINE,
        DifferenceKind.OUTPUT,
        DifferenceKind.SOURCE,
    }
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what it is about, a sentence without a full stop, and its events."""

    kind: DifferenceKind
    subject: str
    text: str
    events: EventDiff = field(default_factory=EventDiff)

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"


def compare(before: Provenance, after: Provenance) -> tuple[Difference, ...]:
    """Everything that differs, circumstances first, then inputs, then results."""
    return (
        *_values(DifferenceKind.PROGRAM, before.program, after.program),
        *_values(DifferenceKind.VERSION, before.versions, after.versions),
        *_values(DifferenceKind.MACHINE, before.machine, after.machine),
        *_weights(before, after),
        *_classifiers(before.classifiers, after.classifiers),
        *_recordings(before.recordings, after.recordings),
    )


def same_results(differences: Iterable[Difference]) -> bool:
    """Whether all inputs and results are the same, whatever else differs."""
    return all(one.kind in CIRCUMSTANCES for one in differences)


def outputs_since(before: Provenance, now: Iterable[FileFacts]) -> Iterator[Difference]:
    """Files of results that were changed or removed since they were written."""
    for was, found in zip(before.outputs, now, strict=True):
        if was.sha256 and not found.sha256:
            yield Difference(DifferenceKind.OUTPUT, was.path, "is no longer there")
        elif was.sha256 != found.sha256:
            yield Difference(DifferenceKind.OUTPUT, was.path, "was changed since it was written")


def _values(
    kind: DifferenceKind, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, "none"), after.get(name, "none")
        if was != now:
            yield Difference(kind, name, f"was {_short(name, was)}, is {_short(name, now)}")


def _short(name: str, value: object) -> str:
    return str(value)[:12] if name == "sha256" else str(value)


def _weights(before: Provenance, after: Provenance) -> Iterator[Difference]:
    was, now = before.weights.get("identity", ""), after.weights.get("identity", "")
    if was != now:
        text = f"other weights: was {str(was)[:12] or 'none'}, is {str(now)[:12] or 'none'}"
        yield Difference(DifferenceKind.WEIGHTS, str(after.weights.get("path", "weights")), text)


def _classifiers(
    before: tuple[FileFacts, ...], after: tuple[FileFacts, ...]
) -> Iterator[Difference]:
    found = {one.path: one for one in after}
    for was in before:
        now = found.get(was.path, FileFacts(was.path))
        if was.sha256 != now.sha256:
            text = "was changed" if now.sha256 else "is missing"
            yield Difference(DifferenceKind.CLASSIFIER, was.path, text)


def _recordings(
    before: tuple[RecordingFacts, ...], after: tuple[RecordingFacts, ...]
) -> Iterator[Difference]:
    found = {one.path: one for one in after}
    for was in before:
        now = found.pop(was.path, None)
        if now is None and was.problem:
            continue  # it was not there, or no recording, then as now
        if now is None:
            yield Difference(DifferenceKind.MISSING, was.path, "is missing")
            continue
        if was.sha256 and was.sha256 != now.sha256:
            text = "was changed" if now.sha256 else "cannot be read"
            yield Difference(DifferenceKind.CHANGED, was.path, text)
        if bool(was.problem) != bool(now.problem):
            text = f"fails: {now.problem}" if now.problem else f"no longer fails ({was.problem})"
            yield Difference(DifferenceKind.PROBLEM, was.path, text)
            continue
        yield from _results(was, now)
    for path, now in found.items():
        text = f"was not among the recordings, has {counted(len(now.events), 'event')}"
        yield Difference(DifferenceKind.EVENTS, path, text)


def _results(was: RecordingFacts, now: RecordingFacts) -> Iterator[Difference]:
    before, after, altered = _unpaired(was, now)
    diff = diff_events(before, after)
    parts = [
        f"{counted(count, 'event')} {verb}"
        for count, verb in (
            (len(diff.appear), "new"),
            (len(diff.vanish), "no longer there"),
            (len(diff.change), "with other bounds"),
            (altered, "with another score or decision"),
        )
        if count
    ]
    if parts:
        yield Difference(DifferenceKind.EVENTS, was.path, ", ".join(parts), diff)
    apart = _apart(dict(was.best), dict(now.best))
    if apart > SAME_SCORE:
        text = f"mean scores differ by up to {apart:.2g}"
        yield Difference(DifferenceKind.SCORES, was.path, text)


def _unpaired(was: RecordingFacts, now: RecordingFacts) -> tuple[EventList, EventList, int]:
    """Events without one of the same label and bounds on the other side.

    And how many pairs of the same label and bounds differ in score or review state.
    """
    waiting: dict[tuple[object, ...], list[EventFacts]] = {}
    for event in sorted(now.events, key=_score):
        waiting.setdefault(_place(event), []).append(event)
    left, altered = [], 0
    for event in sorted(was.events, key=_score):
        if others := waiting.get(_place(event)):
            other = others.pop(0)
            altered += event[-1] != other[-1] or abs(_score(event) - _score(other)) > SAME_SCORE
        else:
            left.append(event)
    new = [event for events in waiting.values() for event in events]
    return event_list(left, "a"), event_list(new, "b"), altered


def _place(event: EventFacts) -> tuple[object, ...]:
    onset, offset, label, channel, *_ = event
    return round(onset, 5), round(offset, 5), label, channel


def _score(event: EventFacts) -> float:
    return event[4] or 0.0


def _apart(was: dict[str, float], now: dict[str, float]) -> float:
    """The largest difference of mean scores; a class that only one has counts with its score.

    Classes of all but equal scores may change places at the end of the list.
    """
    least = min((*was.values(), *now.values()), default=0.0)
    return max(
        (abs(was.get(name, least) - now.get(name, least)) for name in dict.fromkeys((*was, *now))),
        default=0.0,
    )
