"""Which actions can be done with what is open and selected."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.actions import Needs
from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline

from .review_queue_controller import ReviewQueueController


class ActionAvailability(QObject):
    """Enables and disables the actions of the table by what each needs."""

    def __init__(
        self,
        window: MainWindow,
        document: Document,
        selection: EventSelection,
        timeline: Timeline,
        queue: ReviewQueueController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._document = document
        self._selection = selection
        self._timeline = timeline
        self._queue = queue
        for signal in (
            document.recording_changed,
            document.analysis_changed,
            document.events_changed,
            selection.changed,
            timeline.selection_changed,
        ):
            signal.connect(self.update)
        self.update()

    @Slot()
    def update(self) -> None:
        """Looks at everything that actions need."""
        document = self._document
        # a key that comes while the next event is on its way must be answered, not swallowed
        coming = self._queue.waiting
        present = {
            need
            for need, there in {
                Needs.RECORDING: document.recording is not None,
                Needs.EVENTS: coming or len(document.events) > 0,
                Needs.EVENT: coming or len(self._selection.ids) > 0,
                Needs.SELECTION: self._timeline.selection is not None,
            }.items()
            if there
        }
        self._window.window_actions.offer(present)
        running = document.state is AnalysisState.RUNNING
        actions = self._window.actions_by_id
        actions["analyse"].setEnabled(Needs.RECORDING in present and not running)
        actions["cancel"].setEnabled(running)
