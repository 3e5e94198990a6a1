"""A stream of samples to a stream of scores, exact at every border.

Two rules make results independent of block and chunk sizes, and a resumed analysis equal to an
undisturbed one bit by bit. Log-mel frames are computed in blocks of a fixed size that begin at
multiples of it; and where the place in a batch of the network affects the last bits, frame k always
stands at place k mod `batch`. Both count from the start of the recording, not from where the
analysis began.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.model_parameters import (
    MEL_BANDS,
    PATCH_FRAMES,
    STFT_HOP,
    WINDOW_SAMPLES,
)
from yamnet_gui.core.pipeline import mapped, prefetched
from yamnet_gui.core.scores import DEFAULT_HOP_S, ScoreChunk, hop_in_stft_frames
from yamnet_gui.core.threads import BLAS_THREADS

from .front_end import LogMel

Floats = NDArray[np.float32]
LogMelSink = Callable[[int, Floats], None]


class PatchNetwork(Protocol):
    """What an analysis needs of a network."""

    @property
    def batch(self) -> int: ...

    @property
    def calls(self) -> int: ...

    @property
    def place_matters(self) -> bool: ...

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]: ...


class Analyzer:
    """Runs a network over samples of any length in bounded memory.

    `hop_s` is the distance between frames; raises SettingsError where it is not a multiple of
    10 ms.
    """

    def __init__(self, network: PatchNetwork, hop_s: float = DEFAULT_HOP_S) -> None:
        self.hop_s = hop_s
        self._network = network
        self._hop = hop_in_stft_frames(hop_s)

    def run(
        self,
        blocks: Iterable[Floats],
        first_frame: int = 0,
        chunk_frames: int = 64,
        on_log_mel: LogMelSink | None = None,
    ) -> Iterator[ScoreChunk]:
        """Scores of float32 blocks (n,) of any sizes, 16 kHz mono, `chunk_frames` at a time.

        The first chunk holds what the first call of the network gives, so that whoever waits sees
        something at once.

        To resume, `first_frame` is the first frame wanted and the blocks begin at sample
        `start_sample(first_frame, hop_s)`. The end of the blocks is the end of the recording: only
        there silence is added. Reading the blocks and the front end run ahead in another thread;
        closing the generator stops both and closes the blocks if they are a generator.
        `on_log_mel` is called in that thread with the index of the first STFT frame (counted from
        the start of the recording) and log-mel rows (n, 64).

        Raises SettingsError where a number is out of range, and whatever the blocks raise.
        """
        if first_frame < 0 or chunk_frames < 1:
            raise SettingsError("analysis", "frames count from 0 and chunks hold at least one")
        return self._chunks(blocks, first_frame, chunk_frames, on_log_mel)

    def _chunks(
        self,
        blocks: Iterable[Floats],
        first_frame: int,
        chunk_frames: int,
        on_log_mel: LogMelSink | None,
    ) -> Iterator[ScoreChunk]:
        with BLAS_THREADS.one():
            yield from self._scored(blocks, first_frame, chunk_frames, on_log_mel)

    def _scored(
        self,
        blocks: Iterable[Floats],
        first_frame: int,
        chunk_frames: int,
        on_log_mel: LogMelSink | None,
    ) -> Iterator[ScoreChunk]:
        rows = _log_mel_rows(blocks, first_frame, self._hop, on_log_mel)
        batches = prefetched(_batches(rows, first_frame, self._hop, self._network.batch))
        frame = first_frame
        results = mapped(self._call, batches, self._network.calls)
        scores: list[Floats] = []
        embeddings: list[Floats] = []
        waiting = 0
        try:
            for batch_scores, batch_embeddings in results:
                scores.append(batch_scores)
                embeddings.append(batch_embeddings)
                waiting += len(scores[-1])
                if waiting < chunk_frames and frame > first_frame:
                    continue
                all_scores, all_embeddings = _joined(scores), _joined(embeddings)
                whole = waiting - waiting % chunk_frames or waiting
                for start in range(0, whole, chunk_frames):
                    part = slice(start, min(start + chunk_frames, whole))
                    yield ScoreChunk(frame, all_scores[part], all_embeddings[part])
                    frame += part.stop - start
                scores, embeddings = [all_scores[whole:]], [all_embeddings[whole:]]
                waiting -= whole
            if waiting:
                yield ScoreChunk(frame, _joined(scores), _joined(embeddings))
        finally:
            results.close()
            batches.close()

    def _call(self, batch: tuple[Floats, slice]) -> tuple[Floats, Floats]:
        patches, used = batch
        if not self._network.place_matters:
            return self._network(patches[used])
        scores, embeddings = self._network(patches)
        return scores[used], embeddings[used]


def patches_of(
    blocks: Iterable[Floats], hop_s: float = DEFAULT_HOP_S, on_log_mel: LogMelSink | None = None
) -> Floats:
    """The patches (n, 96, 64) of a recording short enough to be held, those of `Analyzer.run`.

    Read-only and overlapping in memory: as large as the log-mel rows.
    """
    hop = hop_in_stft_frames(hop_s)
    rows = np.concatenate(list(_log_mel_rows(blocks, 0, hop, on_log_mel)))
    patches = np.lib.stride_tricks.sliding_window_view(rows, PATCH_FRAMES, axis=0)[::hop]
    return patches.transpose(0, 2, 1)


def frame_count(samples_16k: int, hop_s: float = DEFAULT_HOP_S) -> int:
    """Frames of a recording with this many samples at 16 kHz: 1 + ⌈max(0, n − 15600) / hop⌉."""
    return _frame_count(samples_16k, hop_in_stft_frames(hop_s))


def start_sample(frame: int, hop_s: float = DEFAULT_HOP_S) -> int:
    """The 16 kHz sample at which frame `frame` begins (7,680 · frame at the published hop)."""
    return frame * hop_in_stft_frames(hop_s) * STFT_HOP


def _frame_count(samples: int, hop: int) -> int:
    return 1 + math.ceil(max(0, samples - WINDOW_SAMPLES) / (hop * STFT_HOP))


def _joined(parts: list[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _log_mel_rows(
    blocks: Iterable[Floats], first_frame: int, hop: int, sink: LogMelSink | None
) -> Iterator[Floats]:
    """Log-mel frames of the blocks and of the silence that completes the last frame."""
    first_row = first_frame * hop
    front_end = LogMel(first_row)
    count = 0
    try:
        for block in blocks:
            count += len(block)
            for rows in front_end.push(block):
                if sink is not None:
                    sink(first_row, rows)
                first_row += len(rows)
                yield rows
    finally:
        close = getattr(blocks, "close", None)
        if close is not None:
            close()
    start = first_frame * hop * STFT_HOP
    last_frame = _frame_count(start + count, hop) - 1
    end = last_frame * hop * STFT_HOP + WINDOW_SAMPLES
    silence = np.zeros(max(0, end - start - count), np.float32)
    for rows in (*front_end.push(silence), *front_end.finish()):
        if sink is not None:
            sink(first_row, rows)
        first_row += len(rows)
        yield rows


def _batches(
    rows: Iterator[Floats], first_frame: int, hop: int, batch: int
) -> Iterator[tuple[Floats, slice]]:
    """Full batches of patches (batch, 96, 64), each with the places that hold frames."""
    held = np.empty((0, MEL_BANDS), np.float32)
    begin = 0  # of the next patch in the rows held
    first = place = first_frame % batch
    patches = np.zeros((batch, PATCH_FRAMES, MEL_BANDS), np.float32)
    for new in rows:
        if begin >= len(held):
            begin -= len(held)
            held = new
        else:
            held = np.concatenate((held[begin:], new))
            begin = 0
        while begin + PATCH_FRAMES <= len(held):
            patches[place] = held[begin : begin + PATCH_FRAMES]
            begin += hop
            place += 1
            if place == batch:
                yield patches, slice(first, place)
                first = place = 0
                patches = np.zeros_like(patches)
    if place > first:
        yield patches, slice(first, place)
