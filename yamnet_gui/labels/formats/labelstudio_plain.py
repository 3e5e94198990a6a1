"""Label Studio's regions by column, where nothing about them is unusual: they may be a million."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .json_values import number_of
from .text import LONGEST_S

PLAIN = frozenset({"start", "end", "channel", "labels"})
"""What most values have, and nothing else."""


@dataclass(frozen=True, slots=True)
class PlainRegions:
    """Regions with an id of their own, times and one label each, and nothing else about them."""

    ids: list[str]
    labels: list[str]
    onsets_s: list[float]
    offsets_s: list[float]
    scores: list[float | None]

    def __len__(self) -> int:
        return len(self.ids)


def plain_regions(results: Sequence[Any]) -> PlainRegions | None:
    """What `regions_of` finds in these results; None where one has to be looked at by itself."""
    ids: list[Any] = []
    labels: list[Any] = []
    onsets: list[Any] = []
    offsets: list[Any] = []
    scores: list[Any] = []
    for result in results:
        try:
            value = result["value"]
            named = value["labels"]
            (label,) = named
            ids.append(result["id"])
            onsets.append(value["start"])
            offsets.append(value["end"])
        except (KeyError, TypeError, ValueError):
            return None
        if type(named) is not list or not value.keys() <= PLAIN:
            return None
        if "meta" in result or result.get("type") == "relation":
            return None
        labels.append(label)
        scores.append(result.get("score"))
    if not {str} >= {*map(type, ids), *map(type, labels)}:
        return None
    if not all(ids) or len(set(ids)) < len(ids):
        return None
    starts_s, ends_s = _seconds(onsets), _seconds(offsets)
    if starts_s is None or ends_s is None:
        return None
    if set(map(type, scores)) != {float} or not math.isfinite(sum(scores)):
        scores = list(map(number_of, scores))
    return PlainRegions(ids, labels, starts_s, ends_s, scores)


def _seconds(values: Sequence[Any]) -> list[float] | None:
    """Times in seconds; None where one is no number, or none of 0 or more."""
    if not {float, int} >= set(map(type, values)):
        return None
    times_s = np.array(values, np.float64)
    if np.signbit(times_s).any() or not (times_s <= LONGEST_S).all():
        return None
    return list(map(float, values))
