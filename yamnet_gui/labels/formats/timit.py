"""TIMIT's transcriptions of phones and words: times as samples of the recording."""

import re
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES, open_audio
from yamnet_gui.core.errors import UserError

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .json_values import shown
from .sample import Sample
from .text import lines

TIMIT_RATE_HZ = 16_000
_ROW = re.compile(r"\s*([0-9]{1,15})\s+([0-9]{1,15})(?:\s+(\S.*)?)?", re.DOTALL)


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads `first-sample last-sample label`; the rate is that of the recording."""
    collector = Collector("timit", path, options)
    rate_hz = collector.recording(None).sample_rate_hz or _rate_beside(path)
    if not rate_hz:
        rate_hz = TIMIT_RATE_HZ
        collector.warn(f"the recording is not known; samples are taken for {rate_hz} Hz, as in"
                       " TIMIT")  # fmt: skip
    for line, text in enumerate(lines(path, options.encoding), start=1):
        if not text.strip():
            continue
        row = _ROW.fullmatch(text)
        if row is None:
            raise collector.error(f"{shown(text.strip())} is not two samples and a label", line)
        start, end = (round(int(sample) / rate_hz, 6) for sample in row.group(1, 2))
        collector.event(None, start, end, (row[3] or "").rstrip(), line)
    return collector.result()


def _rate_beside(path: Path) -> int:
    """Sampling rate in Hz of the recording of the same name in the same folder; 0 if none."""
    for beside in sorted(path.parent.iterdir()):
        same = beside.stem.casefold() == path.stem.casefold()
        if same and beside.suffix.lower() in SOUND_SUFFIXES:
            try:
                with open_audio(beside) as source:
                    return source.info.sample_rate_hz
            except UserError:
                continue
    return 0


def _recognise(sample: Sample) -> bool:
    return sample.suffix in (".phn", ".wrd") and _ROW.fullmatch(sample.first_line) is not None


FORMAT = LabelFormat(
    name="timit",
    title="TIMIT phones and words",
    suffix=".phn",
    more_suffixes=(".wrd",),
    combined=False,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
