"""What the user decides about events: every step goes through the project, one at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from yamnet_gui.gui.actions import ACTIONS, Needs

from .bounds import Bounds
from .bulk import BulkSteps
from .decisions import Decisions
from .drawing import Drawing
from .editor import EventEditor
from .go_on import GoOn
from .history import History
from .labels import Labels
from .reviewed_spans import ReviewedSpans
from .taken import KeysTaken

__all__ = [
    "Bounds",
    "BulkSteps",
    "Decisions",
    "Drawing",
    "EventEditor",
    "GoOn",
    "History",
    "KeysTaken",
    "Labels",
    "Review",
    "ReviewedSpans",
]


_OF_EVENT = {spec.id for spec in ACTIONS if spec.needs is Needs.EVENT} | {"find_class"}


@dataclass(frozen=True, slots=True)
class Review:
    """Decisions and corrections on the selected events of the open recording, by part."""

    editor: EventEditor
    decisions: Decisions
    labels: Labels
    bounds: Bounds
    drawing: Drawing
    reviewed_spans: ReviewedSpans
    history: History
    keys: KeysTaken
    bulk: BulkSteps

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        of_event = {
            **self.decisions.handlers(),
            **self.labels.handlers(),
            **self.bounds.handlers(),
            **self.drawing.handlers(),
        }
        return {
            **of_event,
            **{name: self.keys.guarded(of_event[name]) for name in of_event.keys() & _OF_EVENT},
            **self.reviewed_spans.handlers(),
            **self.history.handlers(),
        }
