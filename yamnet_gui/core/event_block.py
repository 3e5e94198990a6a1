"""Events by the hundred thousand, by column: what a look at each of them costs is paid once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from typing import Any, TypeVar

from .events import Event, many_events

T = TypeVar("T")

DEFAULTS: Mapping[str, Any] = {f.name: f.default for f in fields(Event)}
"""What each field of an event holds where nothing is given, in their order."""


class EventBlock:
    """Events, and their fields as columns that are made when they are first asked for."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._columns: dict[str, list[Any]] = {}
        self._types: dict[str, frozenset[type]] = {}

    def __len__(self) -> int:
        return len(self.events)

    def column(self, name: str) -> list[Any]:
        """The values of a field, one an event, in their order."""
        values = self._columns.get(name)
        if values is None:
            values = self._columns[name] = list(map(attrgetter(name), self.events))
        return values

    def types(self, name: str) -> frozenset[type]:
        """Of which types the values of a field are."""
        types = self._types.get(name)
        if types is None:
            types = self._types[name] = frozenset(map(type, self.column(name)))
        return types

    def is_empty(self, name: str) -> bool:
        """Whether a field has its default in all events."""
        return self.column(name).count(DEFAULTS[name]) == len(self.events)


def events_of_columns(count: int, columns: Mapping[str, Iterable[Any]]) -> list[Event]:
    """`Event(…)` of each row of these columns; those that are left out have their default.

    The caller has checked that no offset lies before its onset, and that all are finite.
    """
    every = [columns.get(name, repeat(default, count)) for name, default in DEFAULTS.items()]
    return many_events(*every)


def for_each_object(values: Sequence[Any], work: Callable[[Any], T]) -> list[T]:
    """`work` of each value, done once for the same object: a column has few different ones."""
    numbers = list(map(id, values))
    done = {
        number: work(value) for number, value in dict(zip(numbers, values, strict=True)).items()
    }
    return list(map(done.__getitem__, numbers))
