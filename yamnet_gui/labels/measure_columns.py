"""How measures are called: in the window, in our own CSV and in Raven's selection tables."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yamnet_gui.audio.measures import Measures
from yamnet_gui.core.events import Event, RecordingInfo

MeasureEvent = Callable[[RecordingInfo, Event], Measures | None]
"""Measures an event of a recording; None where that cannot be done."""


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """A measure: its title and unit in the window, names of its columns, and `value`: its number,
    None where there is none (silence has -inf dBFS).

    The names of Raven are Raven's own where it measures the same; its amplitudes are in units
    without a reference, so that the levels and the ratio have names of ours.
    """

    title: str
    unit: str
    csv: str
    raven: str
    decimals: int
    value: Callable[[Measures], float | None]

    def cell(self, measures: Measures | None) -> str:
        """The number in a table; empty where there is none, and for the level of silence."""
        value = None if measures is None else self.value(measures)
        return "" if value is None or math.isinf(value) else f"{value:.{self.decimals}f}"


MEASURES: tuple[MeasureColumn, ...] = (
    MeasureColumn("Duration", "s", "duration_s", "Delta Time (s)", 6, lambda m: m.duration_s),
    MeasureColumn("Peak frequency", "Hz", "peak_hz", "Peak Freq (Hz)", 1, lambda m: m.peak_hz),
    MeasureColumn(
        "Centre frequency", "Hz", "centre_hz", "Center Freq (Hz)", 1, lambda m: m.centre_hz
    ),
    MeasureColumn("Frequency 5%", "Hz", "freq_5_hz", "Freq 5% (Hz)", 1, lambda m: m.low_hz),
    MeasureColumn("Frequency 95%", "Hz", "freq_95_hz", "Freq 95% (Hz)", 1, lambda m: m.high_hz),
    MeasureColumn(
        "Bandwidth 90%", "Hz", "bandwidth_90_hz", "BW 90% (Hz)", 1, lambda m: m.bandwidth_hz
    ),
    MeasureColumn("Peak level", "dBFS", "peak_dbfs", "Peak Level (dBFS)", 2, lambda m: m.peak_dbfs),
    MeasureColumn("RMS level", "dBFS", "rms_dbfs", "RMS Level (dBFS)", 2, lambda m: m.rms_dbfs),
    MeasureColumn("Signal to noise", "dB", "snr_db", "SNR (dB)", 2, lambda m: m.snr_db),
)
"""Every measure, in the order of the columns."""
CSV_NAMES = tuple(column.csv for column in MEASURES)
RAVEN_NAMES = tuple(column.raven for column in MEASURES)


def measured_cells(
    measure: MeasureEvent | None, info: RecordingInfo, event: Event
) -> Sequence[str]:
    """The cells of `MEASURES` for an event; none where nothing is measured."""
    if measure is None:
        return ()
    measures = measure(info, event)
    return [column.cell(measures) for column in MEASURES]
