"""The owner of the review queue: which events are to be decided on, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.labels.project import QueueKind

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class QueueRequest:
    """What to review. `kind` None: no queue, events as the table lists them.

    `everywhere`: all recordings of the project instead of the open one. `label`: only this class;
    "" for all. `channels`: only events of these, from 0, with None for the mix; None for all.
    `dataset`: the next events of this dataset beside the project, which come into it.
    """

    kind: QueueKind | None = None
    everywhere: bool = False
    label: str = ""
    channels: frozenset[int | None] | None = None
    dataset: Path | None = None


class ReviewQueue(QObject):
    """The rows of the project's events in the order of review, and the place in it.

    Rows are a snapshot: what is decided stays in its place, so that one can go back.
    """

    changed = Signal()  # the request or the rows
    moved = Signal()  # the row, or how many are left

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = QueueRequest()
        self._rows: Rows = np.empty(0, np.int64)
        self._row: int | None = None
        self._left = 0

    @property
    def request(self) -> QueueRequest:
        return self._request

    @property
    def active(self) -> bool:
        """Whether keys follow the queue rather than the table."""
        return self._request.kind is not None and len(self._rows) > 0

    @property
    def rows(self) -> Rows:
        """int64 (n,), in the order of review; not to be altered."""
        return self._rows

    @property
    def row(self) -> int | None:
        """The current row of the review; None before the first step."""
        return self._row

    @property
    def index(self) -> int | None:
        """Position of `row` in the queue, from 0."""
        if self._row is None:
            return None
        positions = np.flatnonzero(self._rows == self._row)
        return int(positions[0]) if len(positions) else None

    @property
    def left(self) -> int:
        """How many of the queue nobody has decided on, as last counted."""
        return self._left

    def set_request(self, request: QueueRequest) -> None:
        """Forgets the rows of the former request."""
        if request != self._request:
            self._request = request
            self._replace(np.empty(0, np.int64))

    def set_rows(self, rows: Rows | Sequence[int]) -> None:
        """A new queue, before its first event."""
        owned = np.array(rows, np.int64)
        owned.setflags(write=False)
        self._replace(owned)

    def leave_out(self, rows: Rows, direction: int) -> None:
        """Takes rows out; the place comes to be just before what follows in this direction."""
        stays = np.isin(self._rows, rows, invert=True)
        before = int(np.count_nonzero(stays[: self.index or 0]))
        at = before - 1 if direction > 0 else before
        self.set_rows(self._rows[stays])
        if 0 <= at < len(self._rows):
            self.set_row(int(self._rows[at]))

    def set_row(self, row: int | None) -> None:
        if row != self._row:
            self._row = row
            self.moved.emit()

    def set_left(self, count: int) -> None:
        if count != self._left:
            self._left = count
            self.moved.emit()

    def _replace(self, rows: Rows) -> None:
        self._rows = rows
        self._row = None
        self._left = len(rows)
        self.changed.emit()
