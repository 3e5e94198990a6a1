"""What a count says about the share behind it."""

import math

Interval = tuple[float, float]
_Z95 = 1.959963984540054


def share_interval(hits: int, total: int, z: float = _Z95) -> Interval:
    """Wilson's score interval (1927) of a share; 95 % by default; (0, 1) where nothing was seen."""
    if total < 1:
        return 0.0, 1.0
    share = hits / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
