"""The envelope of a recording: built while it is analysed, or afterwards where it is missing."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.audio.log_mel import log_mel
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.model_parameters import SAMPLE_RATE_HZ, STFT_HOP, STFT_WINDOW
from yamnet_gui.core.scores import FrameGrid
from yamnet_gui.detection import Envelope, EnvelopeStream

from .result import Analysis
from .stored import envelope_name

_BLOCK_ROWS = 3000

Samples = NDArray[np.float32]


class EnvelopeRows:
    """Takes log-mel rows from another thread and gives the values they make.

    `done` values are stored already. Rows of the silence that completes the last frame do not
    count.
    """

    def __init__(self, grid: FrameGrid, done: int = 0) -> None:
        self._limit = _row_count(grid)
        done = EnvelopeStream.whole_blocks(done)
        self._wanted = EnvelopeStream.first_row(done)
        self._stream = EnvelopeStream(done)
        self._ready: deque[NDArray[np.float32]] = deque()  # one thread puts in, another takes out

    def push(self, first: int, rows: NDArray[np.float32]) -> None:
        """Rows (n, 64) from the row `first` of the analysed part on."""
        wanted = rows[: max(0, self._limit - first)]
        self._wanted = max(self._wanted, first + len(wanted))
        if len(wanted):
            self._ready.append(self._stream.push(wanted, first))

    def catch_up(self, samples: Callable[[int], Iterator[Samples]], begin: int | None) -> None:
        """Takes the rows before sample `begin` (None: all) that the stream still needs.

        `samples` gives the 16 kHz samples of the analysed part from one of them on.
        """
        last = self._limit if begin is None else min(begin // STFT_HOP, self._limit)
        if self._wanted >= last:
            return
        from yamnet_gui.yamnet.front_end import LogMel

        first = self._wanted
        front_end = LogMel(first)
        for block in samples(first * STFT_HOP):
            for rows in front_end.push(block):
                self.push(first, rows[: max(0, last - first)])
                first += len(rows)
            if first >= last:
                return
        for rows in front_end.finish():
            self.push(first, rows[: max(0, last - first)])
            first += len(rows)

    def taken(self) -> NDArray[np.float32]:
        """The values that came since the last time."""
        parts = [self._ready.popleft() for _ in range(len(self._ready))]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def rest(self) -> NDArray[np.float32]:
        """The last values; no row comes after this."""
        return np.concatenate([self.taken(), self._stream.finish()])


def add_envelopes(analysis: Analysis) -> Iterator[float]:
    """Computes the missing envelopes of a stored analysis, and stores them next to it.

    Yields the share that is done; closing the generator stops it and leaves nothing behind. The
    front end here is NumPy's, so that no network is loaded: its values differ from those of an
    analysis by rounding. Raises RecordingError, also where they cannot be written.
    """
    try:
        yield from _add_missing(analysis)
    except OSError as error:
        reason = f"its edges cannot be refined ({error.strerror or error})"
        raise RecordingError(analysis.recording.path, reason) from error


def stored_envelopes(analysis: Analysis) -> dict[int | None, Envelope]:
    """The envelopes of an analysis by channel, without missing ones."""
    envelopes = {table.channel: analysis.envelope(table.channel) for table in analysis.tables}
    return {channel: one for channel, one in envelopes.items() if one is not None}


def _add_missing(analysis: Analysis) -> Iterator[float]:
    if analysis.folder is None:  # held in memory, with its envelopes
        return
    missing = [t for t in analysis.tables if analysis.envelope(t.channel) is None]
    settings = analysis.settings
    for number, table in enumerate(missing):
        with open_audio(analysis.recording.path) as source:
            samples = mono_16k(
                source,
                channel=table.channel,
                gain_db=settings.gain_db,
                start_s=settings.start_s,
                end_s=settings.end_s,
            )
            envelope = EnvelopeRows(table.grid)
            parts, row = [], 0
            for rows in _log_mel_rows(samples):
                envelope.push(row, rows)
                parts.append(envelope.taken())
                row += len(rows)
                done = min(1.0, row / max(1, _row_count(table.grid)))
                yield (number + done) / len(missing)
            values = np.concatenate([*parts, envelope.rest()])
        path = analysis.folder / envelope_name(table.channel)
        with replacing(path) as beside, beside.open("wb") as file:
            npy.write_array(file, values[:, None], allow_pickle=False)


def _log_mel_rows(blocks: Iterable[Samples]) -> Iterator[NDArray[np.float32]]:
    """Log-mel rows of a stream of samples, some thousand at a time."""
    held = np.zeros(0, np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        if len(held) >= _BLOCK_ROWS * STFT_HOP + STFT_WINDOW:
            rows = log_mel(held)
            held = held[len(rows) * STFT_HOP :]
            yield rows
    yield log_mel(held)


def _row_count(grid: FrameGrid) -> int:
    """Rows whose window lies inside the analysed part; one where it is shorter than that."""
    samples = round((grid.end_s - grid.start_s) * SAMPLE_RATE_HZ)
    return max(1, (samples - STFT_WINDOW) // STFT_HOP + 1)
