"""Frames of a block that are looked at again, and their finer scores.

Where a frame is looked at again (`AnalysisSettings.finer`), its score becomes the median of three
frames: the published one, one a little earlier and one a little later. The network runs only on
the two new ones. The published frames stay where they are, so that events keep their ids; the
published scores, which exports write, stay as they are; rules alone see the finer ones
(`Analysis.for_rules`).

`StreamedLook` does this while a recording is analysed, from the same spectrogram;
`analysis.finer` does it for what was analysed before.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.scores import ScoreChunk, hop_in_stft_frames
from yamnet_gui.detection.doubtful import BLOCK_FRAMES, frames_in_doubt, inner_frames
from yamnet_gui.yamnet.analyzer import PatchNetwork
from yamnet_gui.yamnet.patches import score_patches

from .finer_scores import FinerBlock
from .settings import AnalysisSettings, Finer

Floats = NDArray[np.float32]

_SHIFT_ROWS = 16  # 0.16 s


def applies(settings: AnalysisSettings, finer: Finer) -> bool:
    """Whether a closer look can add anything: not where frames are that close already."""
    return finer != "off" and hop_in_stft_frames(settings.hop_s) > _SHIFT_ROWS


def chosen_frames(scores: Floats, first: int, count: int, block: int, finer: Finer) -> NDArray:
    """The frames of a block to look at again, of a table of `count` frames.

    `scores` (n, classes) begin at the frame `first` and reach one frame beyond the block.
    """
    inner = inner_frames(count, block)
    if not len(inner) or finer == "everywhere":
        return inner
    return frames_in_doubt(scores[inner[0] - 1 - first : inner[-1] + 2 - first], inner)


def patch_starts(frames: NDArray[np.intp], hop_s: float) -> NDArray[np.intp]:
    """The STFT frames at which the shifted frames before and after each of these begin, (2n,)."""
    hop = hop_in_stft_frames(hop_s)
    shift = min(_SHIFT_ROWS, hop // 3)
    starts: NDArray[np.intp] = (frames[:, None] * hop + np.array([-shift, shift])).ravel()
    return starts


def finer_block(
    number: int, frames: NDArray[np.intp], own: Floats, shifted: Floats, channel: int | None
) -> FinerBlock:
    """The scores of frames (n,) from their own (n, classes) and the shifted ones (2n, classes)."""
    three = np.stack([own, shifted[::2], shifted[1::2]])
    scores = np.median(three, axis=0) if len(own) else own
    return FinerBlock(number, frames.astype(np.int32), np.array(scores, np.float32), channel)


class StreamedLook:
    """Looks again at one table while it is analysed, from its first frame on.

    `push` takes log-mel rows, also from another thread and ahead of the scores; `blocks` takes the
    scores as they come and gives the blocks that they complete; `rest` those that wait for no
    further frame. Holds some seconds of sound.

    Of a section, `first_frame` is the first that comes, with its rows, and `first_block` the first
    block wanted; at least one frame lies before it.
    """

    def __init__(
        self,
        network: PatchNetwork,
        settings: AnalysisSettings,
        channel: int | None,
        first_frame: int = 0,
        first_block: int = 0,
    ) -> None:
        self._network = network
        self._settings = settings
        self._channel = channel
        self._pushed: deque[Floats] = deque()  # one thread puts in, another takes out
        self._rows = np.empty((0, MEL_BANDS), np.float32)
        self._first_row = first_frame * hop_in_stft_frames(settings.hop_s)
        self._scores: Floats | None = None
        self._first = first_frame
        self._next_block = first_block

    def push(self, rows: Floats) -> None:
        """The next log-mel rows (n, 64)."""
        self._pushed.append(rows)

    def blocks(self, chunk: ScoreChunk) -> Iterator[FinerBlock]:
        """The blocks that these next frames complete."""
        before = self._scores
        self._scores = chunk.scores if before is None else np.concatenate((before, chunk.scores))
        # whether a frame is in doubt shows with the one behind it
        while self._first + len(self._scores) > (self._next_block + 1) * BLOCK_FRAMES:
            yield self._made(self._first + len(self._scores) + 1)

    def rest(self) -> Iterator[FinerBlock]:
        """The last blocks; no frame comes after this."""
        if self._scores is None:
            return
        count = self._first + len(self._scores)
        while self._next_block * BLOCK_FRAMES < count:
            yield self._made(count)

    def _made(self, count: int) -> FinerBlock:
        assert self._scores is not None
        number, hop_s = self._next_block, self._settings.hop_s
        frames = chosen_frames(self._scores, self._first, count, number, self._settings.finer)
        self._rows = np.concatenate(
            [self._rows, *(self._pushed.popleft() for _ in range(len(self._pushed)))]
        )
        shifted = np.empty((0, self._scores.shape[1]), np.float32)
        if len(frames):
            begins = patch_starts(frames, hop_s) - self._first_row
            patches = [self._rows[begin : begin + PATCH_FRAMES] for begin in begins.tolist()]
            shifted = next(iter(score_patches(self._network, [patches])))
        own = self._scores[frames - self._first]
        self._next_block += 1
        self._forget()
        return finer_block(number, frames, own, shifted, self._channel)

    def _forget(self) -> None:
        """Lets go of the sound and the scores that no later block needs."""
        assert self._scores is not None
        first = self._next_block * BLOCK_FRAMES
        before = max(0, first - 1 - self._first)
        self._scores, self._first = self._scores[before:], self._first + before
        row = int(patch_starts(np.array([first]), self._settings.hop_s)[0])
        passed = min(max(0, row - self._first_row), len(self._rows))
        self._rows, self._first_row = self._rows[passed:].copy(), self._first_row + passed
