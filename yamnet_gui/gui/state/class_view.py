"""The owner of which classes are shown, in which order, and which one is chosen."""

from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Showing(StrEnum):
    """Which classes get a row in the score track."""

    BEST = "best"
    EVENTS = "events"
    TICKED = "ticked"
    CURSOR = "cursor"


class ClassOrder(StrEnum):
    """How classes are sorted."""

    BEST = "best"
    MEAN = "mean"
    COUNT = "count"
    NAME = "name"
    ONTOLOGY = "ontology"


class ClassView(QObject):
    """Shown classes (indices, top row first) and the chosen one, whose curve is drawn."""

    shown_changed = Signal()
    chosen_changed = Signal()
    options_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[int, ...] = ()
        self._lead: int | None = None
        self._chosen: int | None = None
        self._ticked: frozenset[int] = frozenset()
        self._showing = Showing.BEST
        self._order = ClassOrder.BEST
        self._limit = 10

    @property
    def shown(self) -> tuple[int, ...]:
        """The rows of the score track, from the top."""
        lead = self._lead
        return self._rows if lead is None else (lead, *(c for c in self._rows if c != lead))

    @property
    def lead(self) -> int | None:
        """The class above all others, whether the options ask for it or not."""
        return self._lead

    @property
    def chosen(self) -> int | None:
        return self._chosen

    @property
    def ticked(self) -> frozenset[int]:
        return self._ticked

    @property
    def showing(self) -> Showing:
        return self._showing

    @property
    def order(self) -> ClassOrder:
        return self._order

    @property
    def limit(self) -> int:
        return self._limit

    def set_shown(self, classes: tuple[int, ...]) -> None:
        before, self._rows = self.shown, classes
        if self.shown != before:
            self.shown_changed.emit()

    def set_lead(self, class_index: int | None) -> None:
        before, self._lead = self.shown, class_index
        if self.shown != before:
            self.shown_changed.emit()

    def choose(self, class_index: int | None) -> None:
        if class_index != self._chosen:
            self._chosen = class_index
            self.chosen_changed.emit()

    def tick(self, class_index: int, on: bool) -> None:
        """Shows a class always, or no longer; from then on the ticked classes are shown, if any."""
        change = {class_index}
        ticked = self._ticked | change if on else self._ticked - change
        if ticked != self._ticked:
            self._ticked = ticked
            if on:
                self._showing = Showing.TICKED
            elif not ticked and self._showing is Showing.TICKED:
                self._showing = Showing.BEST  # nothing would be shown
            self.options_changed.emit()

    def forget_from(self, count: int) -> None:
        """Classes from this index on exist no longer: none is shown, ticked or chosen."""
        self._ticked = frozenset(index for index in self._ticked if index < count)
        if self._lead is not None and self._lead >= count:
            self.set_lead(None)
        self.set_shown(tuple(index for index in self._rows if index < count))
        if self._chosen is not None and self._chosen >= count:
            self.choose(None)

    def set_options(
        self,
        *,
        showing: Showing | None = None,
        order: ClassOrder | None = None,
        limit: int | None = None,
    ) -> None:
        before = (self._showing, self._order, self._limit)
        self._showing = showing or self._showing
        self._order = order or self._order
        self._limit = limit or self._limit
        if (self._showing, self._order, self._limit) != before:
            self.options_changed.emit()
