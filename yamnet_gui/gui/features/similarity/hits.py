"""The owner of the list of similar sounds: what was asked, what was found, what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.state.place import Place


@dataclass(frozen=True, slots=True)
class Sample:
    """What a search is made from: frames float32 (n, 1024), and where they are from.

    `place` is None for a file that is not in the project.
    """

    words: str
    frames: NDArray[np.float32] = field(compare=False, repr=False)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of the list. `score` orders it: a cosine, or a score of the taught class.

    `event_id` names the event that a decision made or changed; `state` is that of the decision.
    """

    place: Place
    score: float
    row: int = -1
    event_id: str = ""
    state: ReviewState = ReviewState.UNREVIEWED
    note: str = ""


class ListKind(StrEnum):
    """How the list came about, which says what its order means."""

    SIMILAR = "similar"
    SUGGESTED = "suggested"
    DUPLICATES = "duplicates"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class LabelOfHits:
    """The class that accepted hits are given."""

    label: str
    class_index: int | None = None
    mid: str = ""


class Similar(QObject):
    """One list at a time. `order` remembers in which order hits were decided."""

    reset = Signal()
    hit_changed = Signal(int)
    label_changed = Signal()
    query_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[Hit, ...] = ()
        self._positives: tuple[Sample, ...] = ()
        self._negatives: tuple[Sample, ...] = ()
        self._label: LabelOfHits | None = None
        self._order: list[int] = []
        self._searching = False
        self.kind = ListKind.SIMILAR
        self.random = False
        self.title = ""

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self._hits

    @property
    def positives(self) -> tuple[Sample, ...]:
        return self._positives

    @property
    def negatives(self) -> tuple[Sample, ...]:
        return self._negatives

    @property
    def label(self) -> LabelOfHits | None:
        return self._label

    @property
    def searching(self) -> bool:
        return self._searching

    @property
    def decisions(self) -> list[bool]:
        """Accepted or rejected, in the order in which it was decided."""
        states = [self._hits[row].state for row in self._order]
        decided = (ReviewState.ACCEPTED, ReviewState.REJECTED)
        return [state is ReviewState.ACCEPTED for state in states if state in decided]

    def set_query(self, positives: Iterable[Sample], negatives: Iterable[Sample] = ()) -> None:
        self._positives, self._negatives = tuple(positives), tuple(negatives)
        self.query_changed.emit()

    def set_searching(self, searching: bool) -> None:
        if searching != self._searching:
            self._searching = searching
            self.query_changed.emit()

    def set_label(self, label: LabelOfHits | None) -> None:
        if label != self._label:
            self._label = label
            self.label_changed.emit()

    def show(
        self, kind: ListKind, title: str, hits: Sequence[Hit], *, random: bool = False
    ) -> None:
        """Another list in place of the former one; `random`: drawn as an honest sample."""
        self.kind, self.title, self.random = kind, title, random
        self._hits = tuple(hits)
        self._order = []
        self.reset.emit()

    def decide(self, row: int, event_id: str, state: ReviewState) -> None:
        """What came of a hit."""
        before = self._hits[row]
        after = replace(before, event_id=event_id, state=state)
        if after == before:
            return
        self._hits = (*self._hits[:row], after, *self._hits[row + 1 :])
        if row in self._order:
            self._order.remove(row)
        if state is not ReviewState.UNREVIEWED:
            self._order.append(row)
        self.hit_changed.emit(row)
