"""JSON that somebody else may have written or damaged, and one kind of error for it."""

import json
from typing import Any

_LONGEST_WHOLE = 20
"""Characters of a whole number that may fit into 64 bits with its sign."""


def parse_json(text: str | bytes) -> Any:
    """The document. Whole numbers of any length come as floats where they exceed 64 bits.

    Raises ValueError (JSONDecodeError where it knows the place), also for what is nested too
    deeply: Python's own parser raises RecursionError then, which no reader of files expects.
    """
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole(digits: str) -> int | float:
    """A number of any length would otherwise be refused, or fail where it becomes a float."""
    if len(digits) <= _LONGEST_WHOLE and -(2**63) <= (number := int(digits)) < 2**63:
        return number
    return float(digits)
