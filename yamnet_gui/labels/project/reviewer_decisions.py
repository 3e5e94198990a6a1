"""What each reviewer decided, also where another decided otherwise: after a merge, in the history.

Merging stores the decisions that both copies were made with, so that agreement can be measured of
decisions that were made apart, and what is settled later does not change it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile, zip_longest
from typing import Any

from yamnet_gui.core.events import Event, ReviewedSpan
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.detection.evaluation import is_decision

from .codec import dumps, from_fields, parsed, stored_text
from .command import Change
from .models import Recording, Reviewed, StoredText
from .project import Project

_NAME = "decisions-"
_FURTHER_PART = "further-decisions-"
_PART = 4_000_000
"""Characters of a part, so that a step with the old and the new one stays below the limit of a row
of the project, however its letters are written."""
_FORMAT = 1
OTHER_COPY = "{} (other copy)"
"""The name of a reviewer in the second of two copies that were both reviewed under one name."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decided events of one reviewer in one recording, and the spans that they reviewed."""

    events: tuple[Event, ...] = ()
    reviewed: tuple[ReviewedSpan, ...] = ()


ByReviewer = dict[str, Decisions]


def decisions_of(project: Project) -> dict[str, ByReviewer]:
    """By recording id and reviewer; recordings without a decision are not in it.

    Of recordings that were merged those at the time of the merge, of others the last of each
    reviewer. Raises ProjectError.
    """
    result = {}
    for recording in project.recordings.all():
        stored = _read(_stored(project, recording.id))
        sides = stored or _from_history(project, recording.id)
        if sides:
            result[recording.id] = sides
    return result


def decisions_of_copies(
    pairs: Iterable[tuple[str, ByReviewer, ByReviewer]],
) -> dict[str, ByReviewer]:
    """Decisions made apart in two copies: (recording id, those of ours, those of theirs).

    Decisions that both share are those of one reviewer. A reviewer who decided differently in both
    is two.
    """
    several = [(i, ours, _own(ours, theirs)) for i, ours, theirs in pairs]
    both = {n for _, ours, _ in several for n in ours} & {n for _, _, t in several for n in t}
    return {
        recording_id: {
            **ours,
            **{OTHER_COPY.format(n) if n in both else n: one for n, one in theirs.items()},
        }
        for recording_id, ours, theirs in several
    }


def present_decisions(events: Iterable[Event], reviewed: Sequence[ReviewedSpan] = ()) -> ByReviewer:
    """The decisions that events state now, by the reviewer who made them."""
    by_name: dict[str, list[Event]] = {}
    spans: dict[str, list[ReviewedSpan]] = {}
    for event in until_stopped(events):
        if is_decision(event):
            by_name.setdefault(event.reviewer, []).append(event)
    for span in reviewed:
        spans.setdefault(span.reviewer, []).append(span)
    return {
        name: Decisions(tuple(by_name.get(name, ())), tuple(spans.get(name, ())))
        for name in {**by_name, **spans}
    }


def storing(ours: Project, decisions: Mapping[str, ByReviewer]) -> tuple[Change, ...]:
    """What stores the decisions of a merge; those that an earlier merge stored stay.

    Recordings that only one reviewer decided in are left out.
    """
    changes = []
    for recording_id, sides in decisions.items():
        before = _stored(ours, recording_id)
        earlier = _read(before)
        both = {**sides, **earlier}
        if len(both) > 1 and both != earlier:
            pairs = zip_longest(before, _written(both))
            for n, (text, new) in enumerate(until_stopped(pairs, 1), start=1):
                name = _name(recording_id, n)
                old = StoredText(name, text) if text else None
                changes.append(Change("", old, StoredText(name, new) if new else None))
    return tuple(changes)


def _name(recording_id: str, part: int) -> str:
    """Under which the decisions of a recording are stored, part by part from 1 on."""
    return f"{_NAME if part == 1 else f'{_FURTHER_PART}{part}-'}{recording_id}"


def _stored(project: Project, recording_id: str) -> list[str]:
    """The parts that are stored."""
    texts = (project.settings.value(_name(recording_id, n)) for n in count(1))
    return list(takewhile(bool, texts))


def matching_recording(ours: Project, theirs: Recording, taken: set[str]) -> Recording | None:
    """Ours that is the same recording: by id, else by content; each stands for one of theirs."""
    recording = ours.recordings.get(theirs.id)
    if recording is None and not ours.recordings.knows(theirs.id):
        same = ours.recordings.with_hash(theirs.content_hash)
        recording = next((r for r in same if r.id not in taken), None)
    return recording


def _own(ours: ByReviewer, theirs: ByReviewer) -> ByReviewer:
    """Theirs without the decisions that ours has as well."""
    shared = {_signed(e) for one in ours.values() for e in one.events}
    spans = {span for one in ours.values() for span in one.reviewed}
    result = {}
    for name, one in theirs.items():
        events = tuple(e for e in one.events if _signed(e) not in shared)
        reviewed = tuple(span for span in one.reviewed if span not in spans)
        if events or reviewed:
            result[name] = Decisions(events, reviewed)
    return result


def _signed(event: Event) -> tuple[object, ...]:
    return (event.id, event.label, event.state, event.reviewer, event.reviewed_utc,
            event.onset_s, event.offset_s)  # fmt: skip


def _from_history(project: Project, recording_id: str) -> ByReviewer:
    """The last decision of each reviewer about each event."""
    last: dict[tuple[str, str, str], Event] = {}
    for event in (*project.history.event_values(recording_id), *project.events.of(recording_id)):
        if is_decision(event):
            last[event.reviewer, event.id, event.label] = event
    return present_decisions(last.values(), project.recordings.reviewed(recording_id).spans)


def _written(sides: ByReviewer) -> list[str]:
    """The decisions in parts: what is stored as one value has a limit."""
    parts = []
    for name, one in sides.items():
        spans = stored_text(Reviewed(one.reviewed))
        head, size = f'{{"reviewer":{dumps(name)},"events":[', 0
        texts: list[str] = []
        for text in until_stopped(map(stored_text, one.events)):
            if texts and size + len(text) > _PART:
                parts.append(f'{head}{",".join(texts)}],"reviewed":{stored_text(Reviewed())}}}')
                texts, size = [], 0
            texts.append(text)
            size += len(text)
        parts.append(f'{head}{",".join(texts)}],"reviewed":{spans}}}')
    return [f'{{"format":{_FORMAT},"sides":[{",".join(part)}]}}' for part in _packed(parts)]


def _packed(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in their order, as many together as a part may hold."""
    part: list[str] = []
    for text in texts:
        if part and sum(map(len, part)) + len(text) > _PART:
            yield part
            part = []
        part.append(text)
    yield part


def _read(parts: Iterable[str]) -> ByReviewer:
    """The stored decisions; none where a part cannot be read."""
    sides: ByReviewer = {}
    try:
        for text in parts:
            values: Any = parsed(text)
            if values["format"] != _FORMAT:
                return {}
            for side in values["sides"]:
                events = [from_fields("event", f) for f in until_stopped(side["events"])]
                reviewed = from_fields("reviewed", side["reviewed"])
                assert isinstance(reviewed, Reviewed)
                before = sides.get(str(side["reviewer"]), Decisions())
                sides[str(side["reviewer"])] = Decisions(
                    (*before.events, *(event for event in events if isinstance(event, Event))),
                    (*before.reviewed, *reviewed.spans),
                )
        return sides
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}
