"""Decisions on the cards that are selected, each as one step, by the commands used everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.dataset.dataset_steps import DatasetSteps, Ranges
from yamnet_gui.gui.features.similarity.hits import HitLabel
from yamnet_gui.gui.features.similarity.search_feedback import SearchFeedback

from .listing import Kind, Listing
from .panel import GalleryPanel
from .sources import Rows

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_NEAR = 500
"""Cards among which the next unreviewed one is looked for: each is read from the project."""


class GallerySteps(QObject):
    """Accepts, rejects and relabels what is selected; one card alone hands on to the next."""

    def __init__(
        self,
        context: Context,
        listing: Listing,
        panel: GalleryPanel,
        feedback: SearchFeedback,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._label_sets = context.session.label_sets
        self._editor = context.services.review.editor
        self._bulk = context.services.review.bulk
        self._questions = context.shell.questions
        self._show_message = context.shell.show_message
        self._listing = listing
        self._panel = panel
        self._feedback = feedback
        self._of_dataset = DatasetSteps(context, self)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the keys of the window's actions do while the grid has the focus."""
        return {
            "accept": lambda: self.decide(ReviewState.ACCEPTED),
            "reject": lambda: self.decide(ReviewState.REJECTED),
            "uncertain": lambda: self.decide(ReviewState.UNCERTAIN),
            "unreview": lambda: self.decide(ReviewState.UNREVIEWED),
            "find_class": self.ask_label,
            "relabel_again": self.give_again,
            **{f"label_{n}": self._digit(n) for n in range(1, 10)},
        }

    def decide(self, state: ReviewState) -> None:
        """Gives everything that is selected the state."""
        chosen = self._panel.grid.selected
        if not self._may(len(chosen)):
            return
        new = self._unreviewed(int(chosen[0]))
        if self._listing.choice.kind is Kind.SIMILAR:
            numbers = [self._listing.hits.hit_at(row) for row in chosen.tolist()]
            begun = self._feedback.decide_many(numbers, state)
        elif self._listing.of_dataset:
            begun = self._of_dataset.decide(self._listing.dataset.rows, _ranges(chosen), state)
        else:
            begun = self._bulk.decide(self._listing.events.rows[chosen], state)
        if begun and state is not ReviewState.UNREVIEWED:
            self._go_on(new=new)

    def ask_label(self) -> None:
        """Asks for a class, and gives it to everything that is selected now."""
        chosen = self._panel.grid.selected
        if not self._may(len(chosen)):
            return
        kind, rows = self._listing.choice.kind, self._listing.events.rows
        listing = self._listing.hits.listing
        item = self._panel.model.item(int(chosen[0])) if len(chosen) == 1 else None
        what = counted(len(chosen), "sound") if item is None else item.label or "this sound"
        near = self._questions.near(item.class_index if item is not None else None)
        choice = self._questions.label(f"Relabel {what} to", self._editor.used_labels, near)
        if choice is None:
            return
        now = self._listing
        same = kind is now.choice.kind and rows is now.events.rows
        if not same or (kind is Kind.SIMILAR and listing != now.hits.listing):
            self._show_message("Not relabelled: the gallery lists something else by now.")
        else:
            self.relabel(choice)

    def give_again(self) -> None:
        """Gives everything that is selected the label that was given last, by whatever way."""
        if self._editor.last_label is None:
            self._show_message("No label has been given yet since the program was started.")
        elif self._may(self._panel.grid.selected_count):
            self.relabel(self._editor.last_label)

    def relabel(self, choice: LabelChoice) -> None:
        """Gives everything that is selected a label; those that have it are accepted."""
        self._editor.last_label = choice
        chosen = self._panel.grid.selected
        new = len(chosen) > 0 and self._unreviewed(int(chosen[0]))
        if self._listing.choice.kind is Kind.SIMILAR:
            numbers = [self._listing.hits.hit_at(row) for row in chosen.tolist()]
            label = HitLabel(choice.label, choice.class_index, choice.mid)
            begun = self._feedback.decide_many(numbers, ReviewState.ACCEPTED, label)
        elif self._listing.of_dataset:
            begun = self._of_dataset.relabel(self._listing.dataset.rows, _ranges(chosen), choice)
        else:
            begun = self._bulk.relabel(self._listing.events.rows[chosen], choice)
        if begun:
            self._go_on(new=new)

    def _digit(self, number: int) -> Callable[[], None]:
        def give() -> None:
            label = self._label_sets.keys.get(str(number))
            if label is None:
                self._show_message(f"No label has the key {number} here; / searches a class.")
            elif self._may(self._panel.grid.selected_count):
                self.relabel(LabelChoice(label.name, label.class_index, label.mid))

        return give

    def _may(self, count: int) -> bool:
        if not count:
            self._show_message("Select thumbnails first.")
            return False
        return self._bulk.free

    def _unreviewed(self, row: int) -> bool:
        item = self._panel.model.item(row)
        return item is not None and item.state is ReviewState.UNREVIEWED

    def _go_on(self, *, new: bool) -> None:
        """From one card to the next; to the next unreviewed one where nobody had decided on it."""
        grid = self._panel.grid
        chosen = grid.selected
        if len(chosen) != 1:
            return
        behind = range(int(chosen[0]) + 1, grid.count)
        near = (row for row in behind[:_NEAR] if not new or self._unreviewed(row))
        following = next(near, None)
        if following is None and len(behind) > _NEAR:
            following = behind[_NEAR]
        if following is not None:
            grid.setCurrentIndex(self._panel.model.index(following, 0))


def _ranges(chosen: Rows) -> Ranges:
    """Ascending positions as ranges."""
    parts = np.split(chosen, np.flatnonzero(np.diff(chosen) != 1) + 1)
    return tuple((int(part[0]), int(part[-1]) + 1) for part in parts if len(part))
