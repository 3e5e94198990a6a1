"""Answers to the list of similar sounds, kept in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import ProjectEvent, answer, delete, unreview

from .hits import Hit, LabelOfHits, ListKind, Similar

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class SearchFeedback(QObject):
    """Makes one step of the project of each answer, and follows what becomes of it."""

    def __init__(self, context: Context, similar: Similar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._project = context.session.project
        self._settings = context.session.settings
        self._similar = similar
        self._navigator = context.services.navigation
        self._review = context.services.review
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._made: set[str] = set()
        self._project.steps_changed.connect(self._on_steps)
        self._project.project_changed.connect(lambda: self._made.clear())

    def decide(self, row: int, state: ReviewState) -> bool:
        """Keeps an answer about a hit; False where there was nothing to keep."""
        similar = self._similar
        if similar.kind is ListKind.DUPLICATES:
            self._show_message("A copy of a recording is no sound of a class.")
            return False
        hit = similar.hits[row]
        if state is ReviewState.UNREVIEWED:
            self._take_back(row, hit)
            return False
        if similar.label is None:
            self.ask_label()
        label = similar.label
        if label is None:
            return False
        found = answer(
            self._events_of(hit.place),
            hit.place.recording,
            hit.place.span,
            label.label,
            state,
            class_index=label.class_index,
            mid=label.mid,
            channel=hit.place.channel,
            reviewer=self._settings.value("reviewer"),
        )
        try:
            if found.command.changes:
                self._project.apply(found.command)
        except ProjectError as error:
            self._show_error(error)
            return False
        if found.made:
            self._made.add(found.event_id)
        similar.decide(row, found.event_id, state)
        return True

    def ask_label(self) -> None:
        """Asks which class accepted hits are given."""
        first = [self._similar.label.label] if self._similar.label else []
        used = [*first, *(c.label for c in self._custom_classes.classes)]
        choice = self._review.asks.label("Accept similar sounds as", used)
        if choice is not None:
            self._similar.set_label(LabelOfHits(choice.label, choice.class_index, choice.mid))

    def _events_of(self, place: Place) -> list[Event]:
        if self._navigator.is_open(place):
            return list(self._document.events)
        project = self._project.project
        return list(project.recording_events(place.recording)) if project is not None else []

    def _take_back(self, row: int, hit: Hit) -> None:
        event = next((e for e in self._events_of(hit.place) if e.id == hit.event_id), None)
        if event is None:
            return
        items = [ProjectEvent(hit.place.recording, event)]
        try:
            self._project.apply(delete(items) if event.id in self._made else unreview(items))
        except ProjectError as error:
            self._show_error(error)
            return
        self._similar.decide(row, hit.event_id, ReviewState.UNREVIEWED)

    def _on_steps(self) -> None:
        """Undo, or another view, may have changed what was decided here."""
        project = self._project.project
        if project is None:
            return
        for row, hit in enumerate(self._similar.hits):
            if hit.event_id:
                found = project.event(hit.place.recording, hit.event_id)
                state = found.event.state if found is not None else ReviewState.UNREVIEWED
                self._similar.decide(row, hit.event_id, state)
