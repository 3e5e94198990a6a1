"""AviaNZ's `.data` files: segments with their species and how certain they are."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import ReviewState

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .json_values import number_of, seconds_of, shown, text_of
from .notes import noted
from .sample import Sample

_CERTAIN = 100.0
_UNKNOWN = "Don't Know"


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads `[start, end, low, high, species]` after an object about the recording.

    A certainty of 100 % is an accepted event; of 0 %, where the reviewer did not know, an uncertain
    one; between, a score of what is not reviewed.
    """
    collector = Collector("avianz", path, options)
    document = options.sample_of(path).json()
    if not isinstance(document, list):
        raise LabelsError(path, "is not a list of segments of AviaNZ")
    about = document[0] if document and isinstance(document[0], Mapping) else {}
    name = path.stem if path.suffix.lower() == ".data" else None  # "a.wav.data"
    length_s = number_of(about.get("Duration")) or 0.0
    collector.recording(name, duration_s=max(length_s, 0.0))
    reviewer = next(filter(None, (text_of(about.get(k)) for k in ("Reviewer", "Operator"))), "")
    for n, segment in enumerate(document[1:] if about else document, start=1):
        with collector.row(f"segment {n}"):
            _read_segment(collector, name, segment, reviewer)
    return collector.result()


def _read_segment(collector: Collector, name: str | None, segment: Any, reviewer: str) -> None:
    if not isinstance(segment, list) or len(segment) < 5:
        raise collector.error(f"{shown(segment)} is not start, end, low, high and species")
    start_s, end_s = sorted(seconds_of(collector, t, "time") for t in segment[:2])
    low, high = (number_of(hz) for hz in segment[2:4])
    bounds = (low, high) if low is not None and high is not None and 0 <= low < high else None
    species = segment[4] if isinstance(segment[4], list) else [segment[4]]  # old files: a name
    for entry in species:
        entry = {"species": entry} if isinstance(entry, str) else entry
        label = text_of(entry.get("species")) if isinstance(entry, Mapping) else ""
        if not label:
            raise collector.error(f"{shown(entry)} names no species")
        if "certainty" in entry:
            certainty = number_of(entry["certainty"])
        else:  # old files mark doubt in the name
            certainty = 50.0 if label.endswith("?") else _CERTAIN
        label = label.removesuffix("?") if "certainty" not in entry else label
        fields: dict[str, Any] = {}
        if certainty is not None and certainty >= _CERTAIN:
            fields = {"state": ReviewState.ACCEPTED, "reviewer": reviewer}
        elif label == _UNKNOWN or certainty == 0:
            fields = {"state": ReviewState.UNCERTAIN, "reviewer": reviewer}
        elif certainty is not None:
            fields = {"score_max": max(certainty, 0.0) / _CERTAIN}
        if bounds is not None:
            fields |= {"low_hz": bounds[0], "high_hz": bounds[1]}
        about = [(key, text_of(entry.get(key))) for key in ("calltype", "filter")]
        fields["note"] = noted((k, v) for k, v in about if v not in ("", "M"))
        collector.event(name, start_s, end_s, label, **fields)


_BEGINNING = re.compile(r"\s*\[\s*(\[|\{[^{}]*\}\s*[,\]])")
"""A list that begins with a list, or with an object without any other inside."""


def _recognise(sample: Sample) -> bool:
    """A list of lists of five, after an object about the recording."""
    if not _BEGINNING.match(sample.head):
        return False
    document = sample.document
    if not isinstance(document, list) or not document:
        return False
    about = document[0] if isinstance(document[0], Mapping) else {}
    segments = document[1:] if about else document
    if not segments:
        return "Operator" in about
    return isinstance(segments[0], list) and len(segments[0]) == 5


FORMAT = LabelFormat(
    name="avianz",
    title="AviaNZ",
    suffix=".data",
    combined=False,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
