"""What happens around the open recording when another one comes or it is closed."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from yamnet_gui.gui.jobs.demo import is_demo
from yamnet_gui.gui.playback import Player
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.timeline import Timeline

from .analysis_controller import AnalysisController
from .recording_loader import RecordingLoader


class StoredView:
    """View and cursor of each recording, as the user left them."""

    def __init__(self, document: Document, timeline: Timeline, settings: Settings) -> None:
        self._document = document
        self._timeline = timeline
        self._settings = settings

    def store(self) -> None:
        """Stores them for the open recording."""
        if self._document.recording is not None:
            view = self._timeline.view
            self._settings.set_numbers(
                self._key(), (view.start_s, view.end_s, self._timeline.cursor_s)
            )

    def restore(self) -> float | None:
        """Shows what was stored; the time of the cursor in seconds, None where nothing was."""
        recording = self._document.recording
        if recording is None:
            return None
        view = self._settings.numbers(self._key())
        if len(view) != 3 or not 0 <= view[0] < view[1] <= recording.info.duration_s + 1e-6:
            return None
        self._timeline.set_view(view[0], view[1])
        self._timeline.set_cursor(view[2])
        return view[2]

    def _key(self) -> str:
        recording = self._document.recording
        assert recording is not None
        return f"view-{recording.info.path.name}-{recording.info.duration_s:.3f}"


class RecordingController(QObject):
    """Lets player, analysis and selection follow what is opened and closed."""

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        settings: Settings,
        player: Player,
        loader: RecordingLoader,
        analysis: AnalysisController,
        view: StoredView,
    ) -> None:
        super().__init__()
        self._document = document
        self._selection = selection
        self._settings = settings
        self._player = player
        self._loader = loader
        self._analysis = analysis
        self._view = view
        loader.opened.connect(self._on_opened)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"close": self.close_recording}

    def close_recording(self) -> None:
        """Leaves the window empty."""
        self._view.store()
        self._analysis.forget()
        self._player.open(None)
        self._loader.close_recording()
        self._selection.select(())

    def store_view(self) -> None:
        """Stores what the user looks at, before the window closes."""
        self._view.store()

    def _on_opened(self, _path: object) -> None:
        recording = self._document.recording
        if recording is None:
            return
        self._analysis.forget()
        self._selection.select(())
        path = recording.info.path
        self._player.open(path, recording.info)
        if not is_demo(path):
            self._settings.remember_file(path)
        cursor_s = self._view.restore()
        if cursor_s is not None:
            self._player.seek(cursor_s)
