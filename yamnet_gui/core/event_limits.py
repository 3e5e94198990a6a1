"""How large the numbers of an event may be: what any table says beyond that cannot be stored."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .events import Event

LARGEST = 1e15
"""No number of a project is larger: not a size in bytes, not a frequency, not a time in seconds."""
MOST_CHANNELS = 2**15
LARGEST_CLASS = 2**31 - 1

_NAMES = {
    "score_max": "score", "score_mean": "mean score", "probability": "probability",
    "low_hz": "low frequency", "high_hz": "high frequency",
    "onset_uncertainty_s": "uncertainty of the onset",
    "offset_uncertainty_s": "uncertainty of the offset",
}  # fmt: skip
_numbers = attrgetter(*_NAMES)
_TITLES = tuple(_NAMES.values())
_NOTHING = (None,) * len(_NAMES)


def out_of_range(event: Event) -> str:
    """What is wrong, as "the score 1e+20 is out of range"; "" where all of it can be stored."""
    numbers = _numbers(event)
    if numbers != _NOTHING:
        for n, value in enumerate(numbers):
            if value is not None and not -LARGEST <= value <= LARGEST:
                return f"the {_TITLES[n]} {value:g} is out of range"
    if event.channel is not None and not 0 <= event.channel < MOST_CHANNELS:
        return f"the channel {event.channel + 1:g} is out of range"
    if event.class_index is not None and not 0 <= event.class_index <= LARGEST_CLASS:
        return f"the class {event.class_index:g} is out of range"
    if not -LARGEST <= event.onset_s <= event.offset_s <= LARGEST:
        return f"the time {max(event.onset_s, event.offset_s, key=abs):g} is out of range"
    first = event.original
    if first is not None and not all(
        -LARGEST <= time_s <= LARGEST for time_s in (first.onset_s, first.offset_s)
    ):
        return "the original time is out of range"
    return ""


def all_in_range(columns: Mapping[str, Sequence[Any]]) -> bool:
    """Whether `Event` and `out_of_range` have nothing against any row of these columns."""
    onsets, offsets = _present(columns, "onset_s"), _present(columns, "offset_s")
    channels, classes = _present(columns, "channel"), _present(columns, "class_index")
    return bool(
        (np.abs(np.concatenate((onsets, offsets))) <= LARGEST).all()
        and (onsets <= offsets).all()
        and all((np.abs(_present(columns, name)) <= LARGEST).all() for name in _NAMES)
        and ((channels >= 0) & (channels < MOST_CHANNELS)).all()
        and ((classes >= 0) & (classes <= LARGEST_CLASS)).all()
        and all(
            -LARGEST <= time_s <= LARGEST
            for first in columns.get("original", ())
            if first is not None
            for time_s in (first.onset_s, first.offset_s)
        )
    )


def _present(columns: Mapping[str, Sequence[Any]], name: str) -> NDArray[np.float64]:
    return np.array([v for v in columns.get(name, ()) if v is not None], np.float64)
