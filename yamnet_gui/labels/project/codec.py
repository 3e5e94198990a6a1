"""Values of a project as JSON, for the history. Only what differs from the default is stored."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from yamnet_gui.core.clock_time import stored_moment
from yamnet_gui.core.event_block import EventBlock, for_each_object
from yamnet_gui.core.event_limits import LARGEST
from yamnet_gui.core.events import Event, EventSource, Original, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan

from .models import (
    LabelSet,
    OwnLabel,
    Recording,
    RecordingState,
    Reviewed,
    StoredRules,
    StoredText,
)

Value = Event | Recording | Reviewed | LabelSet | StoredRules | StoredText
"""What a command can change."""

KINDS: dict[type, str] = {
    Event: "event",
    Recording: "recording",
    Reviewed: "reviewed",
    LabelSet: "labels",
    StoredRules: "rules",
    StoredText: "text",
}
_NONE = type(None)
_ANNOTATED: dict[Any, tuple[type, ...]] = {
    str: (str,), int: (int,), float: (int, float), int | None: (int, _NONE),
    float | None: (int, float, _NONE),
}  # fmt: skip
_KINDS_OF = {
    t: tuple((f.name, _ANNOTATED[f.type]) for f in fields(t) if f.type in _ANNOTATED)
    for t in (Event, Recording, LabelSet, StoredRules, StoredText, OwnLabel, Original)
}
_FIELDS = {
    t: tuple((f.name, f.default) for f in fields(t))
    for t in (Event, Recording, LabelSet, StoredRules, StoredText, OwnLabel)
}


def to_fields(value: Value) -> dict[str, Any]:
    """The value's fields as JSON can hold them, without those that have their default."""
    if isinstance(value, Reviewed):
        return {"spans": [_span_out(span) for span in value.spans]}
    fields = _fields_out(value)
    if isinstance(value, LabelSet):
        fields["labels"] = [_fields_out(label) for label in value.labels]
    return fields


def from_fields(kind: str, data: Mapping[str, Any]) -> Value:
    """The value that `to_fields` took apart.

    Raises ValueError where the data do not make one, or one with values of a wrong kind.
    """
    try:
        made: Value = _MAKERS[kind](dict(data))
        for part in made.labels if isinstance(made, LabelSet) else ():
            check_kinds(part)
        check_kinds(made)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"no {kind}: {error}") from error
    return made


def check_kinds(value: Any) -> None:
    """Raises ValueError where a field has a value of another kind than its default's."""
    for name, kinds in _KINDS_OF.get(type(value), ()):
        content = getattr(value, name)
        if not isinstance(content, kinds) or not _in_bounds(content):
            raise ValueError(f"{name} has a wrong value")


def _in_bounds(content: object) -> bool:
    if isinstance(content, bool) or not isinstance(content, int | float):
        return True
    return -LARGEST <= content <= LARGEST


_NEEDED = 4
"""The first fields of an event, which have no default."""
_HEADS = tuple(f',"{name}":' for name, _ in _FIELDS[Event][_NEEDED:])
_FURTHER_DEFAULTS = tuple(default for _, default in _FIELDS[Event][_NEEDED:])
_FURTHER = tuple(name for name, _ in _FIELDS[Event][_NEEDED:])
_further = attrgetter(*_FURTHER)
_ENUMS = frozenset({ReviewState, EventSource})
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(data: Any) -> str:
    return _encode(data)


def stored_text(value: Value) -> str:
    """`dumps(to_fields(value))`, much faster for an event: a step may add millions."""
    if type(value) is not Event:
        return dumps(to_fields(value))
    onset_s, offset_s = value.onset_s, value.offset_s
    if type(onset_s) is not float or type(offset_s) is not float:
        return dumps(to_fields(value))
    text = (
        f'{{"id":{_encode(value.id)},"onset_s":{onset_s!r},"offset_s":{offset_s!r},'
        f'"label":{_encode(value.label)}'
    )
    further = _further(value)
    if further != _FURTHER_DEFAULTS:
        for head, default, content in zip(_HEADS, _FURTHER_DEFAULTS, further, strict=True):
            if content is not default and content != default:
                text += head + _content_text(content)
    return text + "}"


def _content_text(content: Any) -> str:
    """`dumps(_plain(content))`, quicker for what most fields hold."""
    kind = type(content)
    if kind is str:
        return _encode(content)
    if kind is int or (kind is float and math.isfinite(content)):
        return repr(content)
    if kind is datetime:
        return f'"{content.isoformat()}"'
    if kind in _ENUMS:
        return f'"{content.value}"'
    return dumps(_plain(content))


