"""What one card of the gallery stands for, and which span its thumbnail shows."""

from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.place import Place

CONTEXT_S = 0.25
"""What is shown before an event that is longer than its thumbnail, in seconds."""
WHOLE = 0.0
"""In place of a span: each thumbnail shows its whole event."""
_LEAST_AROUND_S = 0.25
_AROUND = 0.2


@dataclass(frozen=True, slots=True)
class GalleryItem:
    """An event of the project, or a place that may become one.

    `score`: the event's, or how similar the place is. `event_id` "": nothing is decided yet.
    `row`: of the project's event; 0 where it is not known.
    """

    place: Place
    label: str = ""
    class_index: int | None = None
    score: float | None = None
    state: ReviewState = ReviewState.UNREVIEWED
    event_id: str = ""
    row: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        """The file name of its recording."""
        return Path(self.place.path).name


def shown_span(sound: TimeSpan, wide_s: float) -> TimeSpan:
    """What a thumbnail of `wide_s` seconds shows of a sound: it in the middle.

    Of a longer one its beginning, behind a little of what comes before. `WHOLE`: all of it, with a
    fifth of its duration at both sides. It may begin before the recording, so that all thumbnails
    have one scale of time.
    """
    if wide_s == WHOLE:
        around = max(_AROUND * sound.duration_s, _LEAST_AROUND_S)
        return TimeSpan(sound.start_s - around, sound.end_s + around)
    room = wide_s - sound.duration_s
    start = sound.start_s - (room / 2 if room >= 2 * CONTEXT_S else min(CONTEXT_S, wide_s / 8))
    return TimeSpan(start, start + wide_s)
