"""Events as rows of a project's table `events`, and back."""

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from yamnet_gui.core.event_block import DEFAULTS, EventBlock, for_each_object
from yamnet_gui.core.events import Event, EventSource, Original, ReviewState, event_of
from yamnet_gui.core.stopping import check_stopped

from .codec import finite, parse_utc, utc_text

STATES = tuple(ReviewState)
SOURCES = tuple(EventSource)
STATE_CODES = {state: code for code, state in enumerate(STATES)}
SOURCE_CODES = {source: code for code, source in enumerate(SOURCES)}

Kind = tuple[str, int | None, str]
"""Label, index of the class, and AudioSet id."""

_NEEDED: Any = object()


class _Column(NamedTuple):
    """A column: what of an event it holds and how, and the value that stands for NULL."""

    name: str
    value: Callable[[Event], Any]
    stored: Callable[[Any], Any]
    empty: Any = _NEEDED


def _number(name: str) -> _Column:
    return _Column(name, attrgetter(name), finite, None)


def _text(name: str) -> _Column:
    return _Column(name, attrgetter(name), lambda text: text or None, "")


def _original(name: str, stored: Callable[[Any], Any]) -> _Column:
    part = attrgetter(name)
    return _Column(
        f"original_{name}",
        attrgetter("original"),
        lambda first: None if first is None else stored(part(first)),
        None,
    )


# by their words, as Python works out the hash of an enumeration's member each time
STATE_OF_WORD = {state.value: code for state, code in STATE_CODES.items()}
SOURCE_OF_WORD = {source.value: code for source, code in SOURCE_CODES.items()}
_COLUMNS = (
    _Column("onset_s", attrgetter("onset_s"), float),
    _Column("offset_s", attrgetter("offset_s"), float),
    _Column("state", attrgetter("state._value_"), STATE_OF_WORD.__getitem__),
    _Column("source", attrgetter("source._value_"), SOURCE_OF_WORD.__getitem__),
    *map(_number, ("score_max", "score_mean", "probability")),
    _Column(
        "channel", attrgetter("channel"), lambda number: None if number is None else int(number),
        None,
    ),
    _original("label", str),
    _original("onset_s", float),
    _original("offset_s", float),
    *map(_number, ("low_hz", "high_hz", "onset_uncertainty_s", "offset_uncertainty_s")),
    _text("reviewer"),
    _Column("reviewed_utc", attrgetter("reviewed_utc"), utc_text, None),
    _text("note"),
    _text("rules_id"),
)  # fmt: skip
_PLAIN = frozenset(DEFAULTS) & {
    column.name for column in _COLUMNS if column.stored in (float, finite)
}
NAMES = ("rec", "id", "kind", *(column.name for column in _COLUMNS))
"""The first two say which event it is."""
EVENT_COLUMNS = ", ".join(NAMES)


def row_of(rec: int, kind: int, event: Event) -> list[Any]:
    """An event as a row of `EVENT_COLUMNS`."""
    return [rec, event.id, kind, *(stored(value(event)) for _, value, stored, _ in _COLUMNS)]


def columns_of(rec: int, kinds: Sequence[int], block: EventBlock) -> dict[str, Sequence[Any]]:
    """`row_of` each event, by column; columns without any value are left out."""
    columns: dict[str, Sequence[Any]] = {
        "rec": [rec] * len(block), "id": block.column("id"), "kind": kinds,
    }  # fmt: skip
    for name, value, stored, empty in _COLUMNS:
        check_stopped()
        if name in _PLAIN and (values := _floats(block, name)) is not None:
            columns[name] = values
            continue
        values = list(map(value, block.events))
        if values.count(empty) < len(values):
            columns[name] = for_each_object(values, stored)
    return columns


def _floats(block: EventBlock, name: str) -> list[float] | None:
    """The numbers of a column that are stored as they are; None where there are others."""
    if block.types(name) != {float}:
        return None
    values = block.column(name)
    return values if math.isfinite(sum(values)) else None


def event_of_row(row: Sequence[Any], kinds: Sequence[Kind]) -> Event:
    """The event in a row of `row, EVENT_COLUMNS` that was checked. Raises ValueError where it makes
    none."""
    try:
        label, class_index, mid = kinds[row[3]]
        return event_of(
            id=row[2],
            onset_s=row[4],
            offset_s=row[5],
            label=label,
            class_index=class_index,
            mid=mid,
            state=STATES[row[6]],
            source=SOURCES[row[7]],
            score_max=row[8],
            score_mean=row[9],
            probability=row[10],
            channel=row[11],
            original=None if None in row[12:15] else Original(row[12], row[13], row[14]),
            low_hz=row[15],
            high_hz=row[16],
            onset_uncertainty_s=row[17],
            offset_uncertainty_s=row[18],
            reviewer=row[19] or "",
            reviewed_utc=parse_utc(row[20]),
            note=row[21] or "",
            rules_id=row[22] or "",
        )
    except (IndexError, TypeError) as error:
        raise ValueError(f"no event: {error}") from error
