"""Values of JSON for the fields of a dataclass, each checked against the type that it declares."""

import math
from collections.abc import Mapping
from functools import lru_cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from .text import encodable


def typed_fields(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that `cls` has a field for; what is no text, number or bool is untouched.

    Whole numbers do for floats, and in optional fields NaN stands for nothing. Text comes without
    half characters, which no file and no project can hold. Raises TypeError or ValueError where a
    value is of another type than its field, or a number is not finite.
    """
    types = _types(cls)
    return {name: _checked(name, values[name], types[name]) for name in values if name in types}


def _checked(name: str, value: Any, types: frozenset[type]) -> Any:
    if isinstance(value, str) and str in types:
        return encodable(value)
    if not types & {str, float, int, bool} or type(value) in types - {float}:
        return value
    if float in types and type(value) in (int, float):
        number = float(value)
        if math.isfinite(number):
            return number
        if NoneType in types:
            return None
        raise ValueError(f"{name} is {number}")
    raise TypeError(f"{name} is {value!r:.40}")


@lru_cache(maxsize=32)
def _types(cls: type) -> dict[str, frozenset[type]]:
    hints = get_type_hints(cls)
    return {name: frozenset(get_args(hint) or (hint,)) for name, hint in hints.items()}
