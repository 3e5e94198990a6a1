"""Which actions can be done with what is open and selected."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.actions import ActionSpec, Needs
from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline

from .review_queue_controller import ReviewQueueController

_READ_ONLY = "there is nothing to {}, or the project is open read-only."
_OTHERWISE = {
    "undo": _READ_ONLY.format("undo"),
    "redo": _READ_ONLY.format("redo"),
    "analyse": "the recording is being analysed already.",
    "cancel": "nothing is being analysed.",
    "cancel_all": "no recordings are being analysed.",
    "save_project": "the project is still being opened.",
    "close_project": "no project is open but the personal one.",
    **{f"label_{n}": f"no label of the chosen set has the key {n}." for n in range(1, 10)},
}
"""What else keeps an action from being done."""


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
        running = document.state is AnalysisState.RUNNING
        self._window.window_actions.offer(present, but="analyse" if running else "cancel")

    def reason(self, spec: ActionSpec) -> str:
        """Why an action that is disabled cannot be done now, and what to do, in words."""
        document = self._document
        if spec.needs is not Needs.NOTHING and document.recording is None:
            return "no recording is open."
        of_events = spec.needs in (Needs.EVENT, Needs.EVENTS)
        if of_events and not len(document.events):
            if document.state is AnalysisState.NONE:
                return "there are no events; analyse the recording or draw one."
            if document.loading_events:
                return "the events are still being loaded."
            return "no event is detected here with the present thresholds."
        if spec.needs is Needs.EVENT and not self._selection.ids:
            return "no event is selected; click one, or go to the next."
        if spec.needs is Needs.SELECTION:
            return "no span is selected; drag over the waveform or the spectrogram."
        return _OTHERWISE.get(spec.id, "not possible now.")
