"""Confidence intervals of proportions."""

import math
from statistics import NormalDist

Interval = tuple[float, float]


def two_sided_z(confidence: float) -> float:
    """The standard normal quantile whose central interval has this probability, in (0, 1)."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_interval(hits: int, total: int, confidence: float) -> Interval:
    """Wilson's score interval of a share of which `hits` of `total` were seen, in [0, 1].

    It holds for few observations too; (0, 1) where there are none. `confidence` lies in (0, 1).
    Source: E. B. Wilson, JASA 22 (1927) 209–212.
    """
    if total < 1:
        return 0.0, 1.0
    z = two_sided_z(confidence)
    share = hits / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
