"""What every action does: asks the owners and the workers, never a widget."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.jobs.demo import demo_recording
from yamnet_gui.gui.playback import Player, PlayState
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.labels.project import is_negative

from .analysis_controller import AnalysisController
from .recording_loader import RecordingLoader

_STEP_OF_VIEW = 0.01
_ZOOM_STEP = 0.5
_PAGE = 0.9
_SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
_FOLLOW_EDGE = 0.95


class Controller(QObject):
    """Handles the actions that need no dialog; the window connects those that do."""

    speed_changed = Signal(float)

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        selection: EventSelection,
        settings: Settings,
        player: Player,
        opener: RecordingLoader,
        analysing: AnalysisController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._selection = selection
        self._settings = settings
        self._player = player
        self._opener = opener
        self._analysing = analysing
        self._listed: Callable[[], Sequence[str]] | None = None
        self._together: Callable[[str], Sequence[str]] = lambda event_id: (event_id,)
        self._walk: Callable[[int], bool] | None = None
        player.position_changed.connect(self._on_position)
        player.sound.set_volume(settings.value("volume"))
        player.mode.set_loop(settings.value("loop"))
        player.mode.set_speed(settings.value("speed"), settings.value("keep_pitch"))
        opener.opened.connect(self._on_opened)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        timeline = self._timeline
        return {
            "close": self.close_recording,
            "zoom_in": lambda: timeline.zoom(_ZOOM_STEP, self._zoom_centre()),
            "zoom_out": lambda: timeline.zoom(1 / _ZOOM_STEP, self._zoom_centre()),
            "zoom_all": timeline.show_all,
            "zoom_event": self.zoom_to_event,
            "play": self.play_or_pause,
            "play_selected": self.play_selected,
            "stop": self._player.stop,
            "faster": lambda: self.step_speed(1),
            "slower": lambda: self.step_speed(-1),
            "cursor_left": lambda: self.move_cursor(-1, extend=False),
            "cursor_right": lambda: self.move_cursor(1, extend=False),
            "extend_left": lambda: self.move_cursor(-1, extend=True),
            "extend_right": lambda: self.move_cursor(1, extend=True),
            "cursor_start": lambda: self.seek(0.0),
            "cursor_end": lambda: self.seek(timeline.duration_s),
            "page_left": lambda: timeline.pan(-_PAGE * timeline.view.duration_s),
            "page_right": lambda: timeline.pan(_PAGE * timeline.view.duration_s),
            "analyse": self._analysing.start,
            "cancel": self._analysing.cancel,
            "next": lambda: self.step_event(1),
            "previous": lambda: self.step_event(-1),
            "select_all": lambda: self._selection.select(e.id for e in self._document.events),
            "clear_selection": self.clear_selection,
        }

    # Recordings

    def close_recording(self) -> None:
        self._remember_view()
        self._analysing.forget()
        self._player.open(None)
        self._opener.close_recording()
        self._selection.select(())

    def leave(self) -> None:
        """What is to be remembered before another recording comes or the window closes."""
        self._remember_view()

    def _on_opened(self, _path: object) -> None:
        recording = self._document.recording
        if recording is None:
            return
        self._analysing.forget()
        self._selection.select(())
        path = recording.info.path
        self._player.open(path, recording.info)
        if path != demo_recording():
            self._settings.remember_file(path)
        view = self._settings.numbers(self._view_key())
        if len(view) == 3 and 0 <= view[0] < view[1] <= recording.info.duration_s + 1e-6:
            self._timeline.set_view(view[0], view[1])
            self._timeline.set_cursor(view[2])
            self._player.seek(view[2])

    def _view_key(self) -> str:
        recording = self._document.recording
        assert recording is not None
        info = recording.info
        return f"view-{info.path.name}-{info.duration_s:.3f}"

    def _remember_view(self) -> None:
        if self._document.recording is not None:
            view = self._timeline.view
            self._settings.set_numbers(
                self._view_key(), (view.start_s, view.end_s, self._timeline.cursor_s)
            )

    # Playing

    def seek(self, time_s: float) -> None:
        """Puts the cursor, and what plays, at a time."""
        self._timeline.set_cursor(time_s)
        self._player.seek(self._timeline.cursor_s)
        self._keep_in_view(self._timeline.cursor_s)

    def scrub(self, time_s: float) -> None:
        """Moves the cursor and plays a moment of what is there."""
        self._timeline.set_cursor(time_s)
        self._player.scrub(time_s)

    def play_or_pause(self) -> None:
        """Plays the selection if there is one, else on from the cursor."""
        if self._player.state is PlayState.STOPPED and self._timeline.selection is not None:
            self._player.play(self._timeline.selection)
        elif self._player.state is PlayState.STOPPED:
            self._player.play(None)
        else:
            self._player.toggle()

    def play_selected(self) -> None:
        """Plays the selected event, or the selected span."""
        event = self.current_event()
        span = event.span if event is not None else self._timeline.selection
        if span is not None:
            self._player.play(span)

    def step_speed(self, by: int) -> None:
        now = self._settings.value("speed")
        near = min(range(len(_SPEEDS)), key=lambda i: abs(_SPEEDS[i] - now))
        self.set_speed(_SPEEDS[min(max(near + by, 0), len(_SPEEDS) - 1)])

    def set_speed(self, factor: float) -> None:
        self._settings.set("speed", factor)
        self._player.mode.set_speed(factor, self._settings.value("keep_pitch"))
        self.speed_changed.emit(factor)

    def set_keep_pitch(self, keep: bool) -> None:
        self._settings.set("keep_pitch", keep)
        self._player.mode.set_speed(self._settings.value("speed"), keep)

    def set_loop(self, loop: bool) -> None:
        self._settings.set("loop", loop)
        self._player.mode.set_loop(loop)

    def set_volume(self, volume: float) -> None:
        self._settings.set("volume", volume)
        self._player.sound.set_volume(volume)

    def _on_position(self, time_s: float) -> None:
        self._timeline.set_cursor(time_s)
        if self._settings.value("follow") and self._player.state is PlayState.PLAYING:
            view = self._timeline.view
            edge = view.start_s + _FOLLOW_EDGE * view.duration_s
            if time_s > edge or time_s < view.start_s:
                self._timeline.set_view(
                    time_s - 0.05 * view.duration_s, time_s + 0.95 * view.duration_s
                )

    # Moving about

    def move_cursor(self, direction: int, extend: bool) -> None:
        """Moves the cursor by one hundredth of the view; with `extend` the selection follows."""
        timeline = self._timeline
        before = timeline.cursor_s
        self.seek(before + direction * _STEP_OF_VIEW * timeline.view.duration_s)
        if not extend:
            return
        now, selected = timeline.cursor_s, timeline.selection
        if selected is None:
            fixed = before
        else:
            at_start = abs(selected.start_s - before) < abs(selected.end_s - before)
            fixed = selected.end_s if at_start else selected.start_s
        timeline.set_selection(TimeSpan(min(fixed, now), max(fixed, now)))

    def zoom_to_event(self) -> None:
        event = self.current_event()
        span = event.span if event is not None else self._timeline.selection
        if span is not None:
            self._timeline.fit(span)

    def open_event(self, event_id: str) -> None:
        """Selects an event and zooms to it."""
        self._selection.select((event_id,))
        self.zoom_to_event()
        event = self.current_event()
        if event is not None:
            self.seek(event.onset_s)

    def click_event(self, event_id: str, add: bool) -> None:
        """Selects an event; `add` keeps or removes it among those selected."""
        if not add:
            self._selection.select((event_id,) if event_id else ())
        elif event_id in self._selection.ids:
            gone = set(self._together(event_id))
            self._selection.select(i for i in self._selection.ids if i not in gone)
        elif event_id:
            self._selection.select((event_id, *self._selection.ids))

    def follow(self, order: Callable[[], Sequence[str]]) -> None:
        """Steps through events in this order of ids, such as that of a table."""
        self._listed = order

    def select_together(self, members: Callable[[str], Sequence[str]]) -> None:
        """What is selected and let go with an event: those that are shown as one with it."""
        self._together = members

    def walk_by(self, step: Callable[[int], bool]) -> None:
        """Asks `step` first, which may lead through other recordings; False where it does not."""
        self._walk = step

    def order(self) -> list[str]:
        """Ids in the order of stepping; "not X" that a correction left behind is no step."""
        events = self._document.events
        ids = self._listed() if self._listed is not None else [e.id for e in events]
        found = (events.get(i) for i in ids)
        return [e.id for e in found if e is not None and not is_negative(e)]

    def place_of_cursor(self) -> int:
        """The place in the order of the first event that begins at or after the cursor."""
        onsets = [event.onset_s for event in map(self._document.events.get, self.order()) if event]
        cursor = self._timeline.cursor_s
        return next((i for i, onset in enumerate(onsets) if onset >= cursor), len(onsets))

    def event_beside(self, direction: int) -> str | None:
        """The id of the event after (1) or before (-1) all that are selected; None at the end."""
        ids = self.order()
        chosen = set(self._selection.ids)
        places = [i for i, event_id in enumerate(ids) if event_id in chosen]
        if places:
            place = places[-1] + 1 if direction > 0 else places[0] - 1
        else:
            place = self.place_of_cursor() - (direction < 0)
        return ids[place] if 0 <= place < len(ids) else None

    def step_event(self, direction: int) -> None:
        """Goes to the next or previous event and plays it where that is wanted."""
        if self._walk is not None and self._walk(direction):
            return
        event_id = self.event_beside(direction)
        if event_id is not None:
            self.go_to(event_id)

    def go_to(self, event_id: str) -> None:
        """Selects an event, brings it into view and plays it where that is wanted."""
        event = self._document.events.get(event_id)
        if event is None:
            return
        self._selection.select((event.id,))
        self._timeline.reveal(event.span)
        self.seek(event.onset_s)
        if self._settings.value("autoplay"):
            self._player.play(event.span)

    def current_event(self) -> Event | None:
        current = self._selection.current
        return self._document.events.get(current) if current else None

    def clear_selection(self) -> None:
        self._timeline.set_selection(None)
        self._selection.select(())

    def _zoom_centre(self) -> float:
        """The cursor where it is visible, else the middle."""
        view = self._timeline.view
        at = self._timeline.cursor_s
        return at if view.start_s <= at <= view.end_s else view.centre_s

    def _keep_in_view(self, time_s: float) -> None:
        view = self._timeline.view
        if not view.start_s <= time_s <= view.end_s:
            self._timeline.pan(time_s - view.centre_s)
