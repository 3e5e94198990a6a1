"""Searching the project: from examples to a list of hits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import DECIDED, ReviewState
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import counted, grouped, percent
from yamnet_gui.embedding import Duplicate, Exclusion, Frames, Match
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.controllers.dataset_questions import Asked
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.file_names import short_name

from .hits import Hit, HitList, ListKind, QueryExample
from .jobs import DuplicatesJob, FileExampleJob, SearchJob

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.labels.project.attached_datasets import AttachedDataset

    from .dataset_jobs import Found, HeldIndex

_LIMIT = 100


class Search(QObject):
    """Fills the list of hits from the embeddings of the project, one search at a time."""

    started = Signal()
    finished = Signal()  # the list shows the matches

    def __init__(self, context: Context, hits: HitList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits = hits
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._analysis = context.services.analysis
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._background = LatestJob("search", self, self._on_failed)
        self._datasets = context.session.datasets
        self._questions = context.services.datasets
        self._asked: Asked | None = None
        self._index: HeldIndex | None = None
        self._datasets.opened_changed.connect(self._on_opened)

    @property
    def busy(self) -> bool:
        return self._background.busy or self._asked is not None

    def close(self) -> None:
        """Ends the thread."""
        self._background.close()

    def cancel(self) -> None:
        """Stops the search; the list stays as it is."""
        self._background.cancel()
        if self._asked is not None:
            self._asked.drop()
            self._asked = None

    def frames(self) -> Frames | None:
        """Everything that can be searched; where there is nothing, a message shows why."""
        frames = self._embeddings.frames()
        if frames is None:
            self._show_message(
                self._embeddings.problem or "There is nothing to search: analyse a recording first."
            )
        return frames

    def example_at(
        self, span: TimeSpan, name: str, channel: int | None = None
    ) -> QueryExample | None:
        """A span of the open recording as an example; None where it has no embeddings."""
        frames, recording = self._embeddings.frames(), self._document.recording
        if frames is None:
            return None
        path = str(recording.info.path) if recording is not None else ""
        place = Place(self._project.recording_id, path, span, channel)
        return _example(frames, place, name)

    def search(
        self, positives: Sequence[QueryExample], negatives: Sequence[QueryExample] = ()
    ) -> None:
        """Searches all recordings of the project, or the dataset that is looked through; the list
        shows the matches when it is done."""
        if self._datasets.source is not None:
            self._search_dataset(self._datasets.source, positives, negatives)
            return
        frames = self.frames()
        if frames is None:
            return
        title = _title(positives, negatives)
        self._hits.set_query(positives, negatives)
        self._start()
        exclude = [_exclusion(e.place) for e in (*positives, *negatives) if e.place is not None]
        exclude += [_exclusion(h.place) for h in self._hits.hits if h.state in DECIDED]

        def on_matches(matches: list[Match]) -> None:
            self._finish(ListKind.SIMILAR, title, [_hit(match) for match in matches])

        self._background.run(
            SearchJob(
                frames,
                tuple(e.frames for e in positives),
                tuple(e.frames for e in negatives),
                tuple(exclude),
                _LIMIT,
            ),
            on_matches,
        )

    def _search_dataset(
        self,
        source: AttachedDataset,
        positives: Sequence[QueryExample],
        negatives: Sequence[QueryExample],
    ) -> None:
        from .dataset_jobs import DatasetSearchJob, HeldIndex

        self.cancel()
        opened, project = self._datasets.opened, self._project.project
        if opened is None:
            self._show_message(f"{source.name} is still being opened; try again in a moment.")
            return
        if self._index is None or self._index.opened is not opened:
            self._index = HeldIndex(opened)
        index = self._index
        title = f"{_title(positives, negatives)} in {short_name(source.name)}"
        self._hits.set_query(positives, negatives)
        self._start()
        decided = [h.place for h in self._hits.hits if h.state in DECIDED]
        examples = [e.place for e in (*positives, *negatives) if e.place is not None]

        def on_found(found: Found) -> None:
            self._finish(ListKind.SIMILAR, title, found.hits, found.note)

        self._asked = self._questions.ask(
            lambda _opened: DatasetSearchJob(
                index,
                source,
                project,
                tuple(e.frames for e in positives),
                tuple(e.frames for e in negatives),
                (*examples, *decided),
                _LIMIT,
            ),
            on_found,
            self._on_failed,
            self._on_answered,
        )

    def _on_answered(self) -> None:
        self._asked = None

    def _on_opened(self) -> None:
        """Another dataset, or none: what was asked of the former one is not answered any more."""
        self._index = None
        if self._asked is not None:
            self._asked = None
            self._hits.set_searching(False)

    def search_like(self, path: Path) -> None:
        """Analyses a file that need not be in the project, and searches with all of it."""
        try:
            model = self._analysis.model()
        except UserError as error:
            self._show_error(error)
            return
        self._start()

        def on_vector(vector: NDArray[np.float32] | None) -> None:
            if vector is not None:
                self.search([QueryExample(path.name, vector)])

        settings, cache = self._analysis.analysis_settings(), self._analysis.cache
        self._background.run(FileExampleJob(path, model, settings, cache), on_vector)

    def refine(self, row: int, more: bool) -> None:
        """Searches again with this hit as one more positive example, or as a negative one."""
        frames = self.frames()
        if frames is None or not self._hits.positives:
            return
        example = _example(frames, self._hits.hits[row].place)
        if example is None:
            return
        positives, negatives = self._hits.positives, self._hits.negatives
        if more:
            self.search([*positives, example], negatives)
        else:
            self.search(positives, [*negatives, example])

    def search_again(self) -> None:
        """Searches with the accepted hits as further examples, and against the rejected ones."""
        frames = self.frames()
        if frames is None:
            return
        positives, negatives = [*self._hits.positives], [*self._hits.negatives]
        for hit in self._hits.hits:
            if hit.state in DECIDED:
                example = _example(frames, hit.place)
                if example is not None:
                    accepted = hit.state is ReviewState.ACCEPTED
                    (positives if accepted else negatives).append(example)
        self.search(positives, negatives)

    def find_duplicates(self) -> None:
        """Lists recordings that repeat the open one, or most of it."""
        frames, recording = self.frames(), self._project.recording_id
        if frames is None or not recording or self._document.recording is None:
            return
        title = f"Near-duplicates of {short_name(self._document.recording.info.path.name)}"
        self._hits.set_query(())
        self._start()

        def on_duplicates(duplicates: list[Duplicate]) -> None:
            self._finish(ListKind.DUPLICATES, title, [_duplicate_hit(d) for d in duplicates])

        self._background.run(DuplicatesJob(frames, recording), on_duplicates)

    def _start(self) -> None:
        self._hits.set_searching(True)
        self.started.emit()

    def _finish(self, kind: ListKind, title: str, hits: Sequence[Hit], note: str = "") -> None:
        self._hits.set_searching(False)
        self._hits.show(kind, title, hits, note=note)
        self.finished.emit()

    def _on_failed(self, error: UserError) -> None:
        self._hits.set_searching(False)
        self._show_error(error)


def _example(frames: Frames, place: Place, name: str = "") -> QueryExample | None:
    """The frames of a place of the project, from its own channel where that is stored."""
    rows = frames.rows_in(place.recording, place.span, place.channel)
    if not len(rows):
        rows = frames.rows_in(place.recording, place.span)
    if not len(rows):
        return None
    text = f"{name or Path(place.path).name} at {clock(place.span.start_s, 1)}"
    return QueryExample(text, frames.read(rows), place)


def _title(positives: Sequence[QueryExample], negatives: Sequence[QueryExample]) -> str:
    text = f"Like {positives[0].name}"
    if len(positives) > 1:
        text += f" and {grouped(len(positives) - 1)} more"
    if negatives:
        text += f", unlike {counted(len(negatives), 'other')}"
    return text


def _exclusion(place: Place) -> Exclusion:
    """The place with its neighbouring frames, which contain a part of the same sound."""
    span = place.span
    wide = TimeSpan(max(0.0, span.start_s - DEFAULT_HOP_S), span.end_s + DEFAULT_HOP_S)
    return Exclusion(place.recording, wide)


def _hit(match: Match) -> Hit:
    track = match.track
    place = Place(track.recording, track.path, match.span, track.channel)
    return Hit(place, match.score, match.row)


def _duplicate_hit(duplicate: Duplicate) -> Hit:
    track = duplicate.other
    start = min(max(duplicate.offset_s, 0.0), track.end_s)
    place = Place(track.recording, track.path, TimeSpan(start, track.end_s), track.channel)
    note = (
        f"{percent(duplicate.share)} of the open recording is repeated here, from {clock(start, 1)}"
    )
    return Hit(place, duplicate.share, note=note)
