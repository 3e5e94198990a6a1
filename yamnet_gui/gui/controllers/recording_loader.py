"""Opens recordings and loads what their tracks draw."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from yamnet_gui.audio import PeakPyramid
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.recording import OpenJob, PeaksJob, PreviewJob, SamplesJob
from yamnet_gui.gui.jobs.spectrogram import OverviewJob, TilesJob
from yamnet_gui.gui.state.document import Document, OpenRecording
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.state.spectrogram_tiles import Tile, TileKey
from yamnet_gui.gui.state.timeline import Timeline

_AT_REST_MS = 60
_AGAIN_MS = 15_000
"""Until a server that went away is asked again for what is still to be drawn."""


class RecordingLoader(QObject):
    """Opens a file in the background; what was open stays until the new one is known to be fine."""

    opened = Signal(object)  # Path
    failed = Signal(object)  # UserError
    leaving = Signal()  # what was open is about to be closed
    drawing = Signal(
        object
    )  # how much of a long recording in storage is read for that; None: ended

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        sound: Sound,
        spectrogram: Spectrogram,
        way: ForegroundPriority,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._way = way
        self._document = document
        self._timeline = timeline
        self._sound = sound
        self._spectrogram = spectrogram
        self._files = JobRunner("files", self)
        self._whole = JobRunner("whole recording", self)
        self._view = JobRunner("view", self)
        self._first_look = JobRunner("first look", self)
        self._opening: JobHandle | None = None
        self._opening_path: Path | None = None
        self._preview: JobHandle | None = None
        self._previewed = False  # whether what is shown is the waveform of an unknown length
        self._drawing: list[JobHandle] = []
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._draw)
        self._samples: JobHandle | None = None
        self._tiles: JobHandle | None = None
        self._wanted: tuple[int, int] | None = None
        self._zone = ""
        self._resting = Debounced(self, _AT_REST_MS, self._way.release)
        timeline.view_changed.connect(self._on_moved)
        sound.samples_wanted.connect(self._read_samples)
        spectrogram.tiles_wanted.connect(self._compute_tiles)

    @property
    def path(self) -> Path | None:
        recording = self._document.recording
        return recording.info.path if recording else None

    @property
    def busy(self) -> bool:
        """Whether a file is being opened or a picture of it being made."""
        return any(r.busy for r in (self._files, self._whole, self._view, self._first_look))

    @property
    def opening(self) -> Path | None:
        """The file that is being opened; None where none is."""
        return self._opening_path

    def set_time_zone(self, name: str) -> None:
        """The zone of start times that name none; empty for that of this computer."""
        self._zone = name

    def open(self, path: Path) -> None:
        """Opens `path`; a later call overtakes an earlier one."""
        self._end_preview()
        self._stop_opening()
        self._opening_path = path
        self._opening = self._files.submit(
            OpenJob(path, self._zone),
            on_result=self._show,
            on_failed=self._on_failed,
        )
        self._preview = self._first_look.submit(
            PreviewJob(path), on_result=self._show_preview, on_failed=self._drop
        )

    def stay(self) -> None:
        """Drops what is being opened; what is open stays, unless it has been left already."""
        if not self._previewed:
            self._end_preview()
            self._stop_opening()

    @Slot()
    def stop_drawing(self) -> None:
        """Reads no more of the open recording than what is in view."""
        self._again.stop()
        for job in self._drawing:
            job.cancel()
        self._drawing = []
        self.drawing.emit(None)

    def _stop_opening(self) -> None:
        """Ends what is being opened, also in the midst of a scan."""
        self._opening_path = None
        if self._opening:
            self._opening.cancel()

    def close_recording(self) -> None:
        """Leaves the window empty, also while a file is being opened."""
        self._end_preview()
        self._stop_opening()
        self._leave()

    def _leave(self) -> None:
        self.leaving.emit()
        self.stop_drawing()
        self._whole.cancel_all()
        self._view.cancel_all()
        self._document.open(None)
        self._sound.clear()
        self._spectrogram.set_recording(0, 0.0)
        self._timeline.set_recording(0.0, 0)

    def close(self) -> None:
        """Ends the threads."""
        if self._resting.active:
            self._resting.stop()
            self._way.release()
        self._again.stop()
        self._stop_opening()
        for runner in (self._files, self._whole, self._view, self._first_look):
            runner.cancel_all()
        for runner in (self._files, self._whole, self._view, self._first_look):
            runner.close()

    def _show_preview(self, peaks: PeakPyramid) -> None:
        """Shows the waveform while the length is being found; nothing else is known yet."""
        if not self._previewed:
            self._leave()
            self._previewed = True
            duration_s = peaks.frames / peaks.sample_rate_hz
            self._timeline.set_recording(duration_s, peaks.sample_rate_hz)
        self._sound.set_pyramid(peaks)

    def _end_preview(self) -> None:
        if self._preview:
            self._preview.cancel()
        self._preview, self._previewed = None, False

    def _on_failed(self, error: UserError) -> None:
        previewed = self._previewed
        self._opening_path = None
        self._end_preview()
        if previewed:
            self._leave()
        self.failed.emit(error)

    def _show(self, recording: OpenRecording) -> None:
        self._opening_path = None
        if not self._previewed:  # else its waveform stays until a better one is there
            self._sound.clear()
        self._end_preview()
        info = recording.info
        self.leaving.emit()
        self.stop_drawing()
        self._whole.cancel_all()
        self._view.cancel_all()
        self._sound.forget_samples()
        self._document.open(recording)
        self._spectrogram.set_recording(info.sample_rate_hz, info.duration_s)
        self._timeline.set_recording(info.duration_s, info.sample_rate_hz)
        self._draw()
        self.opened.emit(info.path)

    @Slot()
    def _draw(self) -> None:
        """Reads all of the recording for the pictures of the whole of it."""
        path, again = self.path, bool(self._drawing)
        if path is None:
            return
        peaks = self._whole.submit(
            PeaksJob(path),
            on_result=self._on_peaks,
            on_failed=self._drop if again else self._on_drawing_failed,
        )
        overview = self._whole.submit(
            OverviewJob(path, self._way),
            on_result=self._spectrogram.set_overview,
            on_failed=self._draw_later,
            on_done=lambda: self.drawing.emit(None),
        )
        self._drawing = [peaks, overview]

    def _on_peaks(self, peaks: PeakPyramid) -> None:
        self._sound.improve_pyramid(peaks)
        recording = self._document.recording
        if recording is not None and recording.long_in_storage_bytes and peaks.frames:
            share = peaks.ready_frames / peaks.frames
            self.drawing.emit(share if share < 1 else None)

    def _on_drawing_failed(self, error: UserError) -> None:
        self.drawing.emit(None)
        self.failed.emit(error)

    def _draw_later(self, _error: UserError) -> None:
        """Once a server answers again, without a word to say about each time that it does not."""
        if self.path is not None and is_stored(self.path):
            self._again.start()

    @Slot(object)
    def _on_moved(self, _view: object) -> None:
        """What only makes the picture finer waits while the view moves."""
        if not self._resting.active:
            self._way.claim()
        self._resting.start()

    @Slot(int, int)
    def _read_samples(self, first: int, last: int) -> None:
        """Reads samples once painting is over: asking for them happens while it goes on."""
        self._wanted = (first, last)
        QTimer.singleShot(0, self, self._submit_samples)

    @Slot()
    def _submit_samples(self) -> None:
        if self._wanted is None or self.path is None:
            return
        first, last = self._wanted
        self._wanted = None
        if self._samples:
            self._samples.cancel()
        self._samples = self._view.submit(
            SamplesJob(self.path, first, last), on_result=self._on_samples, on_failed=self._drop
        )

    def _on_samples(self, samples: tuple[int, NDArray[np.float32]]) -> None:
        self._sound.set_samples(*samples)

    @Slot(object)
    def _compute_tiles(self, keys: list[TileKey]) -> None:
        if self.path is None:
            return
        if self._tiles:
            self._tiles.cancel()
        self._tiles = self._view.submit(
            TilesJob(self.path, self._spectrogram.shown_settings, tuple(keys), self._way),
            on_result=self._on_tile,
            on_failed=self._drop,
        )

    def _on_tile(self, tile: tuple[TileKey, Tile]) -> None:
        self._spectrogram.put(*tile)

    def _drop(self, _error: UserError) -> None:
        """A file that vanishes is reported once, by the job that reads all of it."""
