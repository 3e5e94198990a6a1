"""Progress of background work as often as it can be seen, and not more."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

Step = TypeVar("Step")

_EVERY_S = 0.1


def paced(steps: Iterator[Step], clock: Callable[[], float] = time.monotonic) -> Iterator[Step]:
    """Of steps that each take the place of the one before: ten a second, and the last.

    Work that looks at 10,000 recordings has as many steps; while the window does something else
    they gather, and then hold it for seconds.
    """
    waiting: list[Step] = []
    shown_s = float("-inf")
    for step in steps:
        waiting = [step]
        if clock() - shown_s >= _EVERY_S:
            shown_s = clock()
            yield step
            waiting = []
    yield from waiting
