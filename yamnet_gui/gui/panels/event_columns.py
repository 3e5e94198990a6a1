"""The columns of the table of events: what they are called and what stands in them."""

import math
from collections.abc import Mapping
from enum import IntEnum

from yamnet_gui.audio.measures import Measures
from yamnet_gui.core.text import grouped
from yamnet_gui.labels.measure_columns import MEASURES, MeasureColumn

_MEASURES = MEASURES[1:]  # the duration has a column of its own
_MEASURE_HEADERS = (
    *("Peak Hz", "Centre Hz", "5% Hz", "95% Hz", "BW 90% Hz"),
    *("Peak dBFS", "RMS dBFS", "SNR dB"),
)
HEADERS = (
    *("Onset", "Duration", "Class", "Score", "State", "Probability", "Spread", "Channel"),
    *_MEASURE_HEADERS,
)
COMPACT_HEADERS = (
    *("Onset", "Dur.", "Class", "Score", "✓", "Prob.", "Sprd.", "Ch."),
    *_MEASURE_HEADERS,
)
TIPS = (
    "Start of the event",
    "Duration of the event",
    "Class or label",
    "Highest score of the class within the event; not a probability.\n"
    "↓ Below the threshold: a quiet part of a sound that reached it elsewhere",
    "Review state",
    "Calibrated probability that the event is correct, if enough events are reviewed",
    "Range of the score when the sound is louder, softer, shifted or reduced to one channel",
    "Channel that the event is of, counted from 1",
    *(f"{column.title} in {column.unit}" for column in _MEASURES),
)


class EventColumn(IntEnum):
    """Columns of the table."""

    ONSET = 0
    DURATION = 1
    CLASS = 2
    SCORE = 3
    STATE = 4
    PROBABILITY = 5
    SPREAD = 6
    CHANNEL = 7
    PEAK_HZ = 8
    CENTRE_HZ = 9
    LOW_HZ = 10
    HIGH_HZ = 11
    BANDWIDTH_HZ = 12
    PEAK_DBFS = 13
    RMS_DBFS = 14
    SNR_DB = 15

    @property
    def measure(self) -> MeasureColumn | None:
        """The measure that it shows; None for the other columns."""
        return MEASURE_COLUMNS.get(self)


MEASURE_COLUMNS: Mapping[EventColumn, MeasureColumn] = dict(
    zip(
        (
            *(EventColumn.PEAK_HZ, EventColumn.CENTRE_HZ, EventColumn.LOW_HZ),
            *(EventColumn.HIGH_HZ, EventColumn.BANDWIDTH_HZ, EventColumn.PEAK_DBFS),
            *(EventColumn.RMS_DBFS, EventColumn.SNR_DB),
        ),
        _MEASURES,
        strict=True,
    )
)


def measure_text(column: MeasureColumn, measures: Measures | None) -> str:
    """A measure as it is read, without its unit; "…" where it is not there yet."""
    if measures is None:
        return "…"
    value = column.value(measures)
    if value is None:
        return "–"
    if math.isinf(value):
        return "−∞"
    return grouped(value, 0 if column.unit == "Hz" else 1)
