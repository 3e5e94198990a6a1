"""A project of two recordings with scores made up to the second, and decisions about them."""

from pathlib import Path

import numpy as np

from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import Project, Recording, add_events, mark_reviewed
from yamnet_gui.quality.references import RecordingScores, StoredScores

CLASS_MAP = bundled_class_map()
ONTOLOGY = bundled_ontology()
DOG, BARK, CAT = (CLASS_MAP.find(name).index for name in ("Dog", "Bark", "Cat"))  # type: ignore[union-attr]
FRAMES = 250
MODEL = "a" * 64


def table(*bumps: tuple[int, float, float, float]) -> ScoreTable:
    """Two minutes with these (class, onset, offset, score), and nothing else."""
    grid = FrameGrid(FRAMES, 120.0)
    scores = np.full((FRAMES, len(CLASS_MAP)), 0.001, np.float32)
    for index, onset_s, offset_s, value in bumps:
        scores[grid.frame_at(onset_s + 0.24) : grid.frame_at(offset_s - 0.24) + 1, index] = value
    return ScoreTable(grid, scores)


def reviewed_project(path: Path) -> tuple[Project, StoredScores]:
    """`one.wav`: an accepted dog at 10 s, a rejected one at 30 s, a drawn cat at 50 s that has no
    score; 60 s to 100 s were reviewed, with a dog at 70 s that was not marked. `two.wav`: an
    accepted dog at 20 s. Dogs are also detected where nothing was reviewed."""
    project = Project.create(path / "p.yamnet")
    tables = {
        "one.wav": table(
            (DOG, 10.32, 12.24, 0.9), (DOG, 30.48, 32.4, 0.5), (DOG, 70.32, 72.24, 0.6),
            (DOG, 110.64, 112.56, 0.8),
        ),
        "two.wav": table((DOG, 20.4, 22.32, 0.35), (CAT, 60, 62.4, 0.9)),
    }  # fmt: skip
    for name in tables:
        project.recordings.register(Recording(name, name, duration_s=120.0, channels=1))
    decided = {
        "one.wav": [
            event("a", 10.32, 12.24, "Dog", ReviewState.ACCEPTED),
            event("b", 30.48, 32.4, "Dog", ReviewState.REJECTED),
            event("c", 50.0, 51.0, "Cat", ReviewState.UNREVIEWED, EventSource.DRAWN),
        ],
        "two.wav": [event("d", 20.4, 22.32, "Dog", ReviewState.ACCEPTED)],
    }
    for name, events in decided.items():
        project.apply(add_events(name, events))
    project.apply(
        mark_reviewed("one.wav", project.recordings.reviewed("one.wav"), TimeSpan(60, 100))
    )
    at_hand = {(path / name): RecordingScores((one,)) for name, one in tables.items()}
    return project, StoredScores(None, MODEL, at_hand=at_hand)


def event(
    event_id: str,
    onset_s: float,
    offset_s: float,
    label: str,
    state: ReviewState,
    source: EventSource = EventSource.DETECTED,
) -> Event:
    entry = CLASS_MAP.find(label)
    assert entry is not None
    score = 0.6 if source is EventSource.DETECTED else None
    return Event(
        event_id, onset_s, offset_s, label, entry.index, entry.mid,
        state=state, source=source, score_max=score,
    )  # fmt: skip
