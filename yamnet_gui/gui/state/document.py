"""The owner of the open recording, its scores and its events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio import SoundTrack
from yamnet_gui.core.channels import channel_of_all
from yamnet_gui.core.events import EventList, RecordingInfo, ReviewedSpan
from yamnet_gui.core.scores import FrameGrid, ScoreChunk
from yamnet_gui.detection import Envelope
from yamnet_gui.gui.background.turns import Turns

from .score_buffer import ScoreBuffer
from .shown_events import ShownEvents


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """A recording that could be opened: what it is, and what is odd about it.

    `start_source`: how its clock time is known, in words. `zone_assumed`: the file says when it
    begins, but not in which time zone. `tracks`: the sound tracks of its file, of which it is
    number `track`. `channels_cancel`: little is left where its channels are mixed.
    `markers`: how many markers and chapters the file holds. `long_in_storage_bytes`: its size where
    it lies in storage and reading all of it takes a while, else 0.
    """

    info: RecordingInfo
    encoding: str
    warnings: tuple[str, ...] = ()
    start_source: str = ""
    zone_assumed: bool = False
    tracks: tuple[SoundTrack, ...] = ()
    track: int = 1
    channels_cancel: bool = False
    markers: int = 0
    long_in_storage_bytes: int = 0


class AnalysisState(StrEnum):
    """How far the analysis of the open recording is."""

    NONE = "none"
    RUNNING = "running"
    STOPPED = "stopped"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class ModelName:
    """Which weights the scores came from."""

    name: str = ""
    sha256: str = ""
    known: bool = True


class Document(QObject):
    """One recording at a time, or none.

    `events` are detections of the model, with everything that the user changed in place of them;
    `shown` knows which of them the window shows. Views that take a while to show very many events
    do so in `turns`.
    """

    recording_changed = Signal()
    start_changed = Signal()  # the clock time of the recording that is open
    scores_changed = Signal()
    channel_changed = Signal()  # whose scores are drawn, before `scores_changed`
    analysis_changed = Signal()
    envelopes_changed = Signal()
    closer_look_changed = Signal()
    loading_changed = Signal()  # whether the first events of the scores are still to come
    refined = Signal()  # scores of some frames became finer ones, or what they were before
    events_changed = Signal()
    reviewed_changed = Signal()

    def __init__(self, class_count: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._class_count = class_count
        self._recording: OpenRecording | None = None
        self._buffers: tuple[ScoreBuffer, ...] = ()
        self._channel: int | None = None
        self._state = AnalysisState.NONE
        self._model = ModelName()
        self._analysis_settings: AnalysisSettings | None = None
        self._closer_look: float | None = None
        self._loading_events = False
        self._envelopes: dict[int | None, Envelope] = {}
        self._events = EventList()
        self.shown = ShownEvents(lambda: self._events, self.events_changed.emit)
        self._reviewed: tuple[ReviewedSpan, ...] = ()
        self.turns = Turns(self)

    @property
    def recording(self) -> OpenRecording | None:
        return self._recording

    @property
    def state(self) -> AnalysisState:
        return self._state

    @property
    def model(self) -> ModelName:
        return self._model

    @property
    def analysis_settings(self) -> AnalysisSettings | None:
        """The settings of the analysis that the scores come from; None where they are not known."""
        return self._analysis_settings

    @property
    def closer_look(self) -> float | None:
        """How much of a closer look is done, 0 to 1; None where none goes on.

        While one does, detections still change: their number is provisional.
        """
        return self._closer_look

    @property
    def loading_events(self) -> bool:
        """Whether the scores are there, and their events are still being found."""
        return self._loading_events

    @property
    def buffers(self) -> tuple[ScoreBuffer, ...]:
        """Scores of the mix, or of each channel."""
        return self._buffers

    @property
    def scores(self) -> ScoreBuffer | None:
        """The scores that are drawn: those of the mix, or of the channel that is shown."""
        of_channel = (one for one in self._buffers if one.channel == self._channel)
        return next(of_channel, self._buffers[0] if self._buffers else None)

    @property
    def channels(self) -> tuple[int | None, ...]:
        """What there are scores of, in order: None the mix, else channels from 0."""
        return tuple(one.channel for one in self._buffers)

    @property
    def channel(self) -> int | None:
        """The channel whose scores are drawn; None for the mix, and without scores."""
        scores = self.scores
        return None if scores is None else scores.channel

    @property
    def channel_note(self) -> str:
        """Whose scores are drawn, in words; "" for those of the mix."""
        if self.channel is None:
            return ""
        return channel_of_all(self.channel, len(self._buffers))

    @property
    def envelopes(self) -> Mapping[int | None, Envelope]:
        """What edges are refined by, for each channel (None: the mix); empty until it is known."""
        return self._envelopes

    @property
    def events(self) -> EventList:
        return self._events

    @property
    def class_count(self) -> int:
        """Columns of every buffer: the model's classes and the custom ones."""
        return self._class_count

    @property
    def reviewed(self) -> tuple[ReviewedSpan, ...]:
        """Segments that are reviewed, and for which labels."""
        return self._reviewed

    def open(self, recording: OpenRecording | None) -> None:
        """Puts another recording in place, without scores or events."""
        self._recording = recording
        self._buffers = ()
        self._channel = None
        self._state = AnalysisState.NONE
        self._model = ModelName()
        self._analysis_settings = None
        self._envelopes = {}
        self._events = EventList()
        self._reviewed = ()
        self.set_closer_look(None)
        self.set_loading_events(False)
        self.recording_changed.emit()
        self.scores_changed.emit()
        self.analysis_changed.emit()
        self.events_changed.emit()
        self.reviewed_changed.emit()

    def set_start(self, recorded_at: datetime | None, source: str) -> None:
        """Corrects the clock time of the first sample, and how it is known."""
        before = self._recording
        if before is None or (before.info.recorded_at, before.start_source) == (
            recorded_at, source,
        ):  # fmt: skip
            return
        info = replace(before.info, recorded_at=recorded_at)
        self._recording = replace(before, info=info, start_source=source, zone_assumed=False)
        self.start_changed.emit()

    def begin_analysis(self, grid: FrameGrid, channels: tuple[int | None, ...] = (None,)) -> None:
        """Forgets former scores and makes room for those on `grid`."""
        self._buffers = tuple(ScoreBuffer(grid, self._class_count, c) for c in channels)
        self._envelopes = {}
        self.set_state(AnalysisState.RUNNING)
        self.scores_changed.emit()

    def show_channel(self, channel: int | None) -> None:
        """Draws the scores of this channel from now on, where there are such."""
        if channel in self.channels and channel != self.channel:
            self._channel = channel
            self.channel_changed.emit()
            self.scores_changed.emit()

    def add_chunk(self, chunk: ScoreChunk, channel: int | None = None) -> None:
        for buffer in self._buffers:
            if buffer.channel == channel:
                buffer.add(chunk)
        self.scores_changed.emit()

    def put_rows(
        self, channel: int | None, frames: NDArray[np.int32], scores: NDArray[np.float32]
    ) -> None:
        """Other scores (n, classes of the model) of some frames of a complete analysis."""
        for buffer in self._buffers:
            if buffer.channel == channel:
                buffer.put_rows(frames, scores)

    def rows_were_put(self) -> None:
        """Shows what `put_rows` changed."""
        self.scores_changed.emit()
        self.refined.emit()

    def set_class_count(self, count: int) -> None:
        """Room for the scores of more classes, or for fewer."""
        if count != self._class_count:
            self._class_count = count
            for buffer in self._buffers:
                buffer.set_class_count(count)
            self.scores_changed.emit()

    def put_columns(self, channel: int | None, first: int, scores: NDArray[np.float32]) -> None:
        """Scores of the classes from `first` on, float32 (frames, n), for one channel's frames."""
        for buffer in self._buffers:
            if buffer.channel == channel:
                buffer.put_columns(first, scores)
        self.scores_changed.emit()

    def set_scores(self, buffers: tuple[ScoreBuffer, ...]) -> None:
        """Takes a complete analysis at once."""
        for buffer in buffers:
            if buffer.class_count != self._class_count:
                buffer.set_class_count(self._class_count)
        self._buffers = buffers
        self.set_state(AnalysisState.COMPLETE)
        self.scores_changed.emit()

    def set_envelopes(self, envelopes: Mapping[int | None, Envelope]) -> None:
        """Takes the envelopes of a complete analysis."""
        self._envelopes = dict(envelopes)
        self.envelopes_changed.emit()

    def set_state(self, state: AnalysisState) -> None:
        if state is not self._state:
            self._state = state
            self.analysis_changed.emit()

    def set_closer_look(self, share: float | None) -> None:
        """How much of a closer look is done; None when it is over."""
        if share != self._closer_look:
            self._closer_look = share
            self.closer_look_changed.emit()

    def set_loading_events(self, loading: bool) -> None:
        """Whether the first events of the scores that are there are being found."""
        if loading != self._loading_events:
            self._loading_events = loading
            self.loading_changed.emit()

    def set_model(self, model: ModelName, settings: AnalysisSettings | None = None) -> None:
        """What the scores come from: the weights, and the settings of the analysis."""
        self._analysis_settings = settings
        if model != self._model:
            self._model = model
            self.analysis_changed.emit()

    def set_reviewed(self, spans: tuple[ReviewedSpan, ...]) -> None:
        if spans != self._reviewed:
            self._reviewed = spans
            self.reviewed_changed.emit()

    def set_events(self, events: EventList) -> None:
        if events != self._events:
            self._events = events
            self.events_changed.emit()
