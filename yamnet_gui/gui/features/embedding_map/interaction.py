"""Mouse and keyboard on the map: playing, navigating, selecting events, listing sounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import Hit, ListKind
from yamnet_gui.gui.times import clock

from .jobs import STATES, MapData
from .layout import MapLayout
from .panel import MapPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_MOST_LISTED = 5000


class MapInteraction(QObject):
    """Connects the plot with playback, timeline, selection and the list of similar sounds."""

    def __init__(
        self,
        context: Context,
        panel: MapPanel,
        layout: MapLayout,
        similar_sounds: SimilarSounds,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._layout = layout
        self._similar_sounds = similar_sounds
        self._document = context.session.document
        self._project = context.session.project
        self._selection = context.session.selection
        self._audition = context.services.audition
        self._navigator = context.services.navigation
        plot = panel.plot
        plot.pointed.connect(self._on_pointed)
        plot.chosen.connect(self._on_chosen)
        plot.lassoed.connect(self._on_lassoed)
        plot.play_requested.connect(self._play)
        self._selection.changed.connect(self._show_selected)

    def _on_pointed(self, point: int) -> None:
        data = self._layout.data
        if data is None or not 0 <= point < len(data):
            self._panel.pointed.setText("")
            self._audition.stop()
            return
        place = data.place(point)
        parts = [data.label_of(point), Path(place.path).name, clock(place.span.start_s, 1)]
        score = float(data.score[point])
        if np.isfinite(score):
            parts.append(f"score {score:.2f}")
        self._panel.pointed.setText("  ·  ".join(part for part in parts if part))
        if self._panel.hear.isChecked():
            self._play(point)

    def _play(self, point: int) -> None:
        if self._layout.data is not None:
            self._similar_sounds.play_place(self._layout.data.place(point))

    def _on_chosen(self, point: int) -> None:
        """Shows a point on the timeline."""
        data = self._layout.data
        if data is not None and 0 <= point < len(data):
            self._navigator.go(Destination.of_place(data.place(point), data.event_id(point)))

    def _on_lassoed(self, points: NDArray[np.intp]) -> None:
        """Selects the events among the points, and lists all of the points."""
        data = self._layout.data
        if data is None:
            return
        self._panel.emphasise(points)
        if not len(points):
            return
        if data.event_ids:
            here = [
                data.event_ids[i]
                for i in points.tolist()
                if data.recordings[int(data.recording[i])][0] == self._project.recording_id
            ]
            self._selection.select([i for i in here if i in self._document.events])
        hits = [_hit(data, i) for i in points[:_MOST_LISTED].tolist()]
        more = f" (the first {grouped(_MOST_LISTED)})" if len(points) > _MOST_LISTED else ""
        title = f"{grouped(len(points))} selected on the map{more}"
        self._similar_sounds.show_list(ListKind.CHOSEN, title, hits, front=False)

    def _show_selected(self) -> None:
        """Rings the event that is selected elsewhere."""
        data, current = self._layout.data, self._selection.current
        if data is not None and data.event_ids and current in data.event_ids:
            self._panel.plot.set_current(data.event_ids.index(current))


def _hit(data: MapData, point: int) -> Hit:
    score, state = float(data.score[point]), int(data.state[point])
    event_id = data.event_id(point)
    reviewed = STATES[state] if event_id and state >= 0 else ReviewState.UNREVIEWED
    shown = score if np.isfinite(score) else 0.0
    return Hit(data.place(point), shown, event_id=event_id, state=reviewed)
