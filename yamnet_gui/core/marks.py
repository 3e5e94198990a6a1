"""Round values at which the marks of an axis stand."""

import math

_TIME_STEPS_S = (
    *(m * 10.0**e for e in range(-6, 1) for m in (1, 2, 5)),
    10.0,
    15.0,
    30.0,
    *(60.0 * m for m in (1, 2, 5, 10, 15, 30)),
    *(3600.0 * h for h in (1, 2, 3, 6, 12, 24)),
)


def time_step(least_s: float) -> float:
    """The smallest round time between marks, in seconds, that is at least `least_s`."""
    for step in _TIME_STEPS_S:
        if step >= least_s:
            return step
    return 86400.0 * math.ceil(least_s / 86400.0)


def decimals_for(step: float) -> int:
    """Decimals needed so that values `step` apart differ in writing."""
    return max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0


def count_marks(most: float, about: int) -> list[int]:
    """Marks from 0 on of an axis of counts, some `about` of them; the last is at least `most`."""
    least = max(most / about, 1.0)
    unit = 10 ** math.floor(math.log10(least))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= least - 1e-9)
    return [k * step for k in range(math.ceil(most / step - 1e-9) + 1)]
