"""Keeps events and shown classes true to scores and rules."""

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import derive_events, merge_detections

from .state.class_view import ClassOrder, ClassView, Showing
from .state.document import AnalysisState, Document
from .state.rules import Rules

_WHILE_ANALYSING_MS = 700
_AT_ONCE_MS = 0


class Deriver(QObject):
    """Derives events anew when scores or rules change: at once for rules, calmly for scores."""

    def __init__(
        self,
        document: Document,
        rules: Rules,
        classes: ClassView,
        class_map: ClassMap,
        ontology: Ontology,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._rules = rules
        self._classes = classes
        self._class_map = class_map
        self._ontology = ontology
        self._order_in_tree = _tree_order(ontology)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.derive)
        document.scores_changed.connect(self._on_scores)
        document.analysis_changed.connect(self._on_analysis)
        document.recording_changed.connect(self._on_recording)
        rules.changed.connect(self._on_rules)
        classes.options_changed.connect(self.choose_shown)

    @property
    def waiting(self) -> bool:
        """Whether events are about to be derived anew."""
        return self._timer.isActive()

    def derive(self) -> None:
        """Detections of all channels by the present rules, beside what people touched."""
        detections: list[Event] = []
        for buffer in self._document.buffers:
            if buffer.ready:
                found = derive_events(buffer.table(), self._rules.rule_set, self._class_map)
                detections.extend(found)
        merged = merge_detections(EventList.of(detections), self._document.events)
        self._document.set_events(merged)
        self.choose_shown()

    def choose_shown(self) -> None:
        """Which classes get a row: the best, those with events, or the ticked ones."""
        scores = self._document.scores
        best = scores.best if scores is not None else np.zeros(len(self._class_map))
        counts = np.zeros(len(self._class_map), int)
        for event in self._document.events:
            if event.class_index is not None:
                counts[event.class_index] += 1
        view = self._classes
        match view.showing:
            case Showing.TICKED:
                chosen = sorted(view.ticked)
            case Showing.EVENTS:
                chosen = np.flatnonzero(counts).tolist()
            case Showing.BEST:
                chosen = np.flatnonzero(best > 0).tolist() if scores is not None else []
        mean = scores.mean if scores is not None else best
        ranks: dict[ClassOrder, Callable[[int], Any]] = {
            ClassOrder.BEST: lambda i: -best[i],
            ClassOrder.MEAN: lambda i: -mean[i],
            ClassOrder.COUNT: lambda i: (-counts[i], -best[i]),
            ClassOrder.NAME: lambda i: self._class_map[i].name.casefold(),
            ClassOrder.ONTOLOGY: lambda i: self._order_in_tree.get(i, i),
        }
        if view.showing is not Showing.TICKED:
            chosen = sorted(chosen, key=lambda i: -best[i])[: view.limit]
        shown = tuple(sorted(chosen, key=ranks[view.order]))
        view.set_shown(shown)
        if shown and (view.chosen is None or scores is None):
            view.choose(shown[0])

    def _on_scores(self) -> None:
        if self._document.state is AnalysisState.RUNNING and not self._timer.isActive():
            self._timer.start(_WHILE_ANALYSING_MS)

    def _on_analysis(self) -> None:
        if self._document.state in (AnalysisState.COMPLETE, AnalysisState.STOPPED):
            self._timer.start(_AT_ONCE_MS)

    def _on_rules(self) -> None:
        if self._document.buffers:
            self._timer.start(_AT_ONCE_MS)

    def _on_recording(self) -> None:
        self._timer.stop()
        self._classes.set_shown(())
        self._classes.choose(None)


def _tree_order(ontology: Ontology) -> dict[int, int]:
    """Place of each class when the ontology is read from top to bottom."""
    order: dict[int, int] = {}
    waiting = [node.mid for node in reversed(ontology.roots)]
    while waiting:
        mid = waiting.pop()
        node = ontology.node(mid)
        if node is not None and node.class_index is not None:
            order.setdefault(node.class_index, len(order))
        waiting.extend(child.mid for child in reversed(ontology.children(mid)))
    return order
