"""How much the score of an event depends on level, alignment and channel.

The variants define what to score again; the caller has the sound and the network; the spread of
the scores sorts the review queue. A sound that is really present survives a little gain or shift.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yamnet_gui.core.events import Event
from yamnet_gui.core.scores import PATCH_S, WINDOW_S
from yamnet_gui.core.spans import TimeSpan

GAINS_DB = (-6.0, 6.0)
SHIFTS_S = (-0.24, 0.24)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to score an event again. `channel` None is the mix (or the event's own channel)."""

    gain_db: float = 0.0
    shift_s: float = 0.0
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class Stability:
    """Highest scores of an event under every variant, the plain one first."""

    event_id: str
    scores: tuple[float, ...]

    @property
    def spread(self) -> float:
        """Difference between the highest and the lowest of the scores, in [0, 1]."""
        return max(self.scores) - min(self.scores) if self.scores else 0.0


def variants(
    channels: int,
    gains_db: Sequence[float] = GAINS_DB,
    shifts_s: Sequence[float] = SHIFTS_S,
) -> tuple[Variant, ...]:
    """Plain, at other levels, shifted, and (where there are several) each channel alone."""
    alone = range(channels) if channels > 1 else ()
    return (
        Variant(),
        *(Variant(gain_db=gain) for gain in gains_db),
        *(Variant(shift_s=shift) for shift in shifts_s),
        *(Variant(channel=channel) for channel in alone),
    )


def segment(event: Event, variant: Variant, duration_s: float) -> TimeSpan:
    """The part of the recording to score for a variant: all windows whose centre tile touches the
    event, moved by the shift and clipped to the recording."""
    lead = PATCH_S / 2
    start = event.onset_s - lead + variant.shift_s
    end = max(event.offset_s + lead, event.onset_s - lead + WINDOW_S) + variant.shift_s
    return TimeSpan(start, end).clipped(0.0, duration_s)


def stability(event: Event, scores: Mapping[Variant, Sequence[float]]) -> Stability:
    """From the scores of the event's class in its frames, for each variant."""
    ordered = sorted(scores, key=lambda v: v != Variant())
    return Stability(event.id, tuple(max(scores[v]) for v in ordered if len(scores[v])))


def review_order(stabilities: Iterable[Stability]) -> list[str]:
    """Ids of events, those with the greatest spread first."""
    return [s.event_id for s in sorted(stabilities, key=lambda s: (-s.spread, s.event_id))]
