"""How many events of a class there really were, from a random sample stratified by score."""

from .estimate import (
    CountEstimate,
    Figure,
    OverTime,
    SampleCounts,
    estimate,
    over_time,
    reviews_for,
)
from .strata import Stratum, allocation, first_allocation, strata_of, stratum_of

__all__ = [
    "CountEstimate",
    "Figure",
    "OverTime",
    "SampleCounts",
    "Stratum",
    "allocation",
    "estimate",
    "first_allocation",
    "over_time",
    "reviews_for",
    "strata_of",
    "stratum_of",
]
