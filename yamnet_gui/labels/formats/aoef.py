"""AOEF, the exchange format of soundevent and Whombat."""

from pathlib import Path

from yamnet_gui.core.errors import LabelsError

from .aoef_reader import AoefReader
from .aoef_writer import fit, write
from .base import Capability, ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .sample import Sample


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads annotation sets and projects, evaluations, predictions, data sets of recordings."""
    collector = Collector("aoef", path, options)
    document = options.sample_of(path).json()
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict) or "collection_type" not in data:
        raise LabelsError(path, "is not an AOEF file")
    AoefReader(collector, data).read()
    return collector.result()


def _recognise(sample: Sample) -> bool:
    data = sample.first_object.get("data")
    return isinstance(data, dict) and "collection_type" in data


FORMAT = LabelFormat(
    name="aoef",
    title="AOEF (Whombat, soundevent)",
    suffix=".json",
    combined=True,
    capabilities=frozenset(
        {
            Capability.PATH,
            Capability.DURATION,
            Capability.EMPTY,
            Capability.REVIEWED,
            Capability.STATE,
            Capability.SCORE_MAX,
            Capability.SCORE_MEAN,
            Capability.PROBABILITY,
            Capability.UNCERTAINTY,
            Capability.FREQUENCY,
            Capability.REVIEWER,
            Capability.NOTE,
        }
    ),
    write=write,
    read=read,
    fit=fit,
    left_out="everything in an annotation project counts as heard",
    recognise=_recognise,
)
