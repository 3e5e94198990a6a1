"""A closer look at what was analysed, in the background."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.analysis import Analysis, Model
from yamnet_gui.analysis.finer import finer_steps
from yamnet_gui.analysis.finer_scores import FinerBlock
from yamnet_gui.analysis.settings import Finer

_AT_LEAST_S = 0.3
_MOST_BLOCKS = 16  # which are shown within a frame of the screen


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Blocks that were looked at again, and at last the analysis."""

    blocks: tuple[FinerBlock, ...] = ()
    analysis: Analysis | None = None


@dataclass(frozen=True, slots=True)
class CloserLookJob:
    """Looks again at the frames that `finer` asks for. Raises RecordingError, WeightsError."""

    analysis: Analysis
    model: Model
    finer: Finer

    def run(self) -> Iterator[LookedAt]:
        steps = finer_steps(self.analysis, self.model, self.finer)
        waiting: list[FinerBlock] = []
        shown = time.monotonic()
        try:
            while True:
                waiting.append(next(steps))
                now = time.monotonic()
                if len(waiting) >= _MOST_BLOCKS or now - shown >= _AT_LEAST_S:
                    yield LookedAt(tuple(waiting))
                    waiting, shown = [], now
        except StopIteration as end:
            yield LookedAt(tuple(waiting), end.value)
        finally:
            steps.close()
