"""Windows of one duration over a recording, with the labels of the events in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, LabelledRecording
from yamnet_gui.core.spans import TimeSpan

_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of `length_s`, one every `hop_s` (None: end to end), counted from 0 s."""

    length_s: float
    hop_s: float | None = None

    def __post_init__(self) -> None:
        if self.length_s < 0.01 or (self.hop_s is not None and self.hop_s < 0.01):
            raise SettingsError("windows", "must be at least 0.01 s long and apart")


@dataclass(frozen=True, slots=True)
class Window:
    """`events`: those that count in it, `touched`: those of which it holds only a little."""

    span: TimeSpan
    events: tuple[Event, ...]
    touched: tuple[Event, ...]


def windows_of(recording: LabelledRecording, windows: Windows) -> Iterator[Window]:
    """The windows whose content is known: with an event, or in a reviewed span without any.

    An event counts where at least half of it, or half of the window, is shared. A window that only
    touches events says neither yes nor no, so it is left out, as is everything that nobody has
    reviewed. The only window of a recording that is shorter is all of it.
    """
    end_s = recording.recording.duration_s
    if end_s <= 0:
        end_s = max((e.offset_s for e in recording.events), default=0.0)
    complete = _merged([r.span for r in recording.reviewed if not r.labels])
    for span in _grid(end_s, windows):
        near = recording.events.between(span.start_s, span.end_s)
        inside = tuple(e for e in near if _counts(e, span))
        touched = tuple(e for e in near if e not in inside and e.span.overlaps(span))
        reviewed = any(c.start_s <= span.start_s and span.end_s <= c.end_s for c in complete)
        if inside or (reviewed and not touched):
            yield Window(span, inside, touched)


def _grid(end_s: float, windows: Windows) -> Iterator[TimeSpan]:
    hop_s = windows.hop_s or windows.length_s
    last = int((end_s - windows.length_s) / hop_s + 1e-9)
    if 0 < end_s < windows.length_s:
        yield TimeSpan(0.0, end_s)
    elif end_s > 0:
        for n in range(last + 1):
            start_s = round(n * hop_s, 6)
            yield TimeSpan(start_s, min(round(start_s + windows.length_s, 6), end_s))


def _counts(event: Event, window: TimeSpan) -> bool:
    if event.duration_s == 0:
        return window.start_s <= event.onset_s < window.end_s
    shared = min(event.offset_s, window.end_s) - max(event.onset_s, window.start_s)
    least_s = _LEAST_SHARE * min(event.duration_s, window.duration_s)
    return shared > 0 and shared >= least_s - 1e-9


def _merged(spans: list[TimeSpan]) -> list[TimeSpan]:
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        if merged and span.start_s <= merged[-1].end_s:
            end_s = max(span.end_s, merged[-1].end_s)
            merged[-1] = TimeSpan(merged[-1].start_s, end_s)
        else:
            merged.append(span)
    return merged
