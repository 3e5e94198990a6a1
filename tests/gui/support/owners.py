"""Small recordings with scores and events for tests of the window's parts."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from yamnet_gui.core.events import Event, EventList, RecordingInfo, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.document import Document, OpenRecording
from yamnet_gui.gui.state.event_order import EventOrder
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline

SPEECH, DOG, SILENCE = 0, 69, 494
FRAMES = 125


@dataclass
class Owners:
    """Every owner that a panel may read from."""

    parent: QObject
    class_map: ClassMapState = field(default_factory=lambda: ClassMapState(bundled_class_map()))
    ontology: Ontology = field(default_factory=bundled_ontology)

    def __post_init__(self) -> None:
        self.document = Document(self.class_map.model_count, self.parent)
        self.selection = EventSelection(self.parent)
        self.timeline = Timeline(self.parent)
        self.class_view = ClassView(self.parent)
        self.rules = Rules(self.parent)
        self.grouping = Grouping(self.document, self.class_map, self.parent)
        self.order = EventOrder(self.document, self.grouping)

    def open(self, duration_s: float = 60.0) -> None:
        info = RecordingInfo(Path("/sounds/yard.wav"), duration_s, 44_100, 2)
        self.document.open(OpenRecording(info, "PCM 16"))
        self.timeline.set_recording(duration_s, 44_100)

    def score(self, frames: dict[tuple[int, int], float]) -> None:
        """A complete analysis with these scores at (frame, class), 0 elsewhere."""
        scores = np.zeros((FRAMES, self.class_map.model_count), np.float32)
        for place, value in frames.items():
            scores[place] = value
        grid = FrameGrid(FRAMES, 60.0)
        self.document.set_scores((ScoreBuffer.of_table(ScoreTable(grid, scores)),))

    def event(
        self,
        event_id: str,
        onset_s: float,
        class_index: int = SPEECH,
        length_s: float = 0.96,
        score: float | None = 0.5,
        state: ReviewState = ReviewState.UNREVIEWED,
        note: str = "",
    ) -> Event:
        entry = self.class_map.value[class_index]
        return Event(
            event_id,
            onset_s,
            onset_s + length_s,
            entry.name,
            class_index,
            entry.mid,
            state=state,
            score_max=score,
            note=note,
        )

    def yard(self) -> None:
        """Four events: speech, a rejected dog, an accepted dog with a note, a drawn silence."""
        self.open()
        self.document.set_events(
            EventList.of(
                [
                    self.event("speech", 1.0, SPEECH, 2.0, 0.4),
                    self.event("dog", 5.0, DOG, 0.5, 0.9, ReviewState.REJECTED),
                    self.event("dog2", 9.0, DOG, 1.0, 0.7, ReviewState.ACCEPTED, "behind the wall"),
                    self.event("quiet", 20.0, SILENCE, 30.0, None),
                ]
            )
        )
