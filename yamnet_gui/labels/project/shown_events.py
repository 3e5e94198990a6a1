"""Which of a project's events a view leaves out, kept up to date as events change."""

import threading

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import EventSource, ReviewState
from yamnet_gui.core.resources import bundled_ontology
from yamnet_gui.detection import Sounds, duplicates

from .event_rows import SOURCES, STATES
from .index import EventIndex
from .tables import Tables

_DETECTED = SOURCES.index(EventSource.DETECTED)
_UNREVIEWED = STATES.index(ReviewState.UNREVIEWED)
_UNSURE = [STATES.index(s) for s in (ReviewState.REJECTED, ReviewState.UNCERTAIN)]
_CHANNELS = 1 << 16


class LeftOut:
    """The events for which others stand (`detection.duplicates`), as a column of the index.

    Of a million events the first answer takes some seconds; later ones look at the recordings
    that have changed since.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mask: NDArray[np.bool_] = np.zeros(0, bool)
        self._change = -1

    def of(self, index: EventIndex, tables: Tables) -> NDArray[np.bool_]:
        """By position: what is left out of `index`, a snapshot. Read-only."""
        with self._lock:
            if index.change > self._change or index.count > len(self._mask):
                self._update(index, tables)
            return self._mask[: index.count]

    def _update(self, index: EventIndex, tables: Tables) -> None:
        alive = index.column("alive")
        if self._change >= 0:
            recs = index.column("rec")
            changed = index.changed_since(self._change)
            concerned = np.zeros(index.count, bool)
            for rec in changed if len(changed) <= 8 else ():
                concerned |= recs == rec
            if len(changed) > 8:
                concerned = np.isin(recs, changed)
        else:
            concerned = np.ones(index.count, bool)
        mask = np.zeros(max(index.count, len(self._mask)), bool)
        mask[: len(self._mask)] = self._mask
        mask[: index.count][concerned] = False
        at = np.flatnonzero(concerned & alive)
        mask[at] = duplicates(_sounds(index, tables, at), bundled_ontology())
        mask.flags.writeable = False
        self._mask, self._change = mask, index.change


def _sounds(index: EventIndex, tables: Tables, at: NDArray[np.int64]) -> Sounds:
    """Events by position, as columns."""
    ontology = bundled_ontology()
    places = [ontology.position(index, mid, label) for label, index, mid in tables.kinds]
    nodes = np.array(places or [-1], np.int64)
    state, source = index.column("state")[at], index.column("source")[at]
    return Sounds(
        nodes[index.column("kind")[at]],
        index.column("rec")[at].astype(np.int64) * _CHANNELS + index.column("channel")[at] + 1,
        index.column("onset")[at],
        index.column("offset")[at],
        (state == _UNREVIEWED) & (source == _DETECTED) & ~index.column("noted")[at],
        ~np.isin(state, _UNSURE),
        index.column("negative")[at],
    )
