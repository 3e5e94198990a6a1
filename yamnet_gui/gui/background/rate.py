"""How long work still takes, by how fast it was of late."""

import time
from collections import deque
from collections.abc import Callable

_RECENT_S = 10.0
_ENOUGH_S = 1.0


class Rate:
    """Guesses the time left of work whose beginning may be much faster than the rest.

    Work that begins with what is stored already says little about how long the rest takes, so
    only the last ten seconds count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: deque[tuple[float, float]] = deque()

    def left_s(self, share: float | None) -> float | None:
        """Takes the share that is done by now (None: nothing goes on); gives the seconds left.

        None as long as nobody can know.
        """
        if share is None or (self._recent and share < self._recent[-1][1]):
            self._recent.clear()  # other work
        if share is None:
            return None
        now = self._clock()
        self._recent.append((now, share))
        while now - self._recent[0][0] > _RECENT_S and len(self._recent) > 2:
            self._recent.popleft()
        began, before = self._recent[0]
        if now - began < _ENOUGH_S or share <= before:
            return None
        return (now - began) / (share - before) * (1.0 - share)
