"""What is odd about an imported event: it is imported all the same, but never without a word."""

import math
from enum import StrEnum

from yamnet_gui.core.events import Event, RecordingInfo

SLACK_S = 0.01
"""How far an event may reach past the end of its recording: rounded times do."""
SLACK_HZ = 1.0
LONGEST_RECORDING_S = 366 * 86_400.0
"""Where the length of a recording is not known; no file holds more than a year."""


class Doubt(StrEnum):
    """What is odd; values follow the number of events, as in "2 events begin before 0 s"."""

    BEYOND = "beyond the end of the recording"
    PAST_END = "reaching past the end of the recording"
    BEFORE = "beginning before the recording"
    NO_TIME = "at an impossible time"
    UPSIDE_DOWN = "with a low frequency above the high one"
    FREQUENCY = "with frequencies that the recording cannot contain"
    SCORE = "with a score outside 0 to 1"


def doubts(event: Event, info: RecordingInfo | None) -> tuple[Doubt, ...]:
    """What is odd about an event of this recording (None: nothing is known of it)."""
    onset_s, offset_s = event.onset_s, event.offset_s
    low, high = event.low_hz, event.high_hz
    length_s = info.duration_s if info is not None else 0.0
    found = []
    if onset_s < 0:
        found.append(Doubt.BEFORE)
    if offset_s > LONGEST_RECORDING_S:
        found.append(Doubt.NO_TIME)
    elif offset_s > length_s + SLACK_S and length_s > 0:
        found.append(Doubt.BEYOND if onset_s >= length_s else Doubt.PAST_END)
    if low is not None or high is not None:
        if low is not None and high is not None and low > high:
            found.append(Doubt.UPSIDE_DOWN)
        nyquist = info.sample_rate_hz / 2 if info is not None and info.sample_rate_hz else math.inf
        if any(hz is not None and not 0 <= hz <= nyquist + SLACK_HZ for hz in (low, high)):
            found.append(Doubt.FREQUENCY)
    for score in (event.score_max, event.score_mean, event.probability):
        if score is not None and not 0 <= score <= 1:
            found.append(Doubt.SCORE)
            break
    return tuple(found)
