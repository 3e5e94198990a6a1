"""What is true of several selected events, as rows of a name and a value."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from yamnet_gui.core.channels import channel_text
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import grouped
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.times import length

from .event_table_model import STATE_WORDS

_MOST_NAMED = 4


def facts_of_several(events: Sequence[Event], timeline: Timeline) -> list[tuple[str, str]]:
    """Rows for two events and more: ranges and counts, a single value only where all share it."""
    first = min(event.onset_s for event in events)
    last = max(event.offset_s for event in events)
    durations = [event.duration_s for event in events]
    rows = [
        ("Class", counts_text(event.label for event in events)),
        ("Time", timeline.span_text(first, last)),
        ("Duration", f"{_range(durations, length)}, {length(sum(durations))} in all"),
        ("State", _states(events)),
    ]
    scores = [event.score_max for event in events if event.score_max is not None]
    if scores:
        rows.append(("Score", _range(scores, lambda score: f"{score:.3f}") + _some(scores, events)))
    known = [event.probability for event in events if event.probability is not None]
    if known:
        text = _range(known, lambda probability: f"{probability:.2f}")
        rows.append(("Probability", text + _some(known, events)))
    if any(event.channel is not None for event in events):
        channels = (channel_text(event.channel) for event in events)
        rows.append(("Channel", counts_text(channels)))
    rows.append(("Source", counts_text(event.source.value.capitalize() for event in events)))
    notes = sum(bool(event.note) for event in events)
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
    counts = Counter(event.state for event in events)
    words = {state: f"{state_mark(state)} {STATE_WORDS[state]}" for state in ReviewState}
    if len(counts) == 1:
        return words[events[0].state]
    return " · ".join(f"{words[s]} {grouped(counts[s])}" for s in ReviewState if counts[s])


def _range(values: Sequence[float], text: Callable[[float], str]) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} – {high}"


def _some(values: Sequence[float], events: Sequence[Event]) -> str:
    return (
        "" if len(values) == len(events) else f" ({grouped(len(values))} of {grouped(len(events))})"
    )
