"""What the user decides about events: every step goes through the project, one at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from .bounds import Bounds
from .decisions import Decisions
from .drawing import Drawing
from .editor import EventEditor
from .history import History
from .labels import Labels
from .reviewed_spans import ReviewedSpans

__all__ = [
    "Bounds",
    "Decisions",
    "Drawing",
    "EventEditor",
    "History",
    "Labels",
    "Review",
    "ReviewedSpans",
]


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

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            **self.decisions.handlers(),
            **self.labels.handlers(),
            **self.bounds.handlers(),
            **self.drawing.handlers(),
            **self.reviewed_spans.handlers(),
            **self.history.handlers(),
        }
