"""Decisions about similar sounds, stored in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import ProjectEvent, answer, delete, unreview

from .hits import Hit, HitLabel, HitList, ListKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class SearchFeedback(QObject):
    """Makes each decision one step of the project, and follows undo and other views."""

    def __init__(self, context: Context, similar: HitList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._project = context.session.project
        self._settings = context.session.settings
        self._similar = similar
        self._navigator = context.services.navigation
        self._questions = context.shell.questions
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._created: set[str] = set()
        self._project.steps_changed.connect(self._on_steps)
        self._project.project_changed.connect(lambda: self._created.clear())

    def decide(self, row: int, state: ReviewState) -> bool:
        """Stores a decision about a hit; False if there was nothing to store."""
        similar = self._similar
        if similar.kind is ListKind.DUPLICATES:
            self._show_message("Copies of a recording cannot be accepted or rejected.")
            return False
        hit = similar.hits[row]
        if state is ReviewState.UNREVIEWED:
            self._undo(row, hit)
            return False
        if similar.label is None:
            self.ask_label()
        label = similar.label
        if label is None:
            return False
        result = answer(
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
            if result.command.changes:
                self._project.apply(result.command)
        except ProjectError as error:
            self._show_error(error)
            return False
        if result.made:
            self._created.add(result.event_id)
        similar.decide(row, result.event_id, state)
        return True

    def ask_label(self) -> None:
        """Asks for the class that accepted hits get."""
        first = [self._similar.label.label] if self._similar.label else []
        used = [*first, *(c.label for c in self._custom_classes.classes)]
        choice = self._questions.label("Accept similar sounds as", used)
        if choice is not None:
            self._similar.set_label(HitLabel(choice.label, choice.class_index, choice.mid))

    def _events_of(self, place: Place) -> list[Event]:
        if self._navigator.is_open(Destination.of_place(place)):
            return list(self._document.events)
        project = self._project.project
        return list(project.events.of(place.recording)) if project is not None else []

    def _undo(self, row: int, hit: Hit) -> None:
        event = next((e for e in self._events_of(hit.place) if e.id == hit.event_id), None)
        if event is None:
            return
        items = [ProjectEvent(hit.place.recording, event)]
        try:
            self._project.apply(delete(items) if event.id in self._created else unreview(items))
        except ProjectError as error:
            self._show_error(error)
            return
        self._similar.decide(row, hit.event_id, ReviewState.UNREVIEWED)

    def _on_steps(self) -> None:
        """Undo, or another view, may have changed the decisions made here."""
        project = self._project.project
        if project is None:
            return
        for row, hit in enumerate(self._similar.hits):
            if hit.event_id:
                item = project.events.get(hit.place.recording, hit.event_id)
                state = item.event.state if item is not None else ReviewState.UNREVIEWED
                self._similar.decide(row, hit.event_id, state)
