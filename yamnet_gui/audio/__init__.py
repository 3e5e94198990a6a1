"""Sound files to samples and back: reading, resampling, peaks, spectrograms, clips."""

from .hashing import content_hash
from .mono import mixed, mono_16k
from .opening import SOUND_SUFFIXES, open_audio
from .peaks import PeakBuilder, PeakPyramid, peaks_key, sample_columns
from .resample import Resampler
from .source import AudioSource
from .start_time import recording_start

__all__ = [
    "SOUND_SUFFIXES",
    "AudioSource",
    "PeakBuilder",
    "PeakPyramid",
    "Resampler",
    "content_hash",
    "mixed",
    "mono_16k",
    "open_audio",
    "peaks_key",
    "recording_start",
    "sample_columns",
]
