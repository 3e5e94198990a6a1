"""What the window shows about the recording: title, status, notices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip

from yamnet_gui.analysis.cache_writer import NOT_STORED
from yamnet_gui.core.errors import UserError, WeightsError
from yamnet_gui.core.text import counted, grouped, megabytes, percent
from yamnet_gui.gui.background.rate import Rate
from yamnet_gui.gui.controllers.messages import GET_WEIGHTS
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.times import length
from yamnet_gui.gui.widgets.notices import OFFER_S, NoticeKind
from yamnet_gui.gui.widgets.plain_text import plain_tip

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.analysis import Analysis
    from yamnet_gui.core.events import Event
    from yamnet_gui.core.spans import Box
    from yamnet_gui.gui.context import Context
    from yamnet_gui.yamnet.weights_copies import WeightsCopy

_NO_WEIGHTS = "Without YAMNet's weights no further sound can be analysed; all else works."
_MANY_KEY = "many"
_MANY_S = 2 * OFFER_S  # a key may have reached more than was meant, which is seen late
_REPLACED_KEY = "replaced detections"
_LOOKING = "Looking closer"
_READING = "Reading from storage for the waveform"
_PREPARING = "Preparing the network, once for these weights"
_STATE_IN_LIST = {
    AnalysisState.NONE: "",
    AnalysisState.RUNNING: "analysing",
    AnalysisState.STOPPED: "stopped",
    AnalysisState.COMPLETE: "analysed",
}


class StatusMessages(Feature):
    """Shows the state of the owners in words; changes none of them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._spectrogram = context.session.spectrogram
        self._timeline = context.session.timeline
        self._analysis = context.services.analysis
        self._weights = context.services.weights
        self._navigator = context.services.navigation
        self._queue_controller = context.services.queue_controller
        self._player = context.services.player
        self._recording_loader = context.services.recording
        self._review = context.services.review
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._status = context.shell.status
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self._using_copy = False
        self._zones_said: set[tuple[Path, str]] = set()  # folder and where start times are from
        self._recording_loader.opened.connect(self._on_opened)
        self._recording_loader.failed.connect(self._show_error)
        self._reading_rate = Rate()
        self._recording_loader.drawing.connect(self._show_reading)
        context.shell.status.cancel_requested.connect(self._stop_reading)
        self._analysis.failed.connect(self._on_analysis_failed)
        self._analysis.progress.connect(self._show_progress)
        self._analysis.loading.connect(self._show_loading)
        self._weights.preparing.connect(self._show_preparing)
        self._weights.prepared.connect(self._on_prepared)
        self._analysis.finished.connect(self._on_finished)
        self._analysis.analysed.connect(self._on_analysed)
        self._weights.changed.connect(self._on_weights_changed)
        self._weights.missing.connect(self._offer_weights)
        self._weights.copies_found.connect(self._offer_copy)
        self._weights.fetch_failed.connect(self._on_weights_failed)
        self._player.notice.connect(self._on_player_notice)
        self._player.sound.silence_changed.connect(lambda _reason: self._notices.clear("sound"))
        self._look_rate = Rate()
        self._document.closer_look_changed.connect(self._show_closer_look)
        self._document.recording_changed.connect(self._show_recording)
        self._document.analysis_changed.connect(self._show_analysis)
        self._tracks.pointer_moved.connect(self._show_pointer)
        self._review.editor.failed.connect(self._show_error)
        self._review.editor.changed_many.connect(self._offer_undo)
        self._undo_steps = context.session.undo_steps
        self._replaced: tuple[Event, ...] = ()
        self._returned: tuple[Event, ...] = ()
        context.services.events.replaced.connect(self._on_replaced)
        context.services.events.returned.connect(self._on_returned)
        context.session.project.steps_changed.connect(self._on_step)
        events = context.services.event_navigation
        for source in (self._review.editor, self._navigator, self._queue_controller, events):
            source.message.connect(context.shell.show_message)
        self._review.bounds.box_dragged.connect(self._show_box)
        self._document.start_changed.connect(self._show_start)
        self._show_recording()

    def _offer_undo(self, text: str) -> None:
        """A step reached several events; gone with the next step."""
        undo = self._window.actions_by_id["undo"].trigger
        self._notices.show_notice(
            NoticeKind.INFO, text, [("Undo", undo)], key=_MANY_KEY, seconds=_MANY_S
        )

    @Slot(object)
    def _on_replaced(self, events: tuple[Event, ...]) -> None:
        self._replaced = events

    @Slot(object)
    def _on_returned(self, events: tuple[Event, ...]) -> None:
        self._returned = events

    @Slot()
    def _on_step(self) -> None:
        """What was offered for the step before is over; what this one took away is shown."""
        self._notices.clear(_MANY_KEY)
        self._notices.clear(_REPLACED_KEY)
        replaced, self._replaced = self._replaced, ()
        returned, self._returned = self._returned, ()
        if replaced:
            same = "both are" if len(replaced) == 1 else "they are"
            text = (
                f"Your event replaces {self._detections(replaced)}: {same} mostly the same sound."
            )
        elif returned and self._undo_steps.redo_title is None:  # not where the step was an undo
            again, them = ("is", "it") if len(returned) == 1 else ("are", "them")
            which = self._detections(returned)
            text = (
                f"{which[0].upper()}{which[1:]} {again} there again:"
                f" no event of yours covers most of {them} any longer."
            )
        else:
            return
        undo = self._window.actions_by_id["undo"].trigger
        self._notices.show_notice(
            NoticeKind.INFO, text, [("Undo", undo)], key=_REPLACED_KEY, seconds=OFFER_S
        )

    def _detections(self, events: tuple[Event, ...]) -> str:
        """Detections in a sentence: the only one, or how many."""
        if len(events) > 1:
            return counted(len(events), "detection")
        when = self._timeline.time_text(events[0].onset_s, 2)
        return f"the detection “{events[0].label}” at {when}"

    # The recording

    def _on_opened(self, path: Path) -> None:
        self._notices.clear("analysis")
        self._recordings_panel.add_file(path)
        self._recordings_panel.set_current(path)
        self._tracks.waveform.setFocus()  # single keys act on the recording, not on a text field
        recording = self._document.recording
        if recording is None:
            return
        for warning in recording.warnings:
            self._notices.show_notice(NoticeKind.WARNING, f"{path.name}: {warning}")
        said = (path.parent, recording.start_source)
        assumed = recording.zone_assumed and recording.info.recorded_at is not None
        if assumed and said not in self._zones_said:  # the others there are of the same recorder
            self._zones_said.add(said)
            self._notices.show_notice(
                NoticeKind.INFO,
                f"Recording started {recording.info.recorded_at:%Y-%m-%d %H:%M:%S} by its "
                f"{recording.start_source}, assuming this computer's time zone.",
                [
                    ("Correct…", self._window.actions_by_id["start_times"].trigger),
                    ("Set zone…", self._window.actions_by_id["settings"].trigger),
                ],
                key="zone",
                seconds=OFFER_S,
            )

    def _show_recording(self) -> None:
        recording, window = self._document.recording, self._window
        window.show_tracks(recording is not None)
        if recording is None:
            window.setWindowFilePath("")
            return
        self._show_start()

    @Slot()
    def _show_start(self) -> None:
        recording = self._document.recording
        known = recording is not None and recording.info.recorded_at is not None
        clock_time = self._window.actions_by_id["clock_time"]
        clock_time.setVisible(known)
        self._timeline.set_start(recording.info.recorded_at if recording else None)

    def _show_pointer(self, time_s: float, hertz: float, _track: str) -> None:
        if time_s < 0 or self._timeline.duration_s <= 0:
            self._status.set_pointer("")
            return
        text = self._timeline.time_text(time_s)
        if hertz >= 0:
            text += f"   {grouped(hertz)} Hz"
            level = self._spectrogram.level_at(time_s, hertz)
            if level is not None:
                text += f"   {grouped(level)} dB"
        self._status.set_pointer(text)

    def _show_box(self, box: Box) -> None:
        text = length(box.end_s - box.start_s)
        if box.band_hz != (None, None):
            nyquist = self._timeline.sample_rate_hz / 2
            text += f", {grouped(box.low_hz or 0)} – {grouped(box.high_hz or nyquist)} Hz"
        QToolTip.showText(QCursor.pos(), plain_tip(text), self._tracks)

    def _on_player_notice(self, text: str) -> None:
        self._notices.show_notice(NoticeKind.WARNING, text, key="sound")

    # The analysis

    def _offer_weights(self) -> None:
        self._notices.show_notice(
            NoticeKind.INFO,
            _NO_WEIGHTS,
            [(GET_WEIGHTS, self._window.actions_by_id["weights"].trigger)],
            key="weights",
        )
        self._weights.look_for_copies()

    def _offer_copy(self, copies: list[WeightsCopy]) -> None:
        """Another program has downloaded YAMNet already: one click takes its copy."""
        if self._weights.path is not None:
            return
        path, owner = copies[0].file.path, copies[0].owner
        self._notices.show_notice(
            NoticeKind.INFO,
            _NO_WEIGHTS,
            [
                (f"Use YAMNet from {owner}", lambda: self._use_copy(path)),
                (GET_WEIGHTS, self._window.actions_by_id["weights"].trigger),
            ],
            key="weights",
            details=str(path),
        )

    def _use_copy(self, path: Path) -> None:
        self._using_copy = True
        self._weights.use(path)

    def _on_weights_changed(self) -> None:
        self._using_copy = False
        self._notices.clear("weights")

    def _on_weights_failed(self, error: UserError) -> None:
        if self._using_copy:  # else the dialog that asked for it shows the error
            self._using_copy = False
            self._show_error(error)

    def _on_analysis_failed(self, error: UserError) -> None:
        if self._weights.path is None and self._weights.chosen is None:
            self._offer_weights()
        elif isinstance(error, WeightsError):
            self._show_error(error)
        else:
            self._notices.show_notice(NoticeKind.ERROR, str(error), key="analysis")

    def _show_progress(self, fraction: float, left_s: float) -> None:
        text = "Analysing" if fraction > 0 else "Loading the model"
        shown = fraction if fraction > 0 else None
        self._status.set_progress(text, shown, left_s if left_s >= 0 else None)

    def _show_loading(self, fraction: float) -> None:
        if fraction > 0:
            self._status.set_progress(_PREPARING, fraction)

    def _show_preparing(self, fraction: float) -> None:
        if not self._analysis.running and self._status.message.text() in ("", _PREPARING):
            self._show_loading(fraction)  # what a step of the user's had to say stays

    @Slot()
    def _show_closer_look(self) -> None:
        """Events change meanwhile without a step of the user's."""
        share = self._document.closer_look
        left_s = self._look_rate.left_s(share)
        text = self._status.message.text()
        if self._analysis.running or (text and not text.startswith(_LOOKING)):
            return  # what a step of the user's had to say stays
        if share is None:
            self._status.clear_progress()
        else:
            percent = int(100 * share)
            self._status.set_progress(f"{_LOOKING}, {percent} % done", share, left_s)

    @Slot(object)
    def _show_reading(self, share: float | None) -> None:
        """What drawing the whole of a long recording in storage has read of it."""
        left_s = self._reading_rate.left_s(share)
        text, recording = self._status.message.text(), self._document.recording
        if self._analysis.running or (text and not text.startswith(_READING)):
            return  # what a step of the user's had to say stays
        if share is None or recording is None:
            if text:
                self._status.clear_progress()
        else:
            size = megabytes(recording.long_in_storage_bytes)
            self._status.set_progress(f"{_READING}, {percent(share)} of {size}", share, left_s)

    @Slot()
    def _stop_reading(self) -> None:
        if self._status.message.text().startswith(_READING):
            self._recording_loader.stop_drawing()
            self._status.show_message(
                "Stopped: the rest is drawn where you look, or after opening again"
            )

    def _on_prepared(self, note: str) -> None:
        if not self._analysis.running and self._status.message.text() == _PREPARING:
            self._status.clear_progress()
        if note:
            self._notices.show_notice(NoticeKind.WARNING, note, key="runtime")

    def _on_finished(self) -> None:
        self._status.clear_progress()
        self._show_closer_look()
        self._show_analysis()

    @Slot(object)
    def _on_analysed(self, analysis: Analysis) -> None:
        for warning in analysis.warnings:
            if warning.startswith(NOT_STORED):
                text = f"{analysis.recording.path.name}: {warning}"
                self._notices.show_notice(NoticeKind.WARNING, text, key="cache")

    def _show_analysis(self) -> None:
        model, state = self._document.model, self._document.state
        recording = self._document.recording
        if not model.name:
            self._status.set_model("not analysed" if recording else "")
            return
        note = "" if model.known else " · unknown weights"
        stopped = " · stopped" if state is AnalysisState.STOPPED else ""
        self._status.set_model(
            f"{model.name}{note}{stopped}", f"Weights with SHA-256 {model.sha256}"
        )
        if recording is not None:
            self._recordings_panel.set_state(recording.info.path, _STATE_IN_LIST[state])
