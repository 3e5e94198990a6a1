"""A steady clock from a device that counts in steps."""

import time

from .audio_output import Clock

LONGEST_STEP_S = 0.15
STALLED_S = 3.0
"""A device that counts nothing for this long has stopped; waking up takes up to two seconds."""


class PlaybackClock:
    """Turns the device's count, which jumps by one of its buffers at a time, into steady time.

    `latency_s` is how far what is heard lies behind the count just after it jumped.
    """

    def __init__(self, latency_s: float, clock: Clock = time.monotonic) -> None:
        self._latency_s = latency_s
        self._clock = clock
        self._counted_s = 0.0
        self._since = clock()
        self._heard_s = 0.0

    @property
    def stalled(self) -> bool:
        """Whether the device has stopped counting without a word, as when its server dies."""
        return self._clock() - self._since > STALLED_S

    def heard_s(self, counted_s: float) -> float:
        """Seconds of sound that have been heard when the device has counted `counted_s`.

        Never goes back, and never gets ahead of the count.
        """
        now = self._clock()
        if counted_s != self._counted_s:
            self._counted_s, self._since = counted_s, now
        elapsed_s = min(now - self._since, LONGEST_STEP_S) if counted_s > 0 else 0.0
        estimate_s = min(counted_s, counted_s - self._latency_s + elapsed_s)
        self._heard_s = max(self._heard_s, estimate_s)
        return self._heard_s
