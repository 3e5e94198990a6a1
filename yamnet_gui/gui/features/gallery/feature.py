"""The gallery: similar sounds, a class, a lasso, a queue or a filter as a grid of thumbnails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.embedding_map.feature import EmbeddingMap
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.follow_chosen import FollowChosen
from yamnet_gui.gui.features.own_keys import OwnKeys
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.widgets.built_when_shown import BuiltWhenShown
from yamnet_gui.gui.widgets.table_model import Index

from .hearing import HOVER, Hearing
from .listing import Choice, Kind, Listing

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .panel import GalleryPanel
    from .pictures import Pictures

_NAME = "gallery"
_SHARE = 0.92
"""Of the window's size: what the gallery has in a window of its own at first."""
_PLACED = "gallery-placed"
_LOOKS = "gallery-looks"


class Gallery(Feature):
    """Lists cards, has their thumbnails made, and does what keys and mouse ask for."""

    def __init__(
        self,
        context: Context,
        all_events: AllEvents,
        similar_sounds: SimilarSounds,
        embedding_map: EmbeddingMap,
    ) -> None:
        super().__init__()
        self._context = context
        self._project = context.session.project
        self._settings = context.session.settings
        self._navigator = context.services.navigation
        self._window = context.shell.window
        self._feedback = similar_sounds.feedback
        self.listing = Listing(context, all_events, similar_sounds.similar, self)
        self.hearing = Hearing(
            similar_sounds, context.services.audition, context.session.settings, self
        )
        self.panel: GalleryPanel | None = None
        self._follow: FollowChosen | None = None
        all_events.panel.gallery_requested.connect(lambda: self.show(Kind.EVENTS))
        for panel in (similar_sounds.panel, embedding_map.panel):
            panel.gallery_requested.connect(lambda: self.show(Kind.SIMILAR))
        context.shell.classes.class_menu.gallery_requested.connect(
            lambda label: self.show(Kind.CLASS, label)
        )
        self._place = BuiltWhenShown(self._build)
        self._window.add_panel(_NAME, "Gallery", self._place, middle=True, hidden=True)

    @cached_property
    def pictures(self) -> Pictures:
        """The thumbnails; made with the panel, so that the window starts without them."""
        from .pictures import Pictures

        made = Pictures(self._context.session.spectrogram, self)
        self._context.services.appearance.colors_changed.connect(made.forget_cards)
        return made

    @property
    def _has_pictures(self) -> bool:
        return "pictures" in self.__dict__

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"gallery": self.show}

    @property
    def busy(self) -> bool:
        following = self._follow is not None and self._follow.busy
        drawing = self._has_pictures and self.pictures.busy
        return self.listing.busy or drawing or self.hearing.busy or following

    def close(self) -> None:
        self.listing.close()
        if self._has_pictures:
            self.pictures.close()
        if self._follow is not None:
            self._follow.stop()

    def show(self, kind: Kind | None = None, label: str = "") -> None:
        """Brings the gallery to the front, with another list where one is asked for."""
        window, settings = self._window, self._settings
        panel = self._place.build()
        if kind is not None:
            self.listing.choose(Choice(kind, label))
        if settings.numbers(_PLACED):
            window.show_panel(_NAME)
        else:  # thumbnails need room; after the first time it opens where it was left
            settings.set_numbers(_PLACED, [1.0])
            window.float_panel(_NAME, window.size() * _SHARE)
        panel.grid.setFocus()

    # The panel

    def _build(self) -> GalleryPanel:
        from .model import GalleryModel  # the window starts without what is not shown yet
        from .panel import GalleryPanel
        from .steps import GallerySteps

        model = GalleryModel(self.listing.source, self)
        self.panel = panel = GalleryPanel(model, self.pictures.painter)
        self._steps = steps = GallerySteps(self._context, self.listing, panel, self._feedback, self)
        self._restore_looks(panel)
        self.pictures.attach(panel)
        panel.size_changed.connect(self._on_size)
        panel.span_changed.connect(self._on_span)
        panel.choice_changed.connect(self._choose)
        panel.refresh_requested.connect(self._refresh)
        panel.seen.connect(self._on_seen)
        panel.left.connect(self._leave)
        panel.decided.connect(steps.decide)
        panel.relabel_requested.connect(steps.ask_label)
        panel.undo_requested.connect(self._window.actions_by_id["undo"].trigger)
        panel.menu_requested.connect(self._menu)
        panel.hear.setChecked(self._settings.value(HOVER))
        panel.hover_switched.connect(lambda on: self._settings.set(HOVER, on))
        grid = panel.grid
        grid.entered_row.connect(self._open)
        grid.hovered_changed.connect(self._on_hovered)
        self.listing.source_changed.connect(self._on_source)
        self.listing.classes_counted.connect(panel.set_classes)
        self.listing.channels_found.connect(panel.set_channels)
        self._project.recordings_changed.connect(self.pictures.forget_pictures)
        editor = self._context.services.review.editor
        editor.message.connect(lambda text: panel.set_message(text, undo=False))
        editor.changed_many.connect(lambda text: panel.set_message(text, undo=True))
        self._project.steps_changed.connect(lambda: panel.set_message("", undo=False))
        taken = self._context.services.review.keys.in_list(grid)
        keys = {
            **{name: taken.guarded(act) for name, act in steps.handlers().items()},
            "play": self._play_current,
            "select_all": grid.selectAll,
        }
        self._follow = FollowChosen(self._context, grid, self._destination, self)
        grid.selectionModel().selectionChanged.connect(self._on_selected)
        OwnKeys(grid, self._window.actions_by_id, keys)
        self._on_source(self.listing.source)
        return panel

    def _choose(self, choice: Choice) -> None:
        """Lists something else; of the classes, the selected one until another is chosen."""
        if choice.kind is Kind.CLASS and not choice.label:
            choice = replace(choice, label=self._selected_label())
        self.listing.choose(choice)

    def _selected_label(self) -> str:
        event = self._context.services.review.editor.current
        if event is not None:
            return event.label
        session = self._context.session
        chosen = session.class_view.chosen
        return "" if chosen is None else session.class_map.value[chosen].name

    def _restore_looks(self, panel: GalleryPanel) -> None:
        from .panel import SPANS, USUAL, USUAL_SPAN

        stored = self._settings.numbers(_LOOKS)
        wide, place = map(int, stored) if len(stored) == 2 else (USUAL, USUAL_SPAN)
        panel.zoom.setValue(wide)
        panel.spans.setCurrentIndex(place if 0 <= place < len(SPANS) else USUAL_SPAN)

    def _leave(self) -> None:
        """Closes the panel, wherever it stands."""
        self._window.hide_panel(_NAME)
        self._window.activateWindow()
        self._context.shell.tracks.waveform.setFocus()

    def _on_seen(self, on: bool) -> None:
        self.listing.set_looks(on)
        self.pictures.set_seen(on)
        if not on:
            self.hearing.stop()

    def _on_source(self, source: object) -> None:
        if self.panel is not None:
            self.panel.show_choice(self.listing.choice)
            self.panel.states.setEnabled(not self.listing.of_dataset)  # those are the project's
            self.pictures.painter.absent = self.listing.source.absent
            self.panel.model.set_source(self.listing.source)
            self.panel.grid.verticalScrollBar().setValue(0)

    def _refresh(self) -> None:
        self.pictures.forget_pictures()
        self.listing.refresh()

    def _on_size(self, _wide: int) -> None:
        self._store_looks()
        self.pictures.set_look()
        self.pictures.forget_cards(others=True)

    def _on_span(self, seconds: float) -> None:
        self._store_looks()
        self.pictures.set_span(seconds)

    def _store_looks(self) -> None:
        if self.panel is not None:
            wide, place = self.panel.zoom.value(), self.panel.spans.currentIndex()
            self._settings.set_numbers(_LOOKS, [wide, place])

    # Keys and mouse

    def _on_hovered(self, row: int) -> None:
        item = self.panel.model.item(row) if self.panel is not None and row >= 0 else None
        self.hearing.hover(item)

    def _play_current(self) -> None:
        if self.panel is not None:
            item = self.panel.model.item(self.panel.grid.currentIndex().row())
            if item is not None:
                self.hearing.toggle(item)

    def _on_selected(self) -> None:
        if self._follow is not None and self.panel is not None and self.panel.grid.hasFocus():
            self._follow.soon()

    def _destination(self) -> Destination | None:
        """Where the card that is selected alone leads."""
        panel = self.panel
        alone = panel is not None and panel.grid.selected_count == 1
        item = panel.model.item(panel.grid.currentIndex().row()) if panel and alone else None
        if item is None:
            return None
        return replace(Destination.of_place(item.place, item.event_id), quietly=True)

    def _open(self, index: Index) -> None:
        """Goes to the event on the timeline."""
        item = self.panel.model.item(index.row()) if self.panel is not None else None
        if item is None:
            return
        self.hearing.stop()
        self._navigator.go(Destination.of_place(item.place, item.event_id))
        self._window.activateWindow()

    def _menu(self, at: QPoint) -> None:
        panel = self.panel
        if panel is None:
            return
        menu = QMenu(self._window)
        actions, handlers = self._window.actions_by_id, self._steps.handlers()
        current = panel.grid.currentIndex()
        menu.addAction("Play", self._play_current)
        menu.addAction("Show in its recording", lambda: self._open(current))
        menu.addSeparator()
        for name in ("accept", "reject", "uncertain", "unreview", "find_class"):
            text = "Relabel…" if name == "find_class" else actions[name].text()
            menu.addAction(actions[name].icon(), text, handlers[name])
        menu.addSeparator()
        menu.addAction("Select all", panel.grid.selectAll)
        menu.setEnabled(panel.grid.count > 0)
        menu.popup(at)
