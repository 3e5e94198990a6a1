"""Keeps events and shown classes true to scores and rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import (
    PreparedScores,
    ResolvedRule,
    derive_events,
    merge_detections,
    prepare,
)

from .state.class_view import ClassOrder, ClassView, Showing
from .state.document import AnalysisState, Document
from .state.rules import Rules

_WHILE_ANALYSING_MS = 700
_AT_ONCE_MS = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What was derived last from one buffer, so that only changed classes are derived anew."""

    frames: int
    method: str
    scores: PreparedScores
    events: Mapping[int, tuple[Event, ...]]
    rules: tuple[ResolvedRule, ...] = ()


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
        self._known: dict[int, _Known] = {}
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
        rules = self._rules.rule_set
        for place, buffer in enumerate(self._document.buffers):
            if not buffer.ready:
                continue
            known = self._known.get(place)
            if known is None or known.frames != buffer.ready or known.method != rules.method:
                scores = prepare(buffer.table())
                found = derive_events(scores, rules, self._class_map)
                known = _Known(buffer.ready, rules.method, scores, _by_class(found))
            else:
                changed = [i for i, rule in enumerate(known.rules) if rule != self._rules.rule(i)]
                found = derive_events(known.scores, rules, self._class_map, changed)
                fresh = _by_class(found)
                kept = {i: e for i, e in known.events.items() if i not in set(changed)}
                known = replace(known, events={**kept, **fresh})
            resolved = tuple(self._rules.rule(i) for i in range(len(self._class_map)))
            self._known[place] = replace(known, rules=resolved)
        detections = EventList.of(
            chain.from_iterable(
                events for known in self._known.values() for events in known.events.values()
            )
        )
        if any(event.touched for event in self._document.events):
            detections = merge_detections(detections, self._document.events)
        self._document.set_events(detections)
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
        self._known.clear()
        self._classes.set_shown(())
        self._classes.choose(None)


def _by_class(events: Iterable[Event]) -> dict[int, tuple[Event, ...]]:
    found: dict[int, list[Event]] = {}
    for event in events:
        if event.class_index is not None:
            found.setdefault(event.class_index, []).append(event)
    return {index: tuple(its) for index, its in found.items()}


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
