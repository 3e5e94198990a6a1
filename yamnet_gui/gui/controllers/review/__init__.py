"""What people decide about events: every step goes through the project, one at a time."""

from collections.abc import Callable

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.state.top_classes import BEST_OF_EVENT

from .bounds import Bounding
from .steps import Asks

__all__ = ["Asks", "ReviewController"]


class ReviewController(Bounding):
    """Decisions and corrections on the selected events of the open recording."""

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        digits = {f"label_{n}": self._digit(n) for n in range(1, BEST_OF_EVENT + 1)}
        return {
            "accept": lambda: self.decide(ReviewState.ACCEPTED),
            "reject": lambda: self.decide(ReviewState.REJECTED),
            "uncertain": lambda: self.decide(ReviewState.UNCERTAIN),
            "unreview": self.unreview,
            "next_unreviewed": self.next_unreviewed,
            "accept_above": lambda: self.decide_beyond(ReviewState.ACCEPTED),
            "reject_below": lambda: self.decide_beyond(ReviewState.REJECTED),
            "find_class": self.ask_relabel,
            "set_onset": lambda: self.set_edge(onset=True),
            "set_offset": lambda: self.set_edge(onset=False),
            "draw": self.draw,
            "add_label": self.add_label,
            "split": self.split,
            "merge": self.merge,
            "delete": self.delete,
            "listened": lambda: self.mark_listened(of_class=False),
            "listened_class": lambda: self.mark_listened(of_class=True),
            "unlistened": self.unmark_listened,
            "undo": self.undo,
            "redo": self.redo,
            **digits,
        }
