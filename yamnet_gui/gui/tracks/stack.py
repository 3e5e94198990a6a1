"""All tracks under each other on one time axis."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from yamnet_gui.core.spans import Box
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme

from .events import EventsTrack
from .overview import OverviewTrack
from .ruler import RulerTrack
from .scores import CurveTrack, HeatTrack
from .spectrogram import SpectrogramTrack
from .track import Track
from .waveform import WaveformTrack

_STRETCH = {"waveform": 3, "spectrogram": 5, "scores": 5, "curve": 2, "events": 4}


@dataclass(frozen=True, slots=True)
class TrackSources:
    """The owners that tracks show."""

    timeline: Timeline
    document: Document
    selection: EventSelection
    sound: Sound
    spectrogram: Spectrogram
    class_view: ClassView
    class_map: ClassMapState
    rules: Rules
    grouping: Grouping


class TrackStack(QWidget):
    """Overview and time axis on top, below them tracks whose heights the user drags."""

    seek_requested = Signal(float)
    event_clicked = Signal(str, bool)
    event_opened = Signal(str)
    menu_requested = Signal(QPoint, float, str)
    pointer_moved = Signal(float, float, str)  # time, frequency in Hz or -1, name of the track
    threshold_moved = Signal(int, float, bool)
    box_moved = Signal(str, object, bool)  # event id, Box, whether the drag ended

    def __init__(
        self,
        sources: TrackSources,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        shared = (sources.timeline, sources.document, sources.selection, theme)
        classes = (sources.class_view, sources.class_map)
        self.overview = OverviewTrack(sources.sound, *shared)
        self.ruler = RulerTrack(*shared)
        self.waveform = WaveformTrack(sources.sound, *shared)
        self.spectrogram = SpectrogramTrack(sources.spectrogram, *shared)
        self.scores = HeatTrack(*classes, *shared)
        self.curve = CurveTrack(*classes, sources.rules, *shared)
        self.events = EventsTrack(sources.grouping, *classes, *shared)
        self.tracks: dict[str, Track] = {
            "waveform": self.waveform,
            "spectrogram": self.spectrogram,
            "scores": self.scores,
            "curve": self.curve,
            "events": self.events,
        }
        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(5)
        for index, (name, track) in enumerate(self.tracks.items()):
            self._splitter.addWidget(track)
            self._splitter.setStretchFactor(index, _STRETCH[name])
        self._splitter.setSizes([_STRETCH[name] * 60 for name in self.tracks])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.overview)
        layout.addWidget(self.ruler)
        layout.addWidget(self._splitter, 1)
        for name, track in self._all():
            track.seek_requested.connect(self.seek_requested)
            track.event_clicked.connect(self.event_clicked)
            track.event_opened.connect(self.event_opened)
            track.menu_requested.connect(self.menu_requested)
            track.pointer_moved.connect(self._forward(name))
            track.box_moved.connect(self._on_box_moved)
        self.curve.threshold_moved.connect(self.threshold_moved)
        self._set_tab_stop()

    def set_theme(self, theme: Theme) -> None:
        for _name, track in self._all():
            track.set_theme(theme)

    def use_box_tool(self, on: bool) -> None:
        """Whether dragging on the spectrogram selects boxes without Ctrl."""
        self.spectrogram.use_box_tool(on)

    def show_track(self, name: str, visible: bool) -> None:
        self.tracks[name].setVisible(visible)
        self._set_tab_stop()

    def _set_tab_stop(self) -> None:
        """The first track that is shown: the keys are the same in all of them."""
        shown = [track for track in self.tracks.values() if not track.isHidden()]
        for track in self.tracks.values():
            first = bool(shown) and track is shown[0]
            policy = Qt.FocusPolicy
            track.setFocusPolicy(policy.StrongFocus if first else policy.ClickFocus)

    def state(self) -> QByteArray:
        """Heights, to be remembered."""
        return self._splitter.saveState()

    def restore(self, state: QByteArray) -> None:
        if not state.isEmpty():
            self._splitter.restoreState(state)

    def _on_box_moved(self, event_id: str, box: Box, ended: bool) -> None:
        self.events.freeze(None if ended else event_id)
        self.box_moved.emit(event_id, box, ended)

    def _all(self) -> Iterable[tuple[str, Track]]:
        return (("overview", self.overview), ("ruler", self.ruler), *self.tracks.items())

    def _forward(self, name: str):  # type: ignore[no-untyped-def]
        def forward(time_s: float, fraction: float) -> None:
            hertz = self.spectrogram.frequency_at(fraction) if name == "spectrogram" else -1.0
            self.pointer_moved.emit(time_s, hertz, name)

        return forward
