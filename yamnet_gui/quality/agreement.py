"""Agreement of two reviewers of a project, or of two copies of it, and what is left to settle."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import counted
from yamnet_gui.detection.evaluation import Agreement, Item, Judged, agreement
from yamnet_gui.labels.project import Command, EventFilter, Project, group, unreview
from yamnet_gui.labels.project.recording_commands import set_texts
from yamnet_gui.labels.project.reviewer_decisions import (
    ByReviewer,
    Decisions,
    decisions_of,
    decisions_of_copies,
    matching_recording,
    present_decisions,
    storing,
)

_TO_SETTLE = "disagreements"


@dataclass(frozen=True, slots=True)
class ReviewerAgreement:
    """How far two reviewers agree, by name."""

    first: str
    second: str
    result: Agreement


def agreement_of(
    decisions: Mapping[str, ByReviewer],
    reviewers: Sequence[str] = (),
    collar_s: float = 0.5,
    subject: str | Path = "the project",
) -> ReviewerAgreement:
    """The agreement of two reviewers; of the two who both decided in most recordings if none are
    named. Raises SettingsError where there are no two."""
    known = sorted({name for sides in decisions.values() for name in sides})
    for name in reviewers:
        if name not in known:
            raise SettingsError(name, "is not a reviewer here", f"there are {_named(known)}")
    first, second = reviewers if reviewers else _busiest(decisions, subject)
    nothing = Decisions()
    judged = {
        recording_id: tuple(
            Judged(one.events, one.reviewed)
            for one in (sides.get(first, nothing), sides.get(second, nothing))
        )
        for recording_id, sides in decisions.items()
    }
    return ReviewerAgreement(
        first, second, agreement({i: (a, b) for i, (a, b) in judged.items()}, collar_s)
    )


def copies_decisions(ours: Project, theirs: Project) -> dict[str, ByReviewer]:
    """Decisions in two copies of a project that are not merged. Raises ProjectError."""
    taken: set[str] = set()
    pairs = []
    for recording in theirs.recordings.all():
        match = matching_recording(ours, recording, taken)
        if match is not None:
            taken.add(match.id)
            pairs.append((match.id, _present(ours, match.id), _present(theirs, recording.id)))
    return decisions_of_copies(pairs)


def settle_command(project: Project, items: Iterable[Item]) -> Command:
    """One step that makes the disagreements undecided again, to be decided anew.

    Who decided what stays stored, so that the agreement stays what it is. Raises ProjectError.
    """
    present = []
    for item in items:
        found = project.events.get(item.recording_id, item.event.id)
        if found is not None:
            present.append(found)
    places = [[one.recording_id, one.event.id] for one in present]
    text = json.dumps(places) if places else ""
    title = f"settle {counted(len(present), 'disagreement')}"
    return group(
        title,
        [
            Command(title, storing(project, decisions_of(project))),
            unreview(present),
            set_texts(title, {_TO_SETTLE: (project.settings.value(_TO_SETTLE), text)}),
        ],
    )


def disagreement_rows(project: Project, wanted: EventFilter) -> NDArray[np.int64]:
    """Rows of the disagreements that are still to settle, by recording and time; int64 (n,).

    Of the filter recordings and labels count. Raises ProjectError.
    """
    try:
        places = parse_json(project.settings.value(_TO_SETTLE) or "[]")
        pairs = [(str(recording_id), str(event_id)) for recording_id, event_id in places]
    except (ValueError, TypeError):
        return np.empty(0, np.int64)
    rows = []
    for recording_id, event_id in pairs:
        if wanted.recording_ids is not None and recording_id not in wanted.recording_ids:
            continue
        if project.recordings.get(recording_id) is None:
            continue
        item = project.events.get(recording_id, event_id)
        if item is None or item.event.state is not ReviewState.UNREVIEWED:
            continue
        if wanted.labels is None or item.event.label in wanted.labels:
            rows.append(item.row)
    return np.array(rows, np.int64)


def _busiest(decisions: Mapping[str, ByReviewer], subject: str | Path) -> tuple[str, str]:
    """The two reviewers with most recordings, and then most decisions, in common."""
    common: Counter[tuple[str, str]] = Counter()
    for sides in decisions.values():
        names = sorted(sides)
        for k, first in enumerate(names):
            for second in names[k + 1 :]:
                both = min(len(sides[first].events), len(sides[second].events))
                common[first, second] += 1_000_000 * (both > 0) + both
    if not common:
        raise SettingsError(
            subject,
            "has decisions of fewer than two reviewers in any recording",
            "merge a copy that another reviewer has worked on, or name it as the second project",
        )
    return common.most_common(1)[0][0]


def _present(project: Project, recording_id: str) -> ByReviewer:
    spans = project.recordings.reviewed(recording_id).spans
    return present_decisions(project.events.of(recording_id), spans)


def _named(names: Sequence[str]) -> str:
    return ", ".join(name or "one without a name" for name in names) or "none"
