"""The owner of the list of similar sounds: the query, the hits, and their review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import DECIDED, ReviewState
from yamnet_gui.gui.state.place import Place


@dataclass(frozen=True, slots=True)
class QueryExample:
    """An example to search with: its embeddings, float32 (n, 1024), and where they are from.

    `name` is for the title of the list. `place` is None for a file that is not in the project.
    """

    name: str
    frames: NDArray[np.float32] = field(compare=False, repr=False)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of the list. `score` orders it: a cosine, or a score of the custom class.

    `event_id` is the event that a decision created or changed; `state` is the decision.
    `of_dataset`: id and file of its recording in the dataset that was searched.
    """

    place: Place
    score: float
    row: int = -1
    event_id: str = ""
    state: ReviewState = ReviewState.UNREVIEWED
    note: str = ""
    of_dataset: tuple[str, str] | None = None


class ListKind(StrEnum):
    """Where the list comes from, and with that what its order means."""

    SIMILAR = "similar"
    SUGGESTED = "suggested"
    DUPLICATES = "duplicates"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class HitLabel:
    """The class that accepted hits get."""

    label: str
    class_index: int | None = None
    mid: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about the hit number `number`; `made`: its event is new. `recording_id`: of
    its recording, where that came into the project with the decision."""

    number: int
    event_id: str
    state: ReviewState
    made: bool = False
    recording_id: str = ""


class HitList(QObject):
    """One list at a time, with the order in which its hits were reviewed."""

    reset = Signal()
    hit_changed = Signal(int)
    hits_changed = Signal()  # many of them at once
    label_changed = Signal()
    query_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[Hit, ...] = ()
        self._positives: tuple[QueryExample, ...] = ()
        self._negatives: tuple[QueryExample, ...] = ()
        self._label: HitLabel | None = None
        self._order: list[int] = []
        self._searching = False
        self._listing = 0
        self.kind = ListKind.SIMILAR
        self.random = False
        self.title = ""
        self.note = ""
        """What the list may lack."""

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self._hits

    @property
    def listing(self) -> int:
        """Another number for every list: a place in one list means nothing in another."""
        return self._listing

    @property
    def positives(self) -> tuple[QueryExample, ...]:
        return self._positives

    @property
    def negatives(self) -> tuple[QueryExample, ...]:
        return self._negatives

    @property
    def label(self) -> HitLabel | None:
        return self._label

    @property
    def searching(self) -> bool:
        return self._searching

    @property
    def decisions(self) -> list[bool]:
        """Whether each reviewed hit was accepted (else rejected), in the order of the review."""
        states = [self._hits[row].state for row in self._order]
        return [state is ReviewState.ACCEPTED for state in states if state in DECIDED]

    def set_query(
        self, positives: Iterable[QueryExample], negatives: Iterable[QueryExample] = ()
    ) -> None:
        self._positives, self._negatives = tuple(positives), tuple(negatives)
        self.query_changed.emit()

    def set_searching(self, searching: bool) -> None:
        if searching != self._searching:
            self._searching = searching
            self.query_changed.emit()

    def set_label(self, label: HitLabel | None) -> None:
        if label != self._label:
            self._label = label
            self.label_changed.emit()

    def show(
        self,
        kind: ListKind,
        title: str,
        hits: Sequence[Hit],
        *,
        random: bool = False,
        note: str = "",
    ) -> None:
        """Replaces the list; `random`: the hits are a random sample. `note`: what it may lack."""
        self.kind, self.title, self.random, self.note = kind, title, random, note
        self._hits = tuple(hits)
        self._order = []
        self._listing += 1
        self.reset.emit()

    def decide(self, row: int, event_id: str, state: ReviewState) -> None:
        """Stores the decision about a hit."""
        self.decide_all([Decided(row, event_id, state)])

    def decide_all(self, decisions: Iterable[Decided]) -> None:
        """Stores the decisions about any number of hits."""
        hits = list(self._hits)
        changed: dict[int, ReviewState] = {}
        for one in decisions:
            place = hits[one.number].place
            if one.recording_id:
                place = replace(place, recording=one.recording_id)
            after = replace(hits[one.number], place=place, event_id=one.event_id, state=one.state)
            if after != hits[one.number]:
                hits[one.number] = after
                changed[one.number] = one.state
        if not changed:
            return
        self._hits = tuple(hits)
        again = [row for row in changed if changed[row] is not ReviewState.UNREVIEWED]
        self._order = [row for row in self._order if row not in changed] + again
        if len(changed) == 1:
            self.hit_changed.emit(next(iter(changed)))
        else:
            self.hits_changed.emit()
