"""A closer look at a finished analysis (see `closer_look`), stored beside it."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource, open_audio
from yamnet_gui.audio.channels import MixPower
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.model_parameters import STFT_HOP
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.detection.doubtful import block_count
from yamnet_gui.yamnet.patches import patches_at, score_patches

from .analyse import sample_reader
from .cached_results import LOCK, release
from .closer_look import applies, chosen_frames, finer_block, patch_starts
from .finer_scores import FinerBlock, FinerFile, FinerScores, finer_name, read_finer
from .model import Model
from .result import Analysis
from .settings import AnalysisSettings, Finer
from .stored_finer import refined

_WORTH_A_JUMP = 1000  # rows (10 s) without any patch, from which on reading starts anew behind
Floats = NDArray[np.float32]


def finer_steps(
    analysis: Analysis, model: Model, finer: Finer
) -> Generator[FinerBlock, None, Analysis]:
    """Looks again at the frames that `finer` asks for; the value is the analysis with all of them.

    Blocks that are stored beside the analysis come first; the others are made and stored one by
    one, so that closing the generator loses nothing that it gave. Where the folder cannot be
    written to, they live as long as the analysis. Raises RecordingError, WeightsError.
    """
    there = bool(analysis.finer) and analysis.settings.finer == finer
    if there or not applies(analysis.settings, finer):
        return analysis
    done: dict[int | None, FinerScores] = {}
    for table in analysis.tables:
        steps = _table_steps(analysis, table, model, finer)
        blocks: dict[int, FinerBlock] = {}
        with closing(steps):
            for block in steps:
                blocks[block.number] = block
                yield block
        done[table.channel] = FinerScores(blocks)
    return refined(analysis, finer, done)


def _table_steps(
    analysis: Analysis, table: ScoreTable, model: Model, finer: Finer
) -> Generator[FinerBlock, None, None]:
    with ExitStack() as stack:
        stored, file = _taken_up(analysis, table, finer, stack)
        yield from stored.blocks.values()
        missing = [n for n in range(block_count(table.grid.count)) if n not in stored.blocks]
        making = _made(analysis, table, model, finer, missing)
        stack.callback(making.close)
        for block in making:
            if file is not None:
                try:
                    file.append(block)
                except OSError:  # no room: the rest lives as long as the analysis
                    file = None
            yield block


def _taken_up(
    analysis: Analysis, table: ScoreTable, finer: Finer, stack: ExitStack
) -> tuple[FinerScores, FinerFile | None]:
    """What is stored already, and where the rest goes; nowhere where that is not to be had."""
    folder, classes = analysis.folder, table.scores.shape[1]
    if folder is None:
        return FinerScores(), None
    path = folder / finer_name(table.channel, finer)
    file = None
    with suppress(OSError):
        lock = FileLock(folder.with_name(folder.name + LOCK))
        if lock.acquire():
            stack.callback(release, lock)
            file = FinerFile(path, table.channel, classes)
            stack.callback(file.close)
    return read_finer(path, table.channel, classes), file


def _made(
    analysis: Analysis, table: ScoreTable, model: Model, finer: Finer, missing: list[int]
) -> Generator[FinerBlock, None, None]:
    """The missing blocks: first those without any frame to look at, then the others in order."""
    count, hop_s = table.grid.count, table.grid.hop_s
    chosen: list[tuple[int, NDArray[np.intp]]] = []
    for number in missing:
        check_stopped()
        frames = chosen_frames(table.scores, 0, count, number, finer)
        if len(frames):
            chosen.append((number, frames))
        else:
            nothing = table.scores[:0]
            yield finer_block(number, frames, nothing, nothing, table.channel)
    if not chosen:
        return
    network = model.network()
    with open_audio(analysis.recording.path) as source:
        starts = [patch_starts(frames, hop_s) for _, frames in chosen]
        patches = _patches(source, analysis.settings, table.channel, starts)
        with closing(score_patches(network, patches)) as scored:
            for (number, frames), scores in zip(chosen, scored, strict=True):
                own = table.scores[frames]
                yield finer_block(number, frames, own, scores, table.channel)


def _patches(
    source: AudioSource,
    settings: AnalysisSettings,
    channel: int | None,
    groups: Sequence[NDArray[np.intp]],
) -> Iterator[list[Floats]]:
    """The patches that begin at these STFT frames, group by group.

    Sound between patches that lie far apart is not read where the encoding can be entered anywhere.
    """
    starts = np.concatenate(groups)
    jumps = source.bit_depth is not None  # what lossy decoders give may depend on where they began
    far = (np.flatnonzero(np.diff(starts) > _WORTH_A_JUMP) + 1).tolist() if jumps else []
    samples = sample_reader(source, settings, channel, MixPower())

    def one_by_one() -> Generator[Floats, None, None]:
        for begin, end in pairwise([0, *far, len(starts)]):
            run = starts[begin:end].tolist()
            yield from patches_at(samples(run[0] * STFT_HOP), run[0], run)

    with closing(one_by_one()) as patches:
        for group in groups:
            yield [next(patches) for _ in group]
