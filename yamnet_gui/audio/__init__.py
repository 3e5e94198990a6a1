"""Sound files to samples and back: reading, resampling, peaks, spectrograms, clips."""

from .clips import safe_name, write_clip
from .frequency import SCALES, Scale, frequency_at, height_of, row_edges
from .hashing import content_hash, content_is_known, content_statement
from .memory import MemorySource
from .mono import mixed, mono_16k
from .opening import open_audio, preview_audio
from .overview import OverviewBuilder, SpectrogramOverview
from .peaks import PeakBuilder, PeakPyramid, peaks_key, sample_columns
from .resample import Resampler
from .sound_files import SOUND_SUFFIXES, is_sound_file
from .sound_tracks import SoundTrack, path_of_track, sound_tracks, track_path
from .source import READING, AudioSource
from .spectrogram import (
    PRESETS,
    WINDOWS,
    SpectrogramPreset,
    SpectrogramSettings,
    sample_spectrogram,
    spectrogram_columns,
)
from .start_names import start_from_name
from .start_time import RecordingStart, in_zone, recording_start, stated_start, zone_named
from .storage_listing import recordings_at

__all__ = [
    "PRESETS",
    "READING",
    "SCALES",
    "SOUND_SUFFIXES",
    "WINDOWS",
    "AudioSource",
    "MemorySource",
    "OverviewBuilder",
    "PeakBuilder",
    "PeakPyramid",
    "RecordingStart",
    "Resampler",
    "Scale",
    "SoundTrack",
    "SpectrogramOverview",
    "SpectrogramPreset",
    "SpectrogramSettings",
    "content_hash",
    "content_is_known",
    "content_statement",
    "frequency_at",
    "height_of",
    "in_zone",
    "is_sound_file",
    "mixed",
    "mono_16k",
    "open_audio",
    "path_of_track",
    "peaks_key",
    "preview_audio",
    "recording_start",
    "recordings_at",
    "row_edges",
    "safe_name",
    "sample_columns",
    "sample_spectrogram",
    "sound_tracks",
    "spectrogram_columns",
    "start_from_name",
    "stated_start",
    "track_path",
    "write_clip",
    "zone_named",
]
