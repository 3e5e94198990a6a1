"""Accepting and rejecting, one event, many, or all that score beyond one."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.gui.controllers.event_navigation import EventNavigation
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController
from yamnet_gui.gui.dialogs.questions import Questions
from yamnet_gui.gui.jobs.review import DecideJob
from yamnet_gui.labels import project as edits
from yamnet_gui.labels.project import EventFilter

from .editor import EventEditor
from .go_on import GoOn


class Decisions:
    """Gives events a state and goes on."""

    def __init__(
        self,
        editor: EventEditor,
        events: EventNavigation,
        queue: ReviewQueueController,
        projects: ProjectManager,
        questions: Questions,
        go_on: GoOn,
    ) -> None:
        self._editor = editor
        self._go_on = go_on
        self._events = events
        self._queue = queue
        self._projects = projects
        self._questions = questions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "accept": lambda: self.decide(ReviewState.ACCEPTED),
            "reject": lambda: self.decide(ReviewState.REJECTED),
            "uncertain": lambda: self.decide(ReviewState.UNCERTAIN),
            "unreview": self.unreview,
            "next_unreviewed": self.next_unreviewed,
            "accept_above": lambda: self.decide_beyond(ReviewState.ACCEPTED),
            "reject_below": lambda: self.decide_beyond(ReviewState.REJECTED),
        }

    def decide(self, state: ReviewState) -> None:
        """Gives all selected events the state and goes on to the one after them."""
        editor = self._editor
        events = editor.selected
        if not events:
            return
        reviewer = editor.reviewer
        editor.apply_to(
            events,
            lambda items: edits.set_state(items, state, reviewer),
            self._go_on.planned(),
        )

    def unreview(self) -> None:
        """Back to where nobody has decided; the selection stays."""
        editor, events = self._editor, self._editor.selected
        if events and all(event.state is ReviewState.UNREVIEWED for event in events):
            editor.message.emit("Nobody has decided about it yet.")
        else:
            editor.apply_to(events, edits.unreview)

    def next_unreviewed(self) -> None:
        """Goes to the next event that nobody has decided about, from the start after the last."""
        if self._queue.advance(skip=True):
            return
        ids = self._events.ids
        current = self._editor.selection.current
        at = ids.index(current) + 1 if current in ids else self._events.index_at_cursor
        for event_id in [*ids[at:], *ids[:at]]:
            event = self._editor.document.events.get(event_id)
            if event is not None and event.state is ReviewState.UNREVIEWED:
                self._events.go_to(event_id)
                return
        self._editor.message.emit("Every event of the list is reviewed.")

    def decide_beyond(self, state: ReviewState) -> None:
        """Accepts all that score as high or higher, or rejects all as low or lower, when asked."""
        editor = self._editor
        current = editor.current
        if current is None or current.score_max is None:
            editor.message.emit("Only events with a score have others above or below them.")
            return
        if not editor.ready:
            return
        above = state is ReviewState.ACCEPTED
        rows = self._rows_beyond(current, above)
        here = [] if rows is not None else self._beyond(current, above)
        items = editor.project.items_later(here)  # another may be open after the question
        count = len(here) if rows is None else len(rows)
        if not count:
            editor.message.emit("There is nothing left to decide on there.")
            return
        word, side = ("Accept", "more") if above else ("Reject", "less")
        number = counted(count, "event")
        where = "this recording" if rows is None else "all recordings"
        question = (
            f"{word} {number} of {current.label} in {where} that "
            f"score{'s' if count == 1 else ''} {current.score_max:.2f} or {side}?"
        )
        if not self._questions.confirm(question, f"{word} {number}"):
            return
        project = editor.project.project
        if project is not None and rows is not None and count >= edits.MOST_COUNTED:
            job = DecideJob(project, rows, state, editor.reviewer)
            self._projects.run(job, on_result=self._on_many(word), finish=True)
            return
        reviewer = editor.reviewer
        if rows is None:
            editor.apply_to(
                here,
                lambda items: edits.set_state(items, state, reviewer),
                self._advance,
                items=items,
            )
        elif project is not None:
            editor.apply(edits.set_state(project.events.at(rows), state, reviewer), self._advance)

    def _on_many(self, word: str) -> Callable[[int], None]:
        def on_result(count: int) -> None:
            number = counted(count, "event")
            self._editor.changed_many.emit(f"Done: {word.lower()} {number} in all recordings.")
            self._advance()

        return on_result

    def _advance(self) -> None:
        self._queue.advance()

    def _rows_beyond(self, current: Event, above: bool) -> NDArray[np.int64] | None:
        """Rows of the same over all recordings; None where no queue leads through them."""
        if not self._queue.everywhere:
            return None
        project = self._editor.project.project
        item = project.events.get(self._editor.recording_id, current.id) if project else None
        if project is None or item is None:
            return np.empty(0, np.int64)
        wanted = EventFilter(one_per_sound=self._shown_only(current))
        return (
            project.events.at_or_above(item.row, wanted)
            if above
            else project.events.at_or_below(item.row, wanted)
        )

    def _shown_only(self, current: Event) -> bool:
        """Whether events that are not shown are left alone; a queue of the class asks for all."""
        asked = self._queue.label == current.label
        return self._editor.document.shown.one_per_sound and not asked

    def _beyond(self, current: Event, above: bool) -> list[Event]:
        """The event, and those of its class not reviewed yet that score as far or farther."""
        limit = current.score_max or 0.0
        document = self._editor.document
        return [
            e
            for e in (document.shown.events if self._shown_only(current) else document.events)
            if e.id == current.id
            or (
                e.label == current.label
                and e.state is ReviewState.UNREVIEWED
                and e.score_max is not None
                and (e.score_max >= limit if above else e.score_max <= limit)
            )
        ]