def stored_texts(block: EventBlock) -> list[str]:
    """`stored_text` of each event, in a fifth of the time: by column."""
    if not {float} >= block.types("onset_s") | block.types("offset_s"):
        return [stored_text(event) for event in block.events]
    form = '{"id":%s,"onset_s":%s,"offset_s":%s,"label":%s'
    parts: list[Iterable[str]] = [_quoted(block.column("id"))]
    parts += map(repr, block.column("onset_s")), map(repr, block.column("offset_s"))
    parts.append(for_each_object(block.column("label"), _encode))
    for name, head, default in zip(_FURTHER, _HEADS, _FURTHER_DEFAULTS, strict=True):
        if block.is_empty(name):
            continue
        contents = block.column(name)
        if block.types(name) == {float} and math.isfinite(sum(contents)):
            form += f"{head}%s"
            parts.append(map(repr, contents))
        else:
            form += "%s"
            parts.append(for_each_object(contents, partial(_field_text, head, default)))
    form += "}"
    return [form % row for row in zip(*parts, strict=True)]


def _field_text(head: str, default: object, content: Any) -> str:
    """What a field adds to the text of an event: nothing where it has its default."""
    return "" if content == default else head + _content_text(content)


def _quoted(texts: Sequence[str]) -> Iterable[str]:
    """`dumps` of each text, at once where there is nothing to escape in any."""
    together = "".join(texts)
    if together.isascii() and together.isprintable() and not {'"', "\\"} & set(together):
        return map('"%s"'.__mod__, texts)
    return map(_encode, texts)


def patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be laid over `old` to get `new`; None for fields that go back to default."""
    removed = {name: None for name in old if name not in new}
    return removed | {k: v for k, v in new.items() if k not in old or old[k] != v}


def patched(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**old, **change}.items() if v is not None}


def parsed(text: object) -> dict[str, Any]:
    """The fields in a text of the history. Raises ValueError where it holds none."""
    try:
        fields = json.loads(text) if isinstance(text, str) else None
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(fields, dict):
        raise ValueError("no fields")
    return fields


def both_sides(kind: str, old: str | None, new: str | None) -> tuple[Value | None, Value | None]:
    """A change as the history stores it (`new` as a patch of `old`) back as two values."""
    before = None if old is None else parsed(old)
    after = None if new is None else parsed(new)
    if before is not None and after is not None:
        after = patched(before, after)
    return (
        None if before is None else from_fields(kind, before),
        None if after is None else from_fields(kind, after),
    )


def _fields_out(value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, default in _FIELDS[type(value)]:
        content = getattr(value, name)
        if default is MISSING or content != default:
            fields[name] = _plain(content)
    return fields


def _plain(content: Any) -> Any:
    if type(content) in (str, float, int):
        return content
    if isinstance(content, str):
        return str(content)
    if isinstance(content, datetime):
        return content.isoformat()
    if isinstance(content, Original):
        return [content.label, float(content.onset_s), float(content.offset_s)]
    if isinstance(content, bool) or content is None:
        return content
    if hasattr(content, "__index__"):
        return int(content)
    if hasattr(content, "__float__"):
        return float(content)
    return content


def _event_in(data: dict[str, Any]) -> Event:
    if "state" in data:
        data["state"] = ReviewState(data["state"])
    if "source" in data:
        data["source"] = EventSource(data["source"])
    if "original" in data:
        data["original"] = Original(*data["original"])
    if "reviewed_utc" in data:
        data["reviewed_utc"] = stored_moment(data["reviewed_utc"])
    return Event(**data)


def _recording_in(data: dict[str, Any]) -> Recording:
    if "state" in data:
        data["state"] = RecordingState(data["state"])
    if "recorded_at" in data:
        data["recorded_at"] = stored_moment(data["recorded_at"])
    return Recording(**data)


def _label_set_in(data: dict[str, Any]) -> LabelSet:
    data["labels"] = tuple(OwnLabel(**label) for label in data.get("labels", ()))
    return LabelSet(**data)


def _reviewed_in(data: dict[str, Any]) -> Reviewed:
    return Reviewed(tuple(_span_in(span) for span in data["spans"]))


def _span_out(span: ReviewedSpan) -> list[Any]:
    when = span.reviewed_utc.isoformat() if span.reviewed_utc else None
    bounds = [float(span.span.start_s), float(span.span.end_s)]
    return [*bounds, list(span.labels), span.reviewer, when]


def _span_in(data: list[Any]) -> ReviewedSpan:
    start, end, labels, reviewer, when = data
    return ReviewedSpan(
        TimeSpan(start, end),
        tuple(str(label) for label in labels),
        str(reviewer),
        stored_moment(when) if when else None,
    )


def finite(value: float | None) -> float | None:
    """The number as SQLite stores it; None stays None, and so does what is not a number."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


_MAKERS: dict[str, Any] = {
    "event": _event_in,
    "recording": _recording_in,
    "reviewed": _reviewed_in,
    "labels": _label_set_in,
    "rules": lambda data: StoredRules(**data),
    "text": lambda data: StoredText(**data),
}


def utc_text(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def parse_utc(text: object) -> datetime | None:
    """The time in a column; None where there is none, or a text that is none."""
    try:
        return stored_moment(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
