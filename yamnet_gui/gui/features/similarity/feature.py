"""Find similar sounds: from an event, a span or a file to a list to play and review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.events import RecordingInfo, ReviewState
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.follow_chosen import FollowChosen
from yamnet_gui.gui.state.place import Place

from .hits import Hit, HitLabel, HitList, ListKind
from .panel import SimilarPanel
from .search import Search
from .search_feedback import SearchFeedback

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class SimilarSounds(Feature):
    """Searches the project's embeddings, and stores what the user decides about the hits."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._project = context.session.project
        self._settings = context.session.settings
        self._timeline = context.session.timeline
        self._audition = context.services.audition
        self._navigator = context.services.navigation
        self._review = context.services.review
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        self.similar = self._similar = HitList(self)
        self._recordings = context.services.dataset_recordings
        self._datasets = context.session.datasets
        self.panel = SimilarPanel(self._similar, context.session.datasets)
        self.panel.source.set_menu(self._window.menus["Dataset"])
        self._window.add_panel("similar", "Similar sounds", self.panel, middle=True, hidden=True)
        self.search = Search(context, self._similar, self)
        self.feedback = SearchFeedback(context, self._similar, self)
        self.search.started.connect(lambda: self._window.show_panel("similar"))
        self.search.finished.connect(self._show_first)
        self._keys = self._review.keys.in_list(self.panel.table)
        self.panel.decided.connect(
            lambda row, state: self._keys.guarded(partial(self.decide, row, state))()
        )
        self.panel.refined.connect(self.search.refine)
        self.panel.play_requested.connect(self.play)
        self.panel.opened.connect(self.open)
        self._follow = FollowChosen(context, self.panel.table, self._destination, self)
        self.panel.row_chosen.connect(self._follow.soon)
        self.panel.again_requested.connect(self.search.search_again)
        self.panel.label_requested.connect(self.feedback.ask_label)
        self.panel.file_requested.connect(self.find_like_file)
        self.panel.menu_requested.connect(self._show_menu)
        self._project.project_changed.connect(self._on_project)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "find_similar": self.find_similar,
            "find_like_file": self.find_like_file,
            "near_duplicates": self.search.find_duplicates,
        }

    @property
    def busy(self) -> bool:
        return self.search.busy or self._follow.busy or self._navigator.waiting

    def close(self) -> None:
        self.search.close()
        self._follow.stop()
        self._audition.close()

    # What to search for

    def find_similar(self) -> None:
        """Searches for sounds like the selected events, or like the selected span."""
        if self.search.frames() is None:
            return
        events = self._review.editor.selected
        positives = [e for e in events if e.state is not ReviewState.REJECTED] or events
        negatives = [e for e in events if e not in positives]
        span, example_at = self._timeline.selection, self.search.example_at
        if positives:
            first = positives[0]
            self._similar.set_label(HitLabel(first.label, first.class_index, first.mid))
            examples = [example_at(e.span, e.label, e.channel) for e in positives]
            against = [example_at(e.span, e.label, e.channel) for e in negatives]
        elif span is not None:
            examples, against = [example_at(span, "the selection")], []
        else:
            self._show_message("Select an event or a span to find similar sounds.")
            return
        analysed = [e for e in examples if e is not None]
        if analysed:
            self.search.search(analysed, [e for e in against if e is not None])
        else:
            self._show_message(
                "There are no embeddings of the selection yet: analyse the recording first."
            )

    def find_like_file(self) -> None:
        """Searches for sounds like a sound file from anywhere."""
        if self.search.frames() is None:
            return
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SOUND_SUFFIXES))
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Find sounds like this recording",
            self._settings.folder("examples"),
            f"Recordings ({patterns});;All files (*)",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "examples")
            self.search.search_like(Path(name))

    # Matches

    def decide(self, row: int, state: ReviewState) -> None:
        """Stores a decision in the project, as one step, and moves on to the next hit."""
        if self.feedback.decide(row, state):
            self.panel.go_on(row)

    def play(self, row: int) -> None:
        """Plays a hit from any recording; the tracks follow if its recording is open."""
        hit = self._similar.hits[row]
        place = hit.place
        if not self._is_there(hit):
            return
        if self._navigator.is_open(Destination.of_place(place)):
            self._timeline.reveal(place.span)
        self.play_place(place)

    def play_place(self, place: Place) -> None:
        """Plays a place of any recording of the project."""
        self._audition.play(self._path_of(place), place.span, self._info(place))

    def _destination(self) -> Destination | None:
        """Where the current row leads."""
        if not 0 <= self.panel.row < len(self._similar.hits):
            return None
        hit = self._similar.hits[self.panel.row]
        if not self._is_there(hit):
            return None
        return replace(Destination.of_place(hit.place, hit.event_id), quietly=True)

    def open(self, row: int) -> None:
        """Goes to a hit on the timeline."""
        hit = self._similar.hits[row]
        if self._is_there(hit):
            self._navigator.go(Destination.of_place(hit.place, hit.event_id))

    def _is_there(self, hit: Hit) -> bool:
        """Whether its recording can be opened; of a dataset, its folder is asked for otherwise."""
        if hit.of_dataset is None or self._datasets.source is None:
            return True
        return self._recordings.is_there(hit.of_dataset[1])

    def show_list(
        self,
        kind: ListKind,
        title: str,
        hits: Sequence[Hit],
        *,
        random: bool = False,
        front: bool = True,
    ) -> None:
        """Shows another list of places to review, from a map or a custom class.

        `front`: brings the list to the front.
        """
        self._similar.set_query(())
        self._similar.set_searching(False)
        self._similar.show(kind, title, hits, random=random)
        if front:
            self._window.show_panel("similar")
            self._show_first()

    def _show_first(self) -> None:
        self.panel.autoplay = False
        self.panel.select_row(0)
        self.panel.autoplay = self._settings.value("autoplay")
        self.panel.table.setFocus()

    def _on_project(self) -> None:
        self.search.cancel()
        self._similar.set_query(())
        self._similar.set_searching(False)
        self._similar.show(ListKind.SIMILAR, "", ())

    def _path_of(self, place: Place) -> Path:
        """Where the file of a place is now."""
        return self._navigator.path_of(Destination.of_place(place)) or Path(place.path)

    def _info(self, place: Place) -> RecordingInfo | None:
        project = self._project.project
        known = project.recordings.get(place.recording) if project is not None else None
        if known is None or known.sample_rate_hz <= 0 or known.channels <= 0:
            return None
        path = self._path_of(place)
        return RecordingInfo(path, known.duration_s, known.sample_rate_hz, known.channels)

    def _show_menu(self, at: QPoint, row: int) -> None:
        menu = QMenu(self._window)
        panel = self.panel
        for text, name in (
            ("Play", "play"),
            ("Accept", "accept"),
            ("Reject", "reject"),
            ("Uncertain", "uncertain"),
            ("Mark as unreviewed", "unreview"),
        ):
            menu.addAction(text, partial(panel.do, name))
        menu.addSeparator()
        if self._similar.positives:
            menu.addAction("More like this", lambda: self.search.refine(row, True))
            menu.addAction("Less like this", lambda: self.search.refine(row, False))
        menu.addAction("Show in its recording", lambda: self.open(row))
        menu.popup(at)
