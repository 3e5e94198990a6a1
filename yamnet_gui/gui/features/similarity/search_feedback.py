"""Decisions about similar sounds, stored in the project."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.project import ProjectChange, ProjectEvent, answer, delete, unreview

from .hits import Decided, Hit, HitLabel, HitList, ListKind
from .jobs import AnswerJob

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.jobs.dataset import Chosen


class SearchFeedback(QObject):
    """Makes each decision one step of the project, and follows undo and other views."""

    def __init__(self, context: Context, similar: HitList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bulk = context.services.review.bulk
        self._datasets = context.session.datasets
        self._questions_to_dataset = context.services.datasets
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._class_map = context.session.class_map
        self._project = context.session.project
        self._settings = context.session.settings
        self._similar = similar
        self._navigator = context.services.navigation
        self._questions = context.shell.questions
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._created: set[str] = set()
        self._project.written.connect(self._on_written)
        self._project.project_changed.connect(lambda: self._created.clear())

    def decide(self, row: int, state: ReviewState) -> bool:
        """Stores a decision about a hit; False if there was nothing to store."""
        similar = self._similar
        if similar.kind is ListKind.DUPLICATES:
            self._show_message("Copies of a recording cannot be accepted or rejected.")
            return False
        if not self._bulk.free:
            return False
        hit, listing = similar.hits[row], similar.listing
        if state is ReviewState.UNREVIEWED:
            self._undo(row, hit)
            return False
        if similar.label is None:
            self.ask_label()
        label = similar.label
        if label is None or self._is_other(listing):
            return False
        if self._is_only_in_dataset(hit):
            return self.decide_many([row], state)
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

    def decide_many(
        self, rows: Sequence[int], state: ReviewState, label: HitLabel | None = None
    ) -> bool:
        """Decides about many hits as one step, in the background; False where nothing began.

        `label`: what they are, in place of the class of the list; those that are events of
        another class already are relabelled elsewhere.
        """
        similar, project = self._similar, self._project.project
        if similar.kind is ListKind.DUPLICATES:
            self._show_message("Copies of a recording cannot be accepted or rejected.")
            return False
        listing, relabel = similar.listing, label is not None
        own = similar.kind is ListKind.CHOSEN and not relabel
        hits = tuple((row, similar.hits[row]) for row in rows)
        needs = state is not ReviewState.UNREVIEWED and not all(own and h.event_id for _, h in hits)
        if needs and label is None:
            if similar.label is None:
                self.ask_label()
            label = similar.label
            if label is None or self._is_other(listing):
                return False
        if project is not None and hits:
            job = AnswerJob(
                project,
                hits,
                label,
                state,
                self._bulk.reviewer,
                self._class_map.ontology,
                frozenset(self._created),
                own,
                relabel,
            )
            if any(self._is_only_in_dataset(hit) for _, hit in hits):
                return self._take_first(job, state.value.capitalize(), listing)
            done = partial(self._on_decided, listing)
            return self._bulk.run(job, state.value.capitalize(), done)
        return False

    def _is_only_in_dataset(self, hit: Hit) -> bool:
        """Whether the project has no such recording, or not any more."""
        project, recording_id = self._project.project, hit.place.recording
        known = project.recordings.get(recording_id) if project and recording_id else None
        return hit.of_dataset is not None and known is None

    def _take_first(self, job: AnswerJob, words: str, listing: int) -> bool:
        """Decides about hits of a dataset, whose recordings come into the project with that."""
        from .dataset_jobs import RecordingsJob, TakenAnswerJob

        source = self._datasets.source
        if source is None:
            self._show_message("Not decided: the dataset is not looked through any more.")
            return False
        pairs = [hit.of_dataset for _, hit in job.hits if self._is_only_in_dataset(hit)]
        ids = tuple(dict.fromkeys(pair[0] for pair in pairs if pair is not None))

        def begin(chosen: Chosen) -> None:
            taking = TakenAnswerJob(job.project, source, chosen, job)
            self._bulk.run(taking, words, partial(self._on_decided, listing))

        asked = self._questions_to_dataset.ask(
            lambda opened: RecordingsJob(opened, ids), begin, self._show_error
        )
        return asked is not None

    def _on_decided(self, listing: int, decided: list[Decided]) -> None:
        self._created.update(one.event_id for one in decided if one.made)
        if listing == self._similar.listing:
            self._similar.decide_all(decided)

    def _is_other(self, listing: int) -> bool:
        """Whether another list came while the user was asked; says so."""
        other = listing != self._similar.listing
        if other:
            self._show_message("Not decided: the list shows something else by now.")
        return other

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

    @Slot(object)
    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        """Undo, or another view, may have changed the decisions made here."""
        project, similar = self._project.project, self._similar
        changed = {(c.recording_id, event_id) for c in changes for event_id in c.event_ids}
        if project is None or not changed:
            return
        decided = []
        for row, hit in enumerate(similar.hits):
            if hit.event_id and (hit.place.recording, hit.event_id) in changed:
                item = project.events.get(hit.place.recording, hit.event_id)
                state = item.event.state if item is not None else ReviewState.UNREVIEWED
                decided.append(Decided(row, hit.event_id, state))
        similar.decide_all(decided)
