"""A closer look at what was analysed, in the background."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.analysis import Analysis, Model
from yamnet_gui.analysis.finer import finer_steps
from yamnet_gui.analysis.finer_scores import FinerBlock
from yamnet_gui.analysis.settings import Finer
from yamnet_gui.detection.doubtful import block_count

_AT_LEAST_S = 0.3
_MOST_BLOCKS = 16  # which are shown within a frame of the screen


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Blocks that were looked at again, the share of all of them, and at last the analysis."""

    blocks: tuple[FinerBlock, ...] = ()
    share: float = 1.0
    analysis: Analysis | None = None


def share_stored(analysis: Analysis) -> float:
    """How much of a closer look an analysis has already, 0 to 1."""
    done = sum(len(finer.blocks) for finer in analysis.finer.values())
    return done / max(_blocks(analysis), 1)


def _blocks(analysis: Analysis) -> int:
    return sum(block_count(table.grid.count) for table in analysis.tables)


@dataclass(frozen=True, slots=True)
class CloserLookJob:
    """Looks again at the frames that `finer` asks for. Raises RecordingError, WeightsError."""

    analysis: Analysis
    model: Model
    finer: Finer

    def run(self) -> Iterator[LookedAt]:
        steps = finer_steps(self.analysis, self.model, self.finer)
        total, done = _blocks(self.analysis), 0
        waiting: list[FinerBlock] = []
        shown = time.monotonic()
        try:
            while True:
                waiting.append(next(steps))
                done += 1
                now = time.monotonic()
                if len(waiting) >= _MOST_BLOCKS or now - shown >= _AT_LEAST_S:
                    yield LookedAt(tuple(waiting), done / total)
                    waiting, shown = [], now
        except StopIteration as end:
            yield LookedAt(tuple(waiting), analysis=end.value)
        finally:
            steps.close()
