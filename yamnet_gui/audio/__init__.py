"""Sound files to samples and back: reading, resampling, peaks, spectrograms, clips."""

from .clips import safe_name, write_clip
from .frequency import SCALES, Scale, frequency_at, height_of, row_edges
from .hashing import content_hash, content_is_known
from .memory import MemorySource
from .mono import mixed, mono_16k
from .opening import SOUND_SUFFIXES, open_audio
from .overview import OverviewBuilder, SpectrogramOverview
from .peaks import PeakBuilder, PeakPyramid, peaks_key, sample_columns
from .resample import Resampler
from .source import AudioSource
from .spectrogram import (
    PRESETS,
    WINDOWS,
    SpectrogramPreset,
    SpectrogramSettings,
    sample_spectrogram,
    spectrogram_columns,
)
from .start_time import recording_start, start_from_name

__all__ = [
    "PRESETS",
    "SCALES",
    "SOUND_SUFFIXES",
    "WINDOWS",
    "AudioSource",
    "MemorySource",
    "OverviewBuilder",
    "PeakBuilder",
    "PeakPyramid",
    "Resampler",
    "Scale",
    "SpectrogramOverview",
    "SpectrogramPreset",
    "SpectrogramSettings",
    "content_hash",
    "content_is_known",
    "frequency_at",
    "height_of",
    "mixed",
    "mono_16k",
    "open_audio",
    "peaks_key",
    "recording_start",
    "row_edges",
    "safe_name",
    "sample_columns",
    "sample_spectrogram",
    "spectrogram_columns",
    "start_from_name",
    "write_clip",
]
