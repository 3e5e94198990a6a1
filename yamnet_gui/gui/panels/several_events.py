"""What is true of several selected events, as rows of a name and a value."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter, sub

from yamnet_gui.core.channels import channel_text
from yamnet_gui.core.event_block import EventBlock
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.times import length

from .event_table_model import STATE_WORDS

_MOST_NAMED = 4


def facts_of_several(events: Sequence[Event], timeline: Timeline) -> list[tuple[str, str]]:
    """Rows for two events and more: ranges and counts, a single value only where all share it."""
    block = EventBlock(events)  # there may be very many
    onsets, offsets = block.column("onset_s"), block.column("offset_s")
    durations = list(map(sub, offsets, onsets))
    rows = [
        ("Class", counts_text(block.column("label"))),
        ("Time", timeline.span_text(min(onsets), max(offsets))),
        ("Duration", f"{_range(durations, length)}, {length(sum(durations))} in all"),
        ("State", _states(events)),
    ]
    scores = [score for score in block.column("score_max") if score is not None]
    if scores:
        rows.append(("Score", _range(scores, lambda score: f"{score:.3f}") + _some(scores, events)))
    known = [value for value in block.column("probability") if value is not None]
    if known:
        text = _range(known, lambda probability: f"{probability:.2f}")
        rows.append(("Probability", text + _some(known, events)))
    if not block.is_empty("channel"):
        rows.append(("Channel", counts_text(map(channel_text, block.column("channel")))))
    sources = map(attrgetter("source._value_"), events)
    rows.append(("Source", counts_text(map(str.capitalize, sources))))
    notes = len(events) - block.column("note").count("")
    if notes:
        rows.append(("Note", f"{grouped(notes)} of {grouped(len(events))} have one"))
    return rows


def counts_text(names: Iterable[str]) -> str:
    """The name where all are the same, else the names with their counts, most frequent first."""
    counts = Counter(names).most_common()
    if len(counts) == 1:
        return counts[0][0]
    parts = [f"{name} {grouped(count)}" for name, count in counts[:_MOST_NAMED]]
    if len(counts) > _MOST_NAMED:
        parts.append(f"{grouped(len(counts) - _MOST_NAMED)} more")
    return " · ".join(parts)


def _states(events: Sequence[Event]) -> str:
    counts = Counter(map(attrgetter("state._value_"), events))  # without the hash of each member
    words = {state: f"{state_mark(state)} {STATE_WORDS[state]}" for state in ReviewState}
    if len(counts) == 1:
        return words[events[0].state]
    return " · ".join(
        f"{words[s]} {grouped(counts[s.value])}" for s in ReviewState if counts[s.value]
    )


def _range(values: Sequence[float], text: Callable[[float], str]) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} – {high}"


def _some(values: Sequence[float], events: Sequence[Event]) -> str:
    return (
        "" if len(values) == len(events) else f" ({grouped(len(values))} of {grouped(len(events))})"
    )
