"""The table of all formats."""

from collections.abc import Mapping
from types import MappingProxyType

from . import (
    any_table,
    aoef,
    audacity,
    audformat,
    audioset,
    avianz,
    batdetect2,
    birdnet,
    dcase,
    eaf,
    hoplite,
    jams,
    kaleidoscope,
    lab,
    labelstudio,
    lhotse,
    markers,
    own_csv,
    parquet,
    raven,
    rttm,
    scores,
    sonicvisualiser,
    subtitles,
    svl,
    textgrid,
    timit,
)
from .base import LabelFormat

FORMATS: Mapping[str, LabelFormat] = MappingProxyType(
    {
        fmt.name: fmt
        for fmt in (
            own_csv.FORMAT,
            audacity.FORMAT,
            raven.FORMAT,
            dcase.FORMAT,
            scores.FORMAT,
            audioset.FORMAT,
            jams.FORMAT,
            textgrid.FORMAT,
            eaf.FORMAT,
            labelstudio.FORMAT,
            subtitles.WEBVTT,
            subtitles.SRT,
            hoplite.FORMAT,
            sonicvisualiser.FORMAT,
            parquet.FORMAT,
            aoef.FORMAT,
            rttm.FORMAT,
            kaleidoscope.FORMAT,
            lhotse.FORMAT,
            audformat.FORMAT,
            birdnet.FORMAT,
            lab.FORMAT,
            timit.FORMAT,
            svl.FORMAT,
            avianz.FORMAT,
            batdetect2.FORMAT,
            markers.FORMAT,
            any_table.FORMAT,
        )
    }
)
"""Every label format by its name, in the order in which they are offered."""


def readable_suffixes() -> frozenset[str]:
    """Suffixes of tables that can be read as labels, in lower case; those of recordings not."""
    tables = (fmt for fmt in FORMATS.values() if fmt.can_read and not fmt.in_recordings)
    return frozenset(suffix for fmt in tables for suffix in fmt.suffixes)
