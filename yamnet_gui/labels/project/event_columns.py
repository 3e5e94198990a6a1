"""Many events of a project as columns, for counting a million of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import EventSource, ReviewState

from .event_rows import SOURCES, STATES


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Events of existing recordings; arrays have one entry an event, in no order.

    `recording` is a position in `recording_ids`, `kind` one in `labels` and `class_indices` (None:
    no class of the model). `score` and `probability` are NaN where there is none.
    """

    recording_ids: tuple[str, ...]
    labels: tuple[str, ...]
    class_indices: tuple[int | None, ...]
    row: NDArray[np.int64]
    recording: NDArray[np.int64]
    kind: NDArray[np.int64]
    onset_s: NDArray[np.float64]
    score: NDArray[np.float64]
    probability: NDArray[np.float64]
    state: NDArray[np.int8]
    source: NDArray[np.int8]

    def is_state(self, state: ReviewState) -> NDArray[np.bool_]:
        return self.state == STATES.index(state)

    def is_source(self, source: EventSource) -> NDArray[np.bool_]:
        return self.source == SOURCES.index(source)
