"""Spans of the open recording in which the user has heard everything."""

from collections.abc import Callable

from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.times import length
from yamnet_gui.labels import project as edits

from .editor import EventEditor


class ReviewedSpans:
    """Marks the selected span as reviewed, for all classes or for the chosen one."""

    def __init__(
        self,
        editor: EventEditor,
        timeline: Timeline,
        class_view: ClassView,
        class_map: ClassMapState,
    ) -> None:
        self._editor = editor
        self._timeline = timeline
        self._class_view = class_view
        self._class_map = class_map

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "listened": lambda: self.mark(of_class=False),
            "listened_class": lambda: self.mark(of_class=True),
            "unlistened": self.unmark,
        }

    def mark(self, *, of_class: bool) -> None:
        """Marks the selected span as reviewed."""
        editor = self._editor
        span, chosen = self._timeline.selection, self._class_view.chosen
        if span is None or not editor.ready:
            return
        if of_class and chosen is None:
            editor.message.emit("No class is chosen: click one in the scores or in the classes.")
            return
        labels = [self._class_map.value[chosen].name] if of_class and chosen is not None else []
        command = edits.mark_reviewed(
            editor.recording_id, editor.project.reviewed, span, labels, editor.reviewer
        )
        if editor.apply(command):
            which = labels[0] if labels else "all classes"
            editor.message.emit(f"Marked {length(span.duration_s)} as reviewed for {which}.")

    def unmark(self) -> None:
        """Takes the mark off the selected span."""
        editor, span = self._editor, self._timeline.selection
        if span is None or not editor.ready:
            return
        reviewed = editor.project.reviewed
        if not any(one.span.overlaps(span) for one in reviewed.spans):
            editor.message.emit("Nothing of this span is marked as reviewed.")
            return
        editor.apply(edits.unmark_reviewed(editor.recording_id, reviewed, span))
