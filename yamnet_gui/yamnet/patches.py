"""Single patches of a recording through the network, wherever they begin."""

from collections.abc import Generator, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES, STFT_HOP, STFT_WINDOW
from yamnet_gui.core.pipeline import mapped, prefetched
from yamnet_gui.core.threads import BLAS_THREADS

from .analyzer import PatchNetwork
from .front_end import LogMel

Floats = NDArray[np.float32]


def patches_at(
    blocks: Iterable[Floats], first_row: int, starts: Sequence[int]
) -> Generator[Floats, None, None]:
    """The patches (96, 64) that begin at the STFT frames `starts`, ascending, none twice.

    `blocks` are samples at 16 kHz from the STFT frame `first_row` (at most `starts[0]`) on, both
    counted from the start of the recording: so the spectrogram is the same to the last bit as that
    of an analysis, and is computed once for all patches that share it. Behind the last sample comes
    silence. The blocks are closed once the last patch is whole.
    """
    held, row = np.empty((0, MEL_BANDS), np.float32), first_row
    next_start = 0
    rows = _log_mel_rows(blocks, first_row, starts[-1] + PATCH_FRAMES)
    try:
        for new in rows:
            held = np.concatenate((held, new)) if len(held) else new
            while next_start < len(starts):
                begin = starts[next_start] - row
                if begin + PATCH_FRAMES > len(held):
                    break
                yield held[begin : begin + PATCH_FRAMES]
                next_start += 1
            else:
                return
            passed = min(max(0, starts[next_start] - row), len(held))
            held, row = held[passed:], row + passed
    finally:
        rows.close()


def score_patches(
    network: PatchNetwork, groups: Iterable[Sequence[Floats]]
) -> Generator[Floats, None, None]:
    """The scores (n, classes) of groups of n > 0 patches (96, 64), group by group.

    A batch never holds patches of two groups, so that the last bits of a result do not depend on
    the groups before. The patches are made ahead in another thread; closing the generator stops it.
    """
    batches = prefetched(_batches(groups, network.batch))

    def call(batch: tuple[Floats, int, bool]) -> tuple[Floats, bool]:
        patches, used, last = batch
        scores = network(patches if network.place_matters else patches[:used])[0]
        return scores[:used], last

    results = mapped(call, batches, network.calls)
    parts: list[Floats] = []
    with BLAS_THREADS.one():
        try:
            for scores, last in results:
                parts.append(scores)
                if last:
                    yield np.concatenate(parts)
                    parts = []
        finally:
            results.close()
            batches.close()


def _log_mel_rows(
    blocks: Iterable[Floats], first_row: int, end_row: int
) -> Generator[Floats, None, None]:
    """Log-mel rows from `first_row` to at least `end_row`."""
    front_end = LogMel(first_row)
    count = 0
    wanted = (end_row - 1 - first_row) * STFT_HOP + STFT_WINDOW
    try:
        for block in blocks:
            count += len(block)
            yield from front_end.push(block)
            if count >= wanted:
                break
    finally:
        close = getattr(blocks, "close", None)
        if close is not None:
            close()
    yield from front_end.push(np.zeros(max(0, wanted - count), np.float32))
    yield from front_end.finish()


def _batches(groups: Iterable[Sequence[Floats]], batch: int) -> Iterator[tuple[Floats, int, bool]]:
    """Batches (batch, 96, 64), how many patches each holds, and whether its group ends with it."""
    try:
        for group in groups:
            for start in range(0, len(group), batch):
                some = group[start : start + batch]
                patches = np.zeros((batch, PATCH_FRAMES, MEL_BANDS), np.float32)
                patches[: len(some)] = some
                yield patches, len(some), start + batch >= len(group)
    finally:
        close = getattr(groups, "close", None)
        if close is not None:
            close()
