"""Find similar: from an event, a stretch or a file to a list that can be heard and decided on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import RecordingInfo, ReviewState
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import Duplicate, Exclusion, Frames, Match
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.embeddings import DuplicatesJob, OutsideJob, SearchJob
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.times import clock

from .hits import Hit, LabelOfHits, ListKind, Sample, Similar
from .panel import SimilarPanel
from .search_feedback import SearchFeedback

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_LIMIT = 100
_DECIDED = (ReviewState.ACCEPTED, ReviewState.REJECTED)


class SimilarSounds(Feature):
    """Searches the project's embeddings and keeps what people decide about the matches."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._settings = context.session.settings
        self._timeline = context.session.timeline
        self._analysis = context.services.analysis
        self._audition = context.services.audition
        self._navigator = context.services.navigation
        self._review = context.services.review
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        self.similar = self._similar = Similar(self)
        self.panel = SimilarPanel(self._similar)
        self._window.add_panel(
            "similar", "Similar", self.panel, left=False, behind="events", hidden=True
        )
        self._runner = JobRunner("search", self)
        self._job: JobHandle | None = None
        self.answers = SearchFeedback(context, self._similar, self)
        self.panel.decided.connect(self.decide)
        self.panel.refined.connect(self.refine)
        self.panel.play_requested.connect(self.play)
        self.panel.opened.connect(self.open)
        self.panel.again_requested.connect(self.search_again)
        self.panel.label_requested.connect(self.answers.ask_label)
        self.panel.file_requested.connect(self.find_like_file)
        self.panel.menu_requested.connect(self._menu)
        self._project.project_changed.connect(self._on_project)
        self._navigator.told.connect(self._show_message)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "find_similar": self.find_similar,
            "find_like_file": self.find_like_file,
            "near_duplicates": self.find_duplicates,
        }

    @property
    def busy(self) -> bool:
        return self._runner.busy or self._navigator.waiting

    def close(self) -> None:
        self._runner.close()
        self._audition.close()

    # What is looked for

    def find_similar(self) -> None:
        """Looks for what resembles the selected events, or the selected stretch."""
        frames = self._frames()
        if frames is None:
            return
        events = self._review.selected()
        positives = [e for e in events if e.state is not ReviewState.REJECTED] or events
        negatives = [e for e in events if e not in positives]
        span = self._timeline.selection
        if positives:
            label = positives[0]
            self._similar.set_label(LabelOfHits(label.label, label.class_index, label.mid))
            samples = [self._sample_of(frames, e.span, e.label, e.channel) for e in positives]
            against = [self._sample_of(frames, e.span, e.label, e.channel) for e in negatives]
        elif span is not None:
            samples = [self._sample_of(frames, span, "the selection", None)]
            against = []
        else:
            self._show_message("Select an event or a stretch to find what resembles it.")
            return
        found = [s for s in samples if s is not None]
        if not found:
            self._show_message(
                "There are no embeddings of this stretch yet: analyse the recording first."
            )
            return
        self.search(found, [s for s in against if s is not None])

    def find_like_file(self) -> None:
        """Looks for what resembles a sound file from anywhere."""
        if self._frames() is None:
            return
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SOUND_SUFFIXES))
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Find what resembles a recording",
            self._settings.folder("examples"),
            f"Recordings ({patterns});;All files (*)",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "examples")
            self.search_like(Path(name))

    def search_like(self, path: Path) -> None:
        """Analyses a file that need not be in the project, and searches with all of it."""
        try:
            model = self._analysis.model()
        except UserError as error:
            self._show_error(error)
            return
        self._begin(f"Like {path.name}")

        def take(found: NDArray[np.float32] | None) -> None:
            if found is not None:
                self.search([Sample(path.name, found)])

        settings, cache = self._analysis.analysis_settings(), self._analysis.cache
        self._job = self._runner.submit(
            OutsideJob(path, model, settings, cache), on_result=take, on_failed=self._failed
        )

    def search(self, positives: Sequence[Sample], negatives: Sequence[Sample] = ()) -> None:
        """Searches all recordings of the project; the list is shown when it is there."""
        frames = self._frames()
        if frames is None:
            return
        similar = self._similar
        title = _title(positives, negatives)
        similar.set_query(positives, negatives)
        self._begin(title)
        exclude = [_exclusion(s.place) for s in (*positives, *negatives) if s.place is not None]
        exclude += [_exclusion(h.place) for h in similar.hits if h.state in _DECIDED]

        def take(matches: list[Match]) -> None:
            similar.set_searching(False)
            similar.show(ListKind.SIMILAR, title, [_hit(m) for m in matches])
            self._show_first()

        self._job = self._runner.submit(
            SearchJob(
                frames,
                tuple(s.frames for s in positives),
                tuple(s.frames for s in negatives),
                tuple(exclude),
                _LIMIT,
            ),
            on_result=take,
            on_failed=self._failed,
        )

    def refine(self, row: int, more: bool) -> None:
        """Searches again with this hit as a further example, or as one of what is not meant."""
        frames = self._frames()
        if frames is None or not self._similar.positives:
            return
        hit = self._similar.hits[row]
        sample = self._sample_at(frames, hit.place)
        if sample is None:
            return
        positives, negatives = self._similar.positives, self._similar.negatives
        if more:
            self.search([*positives, sample], negatives)
        else:
            self.search(positives, [*negatives, sample])

    def search_again(self) -> None:
        """Searches with what was accepted as examples and what was rejected against it."""
        frames = self._frames()
        if frames is None:
            return
        positives, negatives = [*self._similar.positives], [*self._similar.negatives]
        for hit in self._similar.hits:
            if hit.state in _DECIDED:
                sample = self._sample_at(frames, hit.place)
                accepted = hit.state is ReviewState.ACCEPTED
                if sample is not None:
                    (positives if accepted else negatives).append(sample)
        self.search(positives, negatives)

    def find_duplicates(self) -> None:
        """Looks for recordings that hold the open one again, or most of it."""
        frames, recording = self._frames(), self._project.recording_id
        if frames is None or not recording or self._document.recording is None:
            return
        name = self._document.recording.info.path.name
        title = f"Nearly the same as {name}"
        self._similar.set_query(())
        self._begin(title)

        def take(found: list[Duplicate]) -> None:
            self._similar.set_searching(False)
            self._similar.show(ListKind.DUPLICATES, title, [_copy(d) for d in found])
            self._show_first()

        self._job = self._runner.submit(
            DuplicatesJob(frames, recording), on_result=take, on_failed=self._failed
        )

    # What was found

    def decide(self, row: int, state: ReviewState) -> None:
        """Keeps an answer in the project, as one step, and goes on to the next hit."""
        if self.answers.decide(row, state):
            self.panel.go_on(row)

    def play(self, row: int) -> None:
        """Plays a hit, wherever it is; where its recording is open the tracks follow."""
        place = self._similar.hits[row].place
        if self._navigator.is_open(place):
            self._timeline.reveal(place.span)
        self.play_place(place)

    def play_place(self, place: Place) -> None:
        """Plays a place of any recording of the project."""
        self._audition.play(self._navigator.path_of(place), place.span, self._info(place))

    def open(self, row: int) -> None:
        """Goes to a hit on the timeline."""
        hit = self._similar.hits[row]
        self._navigator.go(hit.place, hit.event_id)

    def show_list(
        self,
        kind: ListKind,
        title: str,
        hits: Sequence[Hit],
        *,
        random: bool = False,
        front: bool = True,
    ) -> None:
        """Another list of places to decide about, from a map or a taught class.

        `front`: brings the list to the front.
        """
        self._similar.set_query(())
        self._similar.set_searching(False)
        self._similar.show(kind, title, hits, random=random)
        if front:
            self._window.show_panel("similar")
            self._show_first()

    # Inside

    def _begin(self, title: str) -> None:
        if self._job is not None:
            self._job.cancel()
        self._similar.set_searching(True)
        self._window.show_panel("similar")

    def _failed(self, error: UserError) -> None:
        self._similar.set_searching(False)
        self._show_error(error)

    def _show_first(self) -> None:
        self.panel.autoplay = False
        self.panel.select_row(0)
        self.panel.autoplay = self._settings.value("autoplay")
        self.panel.table.setFocus()

    def _frames(self) -> Frames | None:
        """Everything that can be searched; says why where there is nothing."""
        frames = self._embeddings.frames()
        if frames is None:
            text = self._embeddings.problem or (
                "Nothing can be searched yet: analyse a recording first."
            )
            self._show_message(text)
        return frames

    def _sample_of(
        self, frames: Frames, span: TimeSpan, words: str, channel: int | None
    ) -> Sample | None:
        """A stretch of the open recording."""
        recording = self._document.recording
        path = str(recording.info.path) if recording is not None else ""
        place = Place(self._project.recording_id, path, span, channel)
        sample = self._sample_at(frames, place)
        words = f"{words} at {clock(span.start_s, 1)}"
        return None if sample is None else Sample(words, sample.frames, place)

    def _sample_at(self, frames: Frames, place: Place) -> Sample | None:
        rows = frames.rows_in(place.recording, place.span, place.channel)
        if not len(rows):
            rows = frames.rows_in(place.recording, place.span)
        if not len(rows):
            return None
        words = f"{Path(place.path).name} at {clock(place.span.start_s, 1)}"
        return Sample(words, frames.read(rows), place)

    def _on_project(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._similar.set_query(())
        self._similar.set_searching(False)
        self._similar.show(ListKind.SIMILAR, "", ())

    def _info(self, place: Place) -> RecordingInfo | None:
        project = self._project.project
        known = project.recording(place.recording) if project is not None else None
        if known is None or known.sample_rate_hz <= 0 or known.channels <= 0:
            return None
        path = self._navigator.path_of(place)
        return RecordingInfo(path, known.duration_s, known.sample_rate_hz, known.channels)

    def _menu(self, at: QPoint, row: int) -> None:
        menu = QMenu(self._window)
        panel = self.panel
        for text, name in (
            ("Play", "play"),
            ("Accept", "accept"),
            ("Reject", "reject"),
            ("Uncertain", "uncertain"),
            ("Back to unreviewed", "unreview"),
        ):
            menu.addAction(text, partial(panel.do, name))
        menu.addSeparator()
        if self._similar.positives:
            menu.addAction("More like this", lambda: self.refine(row, True))
            menu.addAction("Nothing like this", lambda: self.refine(row, False))
        menu.addAction("Show in its recording", lambda: self.open(row))
        menu.popup(at)


def _title(positives: Sequence[Sample], negatives: Sequence[Sample]) -> str:
    text = f"Like {positives[0].words}"
    if len(positives) > 1:
        text += f" and {len(positives) - 1} more"
    if negatives:
        text += f", not like {len(negatives)}"
    return text


def _exclusion(place: Place) -> Exclusion:
    """The place with the frames beside it, which hear a part of the same sound."""
    span = place.span
    wide = TimeSpan(max(0.0, span.start_s - DEFAULT_HOP_S), span.end_s + DEFAULT_HOP_S)
    return Exclusion(place.recording, wide)


def _hit(match: Match) -> Hit:
    track = match.track
    place = Place(track.recording, track.path, match.span, track.channel)
    return Hit(place, match.score, match.row)


def _copy(found: Duplicate) -> Hit:
    track = found.other
    start = min(max(found.offset_s, 0.0), track.end_s)
    place = Place(track.recording, track.path, TimeSpan(start, track.end_s), track.channel)
    note = f"{found.share:.0%} of it comes back here, from {clock(start, 1)}"
    return Hit(place, found.share, note=note)
