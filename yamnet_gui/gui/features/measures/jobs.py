"""Measuring events in the background."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.audio.measures import Measures
from yamnet_gui.core.events import Event, RecordingInfo
from yamnet_gui.core.spans import Box
from yamnet_gui.labels.exchange.event_measures import EventMeasures

_SHOW_EVERY_S = 0.2

Key = tuple[Box, int | None]
"""What an event is measured by: its box and its channel."""


def key_of(event: Event) -> Key:
    return event.box, event.channel


@dataclass(frozen=True, slots=True)
class MeasureJob:
    """Measures events of one recording and yields them several at a time.

    Raises UserError where the recording cannot be read.
    """

    info: RecordingInfo
    events: tuple[Event, ...]

    def run(self) -> Iterator[dict[Key, Measures]]:
        done: dict[Key, Measures] = {}
        shown = time.monotonic()
        with EventMeasures() as measure:
            for event in self.events:
                measures = measure(self.info, event)
                if measures is None:
                    yield done
                    raise measure.problems[0]
                done[key_of(event)] = measures
                if time.monotonic() - shown >= _SHOW_EVERY_S:
                    yield done
                    done, shown = {}, time.monotonic()
        yield done
