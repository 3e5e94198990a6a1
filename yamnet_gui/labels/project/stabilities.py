"""How stable the scores of events are, stored with a project by recording."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_identity import current_identity
from yamnet_gui.detection import Stability, review_order

from . import EventFilter, Project
from .codec import parsed


def stored_stabilities(
    project: Project, recording_id: str, model_sha256: str | None = None
) -> dict[str, Stability]:
    """By event id; empty where they were computed with other weights than these (None: any).

    Raises ProjectError.
    """
    try:
        stored = parsed(project.settings.value(_name(recording_id)) or "{}")
        model = current_identity(str(stored.get("model")))
        if model_sha256 is not None and model != model_sha256:
            return {}
        return {
            str(event_id): Stability(str(event_id), tuple(float(s) for s in scores))
            for event_id, scores in stored.get("scores", {}).items()
        }
    except (ValueError, TypeError, AttributeError, OverflowError):
        return {}


def store_stabilities(
    project: Project, recording_id: str, model_sha256: str, stabilities: Mapping[str, Stability]
) -> None:
    """Replaces the stored ones. Raises ProjectError."""
    scores = {event_id: [round(s, 4) for s in one.scores] for event_id, one in stabilities.items()}
    text = json.dumps({"model": model_sha256, "scores": scores})
    project.settings.set_value(_name(recording_id), text)


def least_stable(project: Project, wanted: EventFilter) -> NDArray[np.int64]:
    """Rows of the events that were scored again, the least stable first; int64 (n,).

    Of the filter recordings, labels and states count. Raises ProjectError.
    """
    rows: dict[str, int] = {}
    stabilities: list[Stability] = []
    for recording in project.recordings.all():
        if wanted.recording_ids is not None and recording.id not in wanted.recording_ids:
            continue
        for event_id, one in stored_stabilities(project, recording.id).items():
            item = project.events.get(recording.id, event_id)
            if item is None:
                continue
            event = item.event
            if wanted.labels is not None and event.label not in wanted.labels:
                continue
            if wanted.states is not None and event.state not in wanted.states:
                continue
            key = f"{recording.id}/{event_id}"
            rows[key] = item.row
            stabilities.append(Stability(key, one.scores))
    return np.array([rows[key] for key in review_order(stabilities)], np.int64)


def _name(recording_id: str) -> str:
    return f"stability-{recording_id}"
