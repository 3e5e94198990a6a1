"""Where a sound event of AOEF lies: the bounds in time and frequency of every kind of geometry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .collector import Collector
from .json_values import number_of, seconds_of, shown

_SHAPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_BOXES = ("TimeStamp", "TimeInterval", "BoundingBox")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds and Hz; `exact`: whether the geometry is no more than this."""

    start_s: float
    end_s: float
    low_hz: float | None = None
    high_hz: float | None = None
    exact: bool = True


def bounds_of(collector: Collector, geometry: Any) -> Bounds:
    """The bounds of a geometry as soundevent defines it. Raises LabelsError."""
    if not isinstance(geometry, Mapping):
        raise collector.error(f"the geometry {shown(geometry)} is not an object")
    kind, values = geometry.get("type"), geometry.get("coordinates")
    if kind == "TimeStamp":
        start_s = seconds_of(collector, values, "time")
        return Bounds(start_s, start_s)
    if kind not in _BOXES + _SHAPES:
        raise collector.error(f"{shown(kind)} is not a kind of geometry")
    if not isinstance(values, list):
        raise collector.error(f"the coordinates {shown(values)} are not a list")
    if kind == "TimeInterval":
        values = [[value, None] for value in values]
    elif kind == "BoundingBox":
        if len(values) != 4:
            raise collector.error("a bounding box needs four coordinates")
        values = [values[:2], values[2:]]
    points = list(_points(collector, values))
    if len(points) < (2 if kind in _BOXES else 1):
        raise collector.error(f"a {kind} needs more coordinates")
    times = [time for time, _ in points]
    bands = [hz for _, hz in points if hz is not None]
    low, high = (min(bands), max(bands)) if bands else (None, None)
    exact = kind in _BOXES or kind == "Point"
    if kind in _BOXES and times[1] < times[0]:
        raise collector.error(f"ends at {times[1]:g} s, before it starts at {times[0]:g} s")
    return Bounds(min(times), max(times), low, high, exact)


def _points(collector: Collector, values: list[Any]) -> Iterator[tuple[float, float | None]]:
    """All (time, frequency) of lists in lists. They are nested three deep at most."""
    pending = [(values, 0)]
    while pending:
        value, depth = pending.pop()
        if len(value) == 2 and not isinstance(value[0], list):
            hz = number_of(value[1])
            if value[1] is not None and hz is None:
                raise collector.error(f"the frequency {shown(value[1])} is not a number")
            yield seconds_of(collector, value[0], "time"), hz
        elif depth < 4 and all(isinstance(part, list) for part in value):
            pending += [(part, depth + 1) for part in reversed(value)]
        else:
            raise collector.error(f"{shown(value)} is not a pair of time and frequency")
