"""What the window says about the recording: title, status, bars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.times import clock, length, wall_clock

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_NO_WEIGHTS = "Without YAMNet's weights nothing can be analysed; everything else works."
_STATE_IN_LIST = {
    AnalysisState.NONE: "",
    AnalysisState.RUNNING: "analysing",
    AnalysisState.STOPPED: "stopped",
    AnalysisState.COMPLETE: "analysed",
}


class Telling(Feature):
    """Puts into words what the owners hold; changes none of them."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        bench.opener.opened.connect(self._on_opened)
        bench.opener.failed.connect(bench.show_error)
        bench.analysing.failed.connect(self._on_analysis_failed)
        bench.analysing.progress.connect(self._show_progress)
        bench.analysing.finished.connect(self._on_finished)
        bench.analysing.weights_changed.connect(lambda: bench.notices.clear("weights"))
        bench.analysing.weights_missing.connect(self._offer_weights)
        bench.player.notice.connect(self._on_player_notice)
        bench.document.recording_changed.connect(self._show_recording)
        bench.document.analysis_changed.connect(self._show_analysis)
        bench.tracks.pointer_moved.connect(self._show_pointer)
        bench.reviewing.failed.connect(bench.show_error)
        bench.reviewing.told.connect(self.tell)
        bench.reviewing.edge_dragged.connect(self._show_length)
        bench.window.actions_by_id["clock_time"].toggled.connect(self._write_times)
        self._show_recording()

    def tell(self, text: str) -> None:
        """A short remark on what a key did; it must not push the tracks down."""
        if self._bench.analysing.running:
            self._bench.notices.show_notice(NoticeKind.INFO, text, key="review", seconds=5)
        else:
            self._bench.status.clear_progress(text)

    # The recording

    def _on_opened(self, path: Path) -> None:
        bench = self._bench
        bench.notices.clear("analysis")
        bench.recordings.add_file(path)
        bench.recordings.set_current(path)
        bench.tracks.waveform.setFocus()  # single keys act on the recording, not on a text field
        recording = bench.document.recording
        if recording is None:
            return
        for warning in recording.warnings:
            bench.notices.show_notice(NoticeKind.WARNING, f"{path.name}: {warning}")
        if recording.zone_assumed and recording.info.recorded_at is not None:
            bench.notices.show_notice(
                NoticeKind.INFO,
                f"Began {recording.info.recorded_at:%Y-%m-%d %H:%M:%S}, taken as this "
                "computer's time zone.",
                [("Another…", bench.window.actions_by_id["settings"].trigger)],
                key="zone",
            )

    def _show_recording(self) -> None:
        bench = self._bench
        recording, window = bench.document.recording, bench.window
        window.show_tracks(recording is not None)
        if recording is None:
            window.setWindowTitle("yamnet_gui")
            window.setWindowFilePath("")
            return
        info = recording.info
        rate = f"{info.sample_rate_hz / 1000:g} kHz"
        channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
        lasts = clock(info.duration_s, 1)
        window.setWindowTitle(
            f"{info.path.name} — {lasts}, {rate}, {channels}, {recording.encoding} — yamnet_gui"
        )
        known = info.recorded_at is not None
        clock_time = window.actions_by_id["clock_time"]
        clock_time.setVisible(known)
        self._write_times(known and clock_time.isChecked())

    def _write_times(self, by_clock: bool) -> None:
        recording = self._bench.document.recording
        start = recording.info.recorded_at if recording else None
        ruler = self._bench.tracks.ruler
        if by_clock and start is not None:
            ruler.set_writing(lambda s, decimals: wall_clock(start, s, decimals))
        else:
            ruler.set_writing(clock)

    def _show_pointer(self, time_s: float, hertz: float, _track: str) -> None:
        bench = self._bench
        if time_s < 0 or bench.timeline.duration_s <= 0:
            bench.status.set_pointer("")
            return
        text = clock(time_s)
        if hertz >= 0:
            text += f"   {hertz:,.0f} Hz"
            level = bench.spectrogram.level_at(time_s, hertz)
            if level is not None:
                text += f"   {level:.0f} dB"
        bench.status.set_pointer(text)

    def _show_length(self, seconds: float) -> None:
        QToolTip.showText(QCursor.pos(), length(seconds), self._bench.tracks)

    def _on_player_notice(self, text: str) -> None:
        self._bench.notices.show_notice(NoticeKind.WARNING, text, key="sound")

    # The analysis

    def _offer_weights(self) -> None:
        bench = self._bench
        bench.notices.show_notice(
            NoticeKind.INFO,
            _NO_WEIGHTS,
            [("Get the weights…", bench.window.actions_by_id["weights"].trigger)],
            key="weights",
        )

    def _on_analysis_failed(self, error: UserError) -> None:
        if self._bench.analysing.weights_path is None:
            self._offer_weights()
        else:
            self._bench.notices.show_notice(NoticeKind.ERROR, str(error), key="analysis")

    def _show_progress(self, fraction: float, left_s: float) -> None:
        text = "Analysing" if fraction > 0 else "Loading the network"
        shown = fraction if fraction > 0 else None
        self._bench.status.set_progress(text, shown, left_s if left_s >= 0 else None)

    def _on_finished(self) -> None:
        self._bench.status.clear_progress()
        self._show_analysis()

    def _show_analysis(self) -> None:
        bench = self._bench
        model, state = bench.document.model, bench.document.state
        recording = bench.document.recording
        if not model.name:
            bench.status.set_model("not analysed" if recording else "")
            return
        note = "" if model.known else " · unknown weights"
        stopped = " · stopped" if state is AnalysisState.STOPPED else ""
        bench.status.set_model(
            f"{model.name}{note}{stopped}", f"Weights with SHA-256 {model.sha256}"
        )
        if recording is not None:
            bench.recordings.set_state(recording.info.path, _STATE_IN_LIST[state])
