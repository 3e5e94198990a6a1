"""The events of all recordings in the window: listed, opened and reviewed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QMenu

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.controllers.event_reader import EventReader
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.controllers.one_per_sound import ONE_PER_SOUND
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.follow_chosen import FollowChosen
from yamnet_gui.gui.features.own_keys import OwnKeys
from yamnet_gui.gui.jobs.project import CountEventsJob
from yamnet_gui.gui.jobs.review import Listed, QueryJob
from yamnet_gui.labels.project import EventFilter

from .all_events_panel import AllEventsPanel
from .dataset_listing import DatasetListing

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_TYPING_MS = 80
_CHANGED_MS = 500
_KEYS = {
    "accept": ReviewState.ACCEPTED,
    "reject": ReviewState.REJECTED,
    "uncertain": ReviewState.UNCERTAIN,
    "unreview": ReviewState.UNREVIEWED,
}


class AllEvents(Feature):
    """Keeps the table up to date, and applies shortcuts to the events selected in it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._project = context.session.project
        self._shown = context.session.document.shown
        self._settings = context.session.settings
        self._project_manager = context.services.projects
        self._navigator = context.services.navigation
        self._analysis = context.services.analysis
        self._review = context.services.review
        self._recordings = context.shell.recordings
        self._questions = context.shell.questions
        self._window = context.shell.window
        self._reader = EventReader(self._project, self)
        self.panel = AllEventsPanel(
            self._reader.events,
            self._reader.recording,
            context.session.timeline,
            context.session.datasets,
        )
        self.panel.source.set_menu(self._window.menus["Dataset"])
        self._window.add_panel("all events", "All events", self.panel, middle=True, hidden=True)
        self.of_dataset = DatasetListing(context, self.panel, self)
        self._closed = False
        self._job: JobHandle | None = None
        self._later = Debounced(self, _TYPING_MS, self.query)
        self._follow = FollowChosen(context, self.panel.table, self._destination, self)
        self._reader.again.connect(self.panel.model.refresh)
        keys = self._review.keys.in_list(self.panel.table)
        own = {name: keys.guarded(self._decider(state)) for name, state in _KEYS.items()}
        own["find_class"] = keys.guarded(self.ask_label)
        OwnKeys(
            self.panel.table, self._window.actions_by_id, own, lambda: self.panel.selected_count > 0
        )
        self.panel.foot.one_per_sound_chosen.connect(
            lambda on: self._settings.set(ONE_PER_SOUND, on)
        )
        self.panel.set_one_per_sound(self._shown.one_per_sound)
        self._settings.changed.connect(self._on_setting)
        self.panel.query_changed.connect(lambda: self._soon(0))
        self.panel.shown.connect(self._on_shown)
        self._document = context.session.document
        self._settled = Debounced(self, _CHANGED_MS, self._on_settled)
        context.services.events.derived.connect(self._on_derived)
        self._document.closer_look_changed.connect(self._on_derived)
        self.panel.left.connect(self._on_left)
        self.panel.typed.connect(lambda: self._soon(_TYPING_MS))
        self.panel.opened.connect(self._open)
        self.panel.row_chosen.connect(self._follow.soon)
        self.panel.decided.connect(self.decide)
        self.panel.menu_requested.connect(self._menu)
        self._project.steps_changed.connect(self._on_steps)
        self._project.project_changed.connect(self._on_project)
        self._datasets = context.session.datasets
        self._datasets.source_changed.connect(self._on_shown)
        self._datasets.opened_changed.connect(lambda: self._soon(0))

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"all_events": self.show}

    def show(self) -> None:
        """Brings the table to the front."""
        self._window.show_panel("all events")
        self.panel.table.setFocus()

    @property
    def busy(self) -> bool:
        waiting = self._later.active or self._settled.active
        listing = self._job is not None or self.of_dataset.busy
        return waiting or self._follow.busy or listing

    def close(self) -> None:
        self._closed = True
        self._settled.stop()
        self._later.stop()
        self._follow.stop()
        self.of_dataset.stop()
        self._reader.close()

    def show_only(self, wanted: EventFilter, title: str) -> None:
        """Lists the events of this filter, as `title` names it, until the user lists all again."""
        self.panel.set_scope(wanted, title)
        self._window.show_panel("all events")
        self._soon(0)

    def query(self) -> None:
        """Lists the events for the current filter and order; read in the background."""
        project = self._project.project
        if project is None or not self.panel.isVisible():
            return
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self.of_dataset.on:
            self._recordings.set_listed(None)
            self.of_dataset.query()
            return
        self._job = self._project_manager.run(
            QueryJob(project, self.panel.filter, self.panel.sort),
            on_result=self._on_result,
            on_done=self._on_done,
        )
        wanted = self.panel.filter
        if self.panel.lists_all:
            self._recordings.set_listed(None)
        else:
            self._project_manager.run(
                CountEventsJob(project, wanted), on_result=partial(self._on_listed, wanted)
            )

    @Slot()
    def _on_left(self) -> None:
        if not self._closed:  # else the list goes with the window
            self._recordings.set_listed(None)

    def _on_listed(self, wanted: EventFilter, counts: dict[Path, int]) -> None:
        """The list of recordings counts what this table lists."""
        if not self._closed and self.panel.isVisible() and wanted == self.panel.filter:
            self._recordings.set_listed(counts)

    def decide(self, state: ReviewState) -> None:
        """Sets the state of all selected events, as one step of undo."""
        if self.of_dataset.on:
            self.of_dataset.decide(state)
        else:
            self._review.bulk.decide(self.panel.selected, state)

    def ask_label(self) -> None:
        """Asks for a class, and gives it to all selected events, as one step of undo."""
        count, item = self.panel.selected_count, self.panel.chosen
        if not count or not self._review.bulk.free:
            return
        what = counted(count, "event") if item is None else item.event.label
        near = self._questions.near(item.event.class_index if item is not None else None)
        editor = self._review.editor
        choice = self._questions.label(f"Relabel {what} to", editor.used_labels, near)
        if choice is None:
            return
        editor.last_label = choice
        if self.of_dataset.on:
            self.of_dataset.relabel(choice)
        else:
            self._review.bulk.relabel(self.panel.selected, choice)

    def _on_result(self, found: Listed) -> None:
        if self.of_dataset.on:
            return
        self.panel.set_channels(found.channels)
        self.panel.set_rows(
            found.rows,
            found.shown,
            one_per_sound=self._shown.one_per_sound,
            left_out=found.left_out,
        )

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == ONE_PER_SOUND:
            self.panel.set_one_per_sound(self._shown.one_per_sound)

    def _on_done(self) -> None:
        self._job = None

    def _soon(self, milliseconds: int) -> None:
        if not self._closed and self.panel.isVisible():
            self._later.start_in(milliseconds)

    @Slot()
    def _on_shown(self) -> None:
        """Lists what was detected in the open recording, too, which is stored on leaving it."""
        if not self._closed and self.panel.isVisible():
            if not self.of_dataset.on:
                self._project_manager.store_detections()
            self._soon(0)

    @Slot()
    def _on_derived(self) -> None:
        if not self._closed and self.panel.isVisible() and not self.of_dataset.on:
            self._settled.start()

    def _on_settled(self) -> None:
        """What is detected in the open recording has changed, and does not change by itself now."""
        if not self._analysis.running and self._document.closer_look is None:
            self._on_shown()

    def _on_steps(self) -> None:
        if self.of_dataset.on and not self._closed:
            self.of_dataset.refresh()
        elif not self._closed and self.panel.isVisible():
            self.panel.model.refresh()
            self._soon(_CHANGED_MS)

    def _on_project(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if not self._closed and not self.of_dataset.on:
            self.panel.forget_rows()
            self._soon(_TYPING_MS)

    def _open(self, position: int) -> None:
        """Goes to an event in its recording."""
        item = self.panel.model.item(position)
        if self.of_dataset.on:
            self.of_dataset.open(position)
        elif item is not None:
            self._navigator.go(Destination(item.recording_id, event_id=item.event.id))

    def _destination(self) -> Destination | None:
        """Where the row that is chosen alone leads."""
        item, position = self.panel.chosen, self.panel.chosen_position
        if item is None or position is None:
            return None
        if self.of_dataset.on:
            return self.of_dataset.destination(position, quietly=True)
        return Destination(item.recording_id, event_id=item.event.id, quietly=True)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self._window)
        actions = self._window.actions_by_id
        for name, state in _KEYS.items():
            entry = menu.addAction(actions[name].icon(), actions[name].text())
            entry.triggered.connect(self._decider(state))
        relabel = actions["find_class"]
        menu.addAction(relabel.icon(), "Relabel…", self.ask_label)
        menu.setEnabled(self.panel.selected_count > 0)
        menu.popup(at)

    def _decider(self, state: ReviewState) -> Callable[[], None]:
        return lambda: self.decide(state)
