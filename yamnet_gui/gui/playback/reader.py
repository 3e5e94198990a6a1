"""Reads ahead in its own thread."""

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from yamnet_gui.audio import AudioSource, open_audio
from yamnet_gui.core.errors import Cancelled, RecordingError
from yamnet_gui.core.stopping import stoppable
from yamnet_gui.core.storage.turns import going_first

from .stream import Stream, StreamFiller


class _Worker(QObject):
    """Lives in the reading thread; leaves the file open from one stream to the next."""

    filled = Signal(object)
    failed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._source: AudioSource | None = None
        self._path: Path | None = None
        self._stream: Stream | None = None
        self._filler: StreamFiller | None = None

    @Slot(object)
    def fill(self, stream: Stream) -> None:
        if stream.cancelled:
            return
        try:
            if stream is not self._stream:
                with stoppable(lambda: stream.cancelled), going_first():
                    self._filler = StreamFiller(self._open(stream.request.path), stream)
                self._stream = stream
            assert self._filler is not None
            with stoppable(lambda: stream.cancelled), going_first():
                self._filler.fill()
        except Cancelled:
            return
        except RecordingError as error:
            self.release()  # the next start opens it again
            stream.finish()
            self.failed.emit(stream, str(error))
            return
        self.filled.emit(stream)

    def _open(self, path: Path) -> AudioSource:
        if self._source is None or path != self._path:
            self.release()
            self._source = open_audio(path)
            self._path = path
        return self._source

    @Slot()
    def release(self) -> None:
        if self._source is not None:
            self._source.close()
        self._source, self._path, self._stream, self._filler = None, None, None, None


class Reader(QObject):
    """Fills streams in the background; its signals arrive in the GUI thread.

    `filled(stream)` after every filling, `failed(stream, message)` where the file is broken.
    """

    filled = Signal(object)
    failed = Signal(object, str)
    _wanted = Signal(object)
    _let_go = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName("playback reader")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._wanted.connect(self._worker.fill)
        self._let_go.connect(self._worker.release)
        self._worker.filled.connect(self._pass_filled)
        self._worker.failed.connect(self._pass_failed)

    def fill(self, stream: Stream) -> None:
        """Asks for more; returns at once."""
        if not self._thread.isRunning():
            self._thread.start()
        self._wanted.emit(stream)

    def release(self) -> None:
        """Closes the file once the current filling is done."""
        if self._thread.isRunning():
            self._let_go.emit()

    def close(self) -> None:
        """Ends the thread. Cancel the stream first: a filling in progress is waited for."""
        self.release()
        self._thread.quit()
        self._thread.wait()

    @Slot(object)
    def _pass_filled(self, stream: Stream) -> None:
        self.filled.emit(stream)

    @Slot(object, str)
    def _pass_failed(self, stream: Stream, message: str) -> None:
        self.failed.emit(stream, message)
