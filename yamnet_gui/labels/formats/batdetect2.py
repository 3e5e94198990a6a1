"""BatDetect2's results and annotations: a JSON file for each recording, or a list of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import ReviewState

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .json_values import list_of, number_of, seconds_of, shown, text_of, time_expansion
from .notes import noted
from .sample import Sample


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads calls with their boxes; where a file was annotated by hand they are accepted."""
    collector = Collector("batdetect2", path, options)
    document = options.sample_of(path).json()
    entries = document if isinstance(document, list) else [document]
    if not any(_is_entry(entry) for entry in entries):
        raise LabelsError(path, "is not a file of BatDetect2")
    for n, entry in enumerate(entries, start=1):
        with collector.row(f"recording {n}"):
            if not _is_entry(entry):
                raise collector.error(f"{shown(entry)} is not a recording with annotations")
            _read_entry(collector, entry)
    return collector.result()


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("id"), str) and "annotation" in value


def _read_entry(collector: Collector, entry: Mapping[str, Any]) -> None:
    name = entry["id"]
    expansion = time_expansion(collector, entry.get("time_exp"), name)
    length_s = number_of(entry.get("duration")) or 0.0
    collector.recording(name, duration_s=max(length_s * expansion, 0.0))
    by_hand = entry.get("annotated") is True
    for k, call in enumerate(list_of(collector, entry, "annotation"), start=1):
        with collector.row(f"{name}, annotation {k}"):
            if not isinstance(call, Mapping):
                raise collector.error(f"{shown(call)} is not a call")
            _read_call(collector, name, call, expansion, by_hand=by_hand)


def _read_call(
    collector: Collector, name: str, call: Mapping[str, Any], expansion: float, *, by_hand: bool
) -> None:
    start_s = seconds_of(collector, call.get("start_time"), "start") * expansion
    end_s = seconds_of(collector, call.get("end_time"), "end") * expansion
    bands = [number_of(call.get(key)) for key in ("low_freq", "high_freq")]
    low, high = (None if hz is None or hz < 0 else hz / expansion for hz in bands)
    scores = [number_of(call.get(key)) for key in ("class_prob", "det_prob")]
    score = None if by_hand else next((s for s in scores if s is not None), None)
    individual = text_of(call.get("individual"))
    about = [("event", text_of(call.get("event"))),
             ("individual", "" if individual in ("-1", "0") else individual)]  # fmt: skip
    collector.event(
        name,
        round(start_s, 9),
        round(end_s, 9),
        text_of(call.get("class")),
        low_hz=low,
        high_hz=high,
        score_max=score,
        state=ReviewState.ACCEPTED if by_hand else ReviewState.UNREVIEWED,
        note=noted(about),
    )


def _recognise(sample: Sample) -> bool:
    first = sample.first_object
    return _is_entry(first) and isinstance(first["annotation"], list)


FORMAT = LabelFormat(
    name="batdetect2",
    title="BatDetect2",
    suffix=".json",
    combined=True,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
