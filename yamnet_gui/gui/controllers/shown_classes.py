"""Which classes get a row in the score track."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from yamnet_gui.gui.state.class_counts import class_counts
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassOrder, ClassView, Showing
from yamnet_gui.gui.state.document import Document


class ShownClasses(QObject):
    """Chooses the rows from scores and events, as the options of the class view ask for."""

    def __init__(
        self,
        document: Document,
        classes: ClassView,
        class_map: ClassMapState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._classes = classes
        self._class_map = class_map
        self._at_cursor: tuple[int, ...] = ()
        self._by_default: int | None = None
        classes.options_changed.connect(self.update)
        document.channel_changed.connect(self.update)

    def clear(self) -> None:
        """No rows, and no chosen class."""
        self._by_default = None
        self._classes.set_lead(None)
        self._classes.set_shown(())
        self._classes.choose(None)

    def set_at_cursor(self, classes: tuple[int, ...]) -> None:
        """The classes that score best at the cursor, best first."""
        if classes != self._at_cursor:
            self._at_cursor = classes
            if self._classes.showing is Showing.CURSOR:
                self.update()

    def update(self) -> None:
        """Which classes get a row: the best of all or at the cursor, with events, or ticked."""
        scores = self._document.scores
        best = scores.best if scores is not None else np.zeros(len(self._class_map.value))
        counts = self._counts()
        view = self._classes
        match view.showing:
            case Showing.TICKED:
                chosen = sorted(view.ticked)
            case Showing.EVENTS:
                chosen = np.flatnonzero(counts).tolist()
            case Showing.CURSOR:
                chosen = [index for index in self._at_cursor if index < len(counts)]
            case Showing.BEST:
                chosen = np.flatnonzero(best > 0).tolist() if scores is not None else []
        mean = scores.mean if scores is not None else best
        places = self._class_map.ontology.class_places
        ranks: dict[ClassOrder, Callable[[int], Any]] = {
            ClassOrder.BEST: lambda i: -best[i],
            ClassOrder.MEAN: lambda i: -mean[i],
            ClassOrder.COUNT: lambda i: (-counts[i], -best[i]),
            ClassOrder.NAME: lambda i: self._class_map.value[i].name.casefold(),
            ClassOrder.ONTOLOGY: lambda i: places.get(i, i),
        }
        if view.showing in (Showing.BEST, Showing.EVENTS):
            chosen = sorted(chosen, key=lambda i: -best[i])[: view.limit]
        if view.showing is Showing.CURSOR and view.order is ClassOrder.BEST:
            shown = tuple(chosen)
        else:
            shown = tuple(sorted(chosen, key=ranks[view.order]))
        view.set_shown(shown)
        if shown and (view.chosen in (None, self._by_default) or scores is None):
            self._choose_by_default(shown)

    def _choose_by_default(self, shown: tuple[int, ...]) -> None:
        """The curve is that of the first row with events that are shown: Silence, which mostly
        scores best, has none unless all are. It stays where it is while it has such events."""
        heard = {e.class_index for e in self._document.shown.events}
        if self._classes.chosen not in heard or self._classes.chosen is None:
            self._by_default = next((row for row in shown if row in heard), shown[0])
            self._classes.choose(self._by_default)

    def _counts(self) -> NDArray[np.int64]:
        """How many events each class has; not counted where nothing depends on it."""
        class_map, view = self._class_map.value, self._classes
        if view.showing is not Showing.EVENTS and view.order is not ClassOrder.COUNT:
            return np.zeros(len(class_map), np.int64)
        return class_counts(self._document.shown.events.events, class_map)[0]
