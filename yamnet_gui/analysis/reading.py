"""Whether a stored analysis is of the samples that the file is read as today."""

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo


def is_read_otherwise(analysed: RecordingInfo) -> bool:
    """Whether a recording has another length, rate or sound track now than when it was analysed.

    False where the file cannot be opened: then nothing better can be had.
    """
    try:
        with open_audio(analysed.path) as source:
            now = source.info
            other_track = source.track != 1 and "#track=" not in analysed.path.name
    except RecordingError:
        return False
    same = (now.sample_rate_hz, now.channels) == (analysed.sample_rate_hz, analysed.channels)
    apart_s = abs(now.duration_s - analysed.duration_s)
    return other_track or not same or apart_s > 0.5 / now.sample_rate_hz
