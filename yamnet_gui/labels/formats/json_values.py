"""Values of JSON that others wrote, each checked before it is used: they may be of any type."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from yamnet_gui.core.clock_time import stored_moment

from .collector import Collector


def is_number(value: Any) -> bool:
    kind = type(value)  # JSON has these two only
    return kind is float or kind is int


def seconds_of(collector: Collector, value: Any, what: str) -> float:
    """A time of 0 or more, also where it is a number in quotes. Raises LabelsError."""
    if is_number(value):
        return collector.seconds(repr(value), None, what)
    if isinstance(value, str):
        return collector.seconds(value, None, what)
    raise collector.error(f"the {what} {shown(value)} is not a number")


def number_of(value: Any) -> float | None:
    """A finite number; None for everything else, as NaN often stands for a missing value."""
    if not is_number(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def time_expansion(collector: Collector, value: Any, name: str) -> float:
    """How many times a recording was slowed down, named where it was: bats are recorded so.

    Times and frequencies in such files are those of the sound; ours are those of the file.
    Raises LabelsError.
    """
    expansion = 1.0 if value is None else number_of(value)
    if expansion is None or not 1e-3 <= expansion <= 1e3:
        raise collector.error(f"the time expansion {shown(value)} is impossible")
    if expansion != 1:
        collector.warn(
            f"{name} is slowed down {expansion:g} times: times and frequencies are those of the"
            " file"
        )
    return expansion


def text_of(value: Any) -> str:
    """Text, or a number as text; "" for everything else."""
    if isinstance(value, str):
        return value
    return str(value) if is_number(value) else ""


def list_of(collector: Collector, record: Mapping[str, Any], key: str) -> list[Any]:
    """The list under the key, empty where it is missing or null. Raises LabelsError."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise collector.error(f"{key!r} is not a list")
    return value


def moment_of(value: Any) -> datetime | None:
    """A moment in ISO form with its zone (UTC where it names none); None for everything else."""
    try:
        moment = stored_moment(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def shown(value: Any) -> str:
    """The value as a message can show it."""
    return repr(value)[:40]
