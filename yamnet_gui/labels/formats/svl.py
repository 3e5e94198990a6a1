"""Sonic Visualiser's layers (`.svl`) and sessions (`.sv`): frames of the recording, with boxes."""

import bz2
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.text import counted

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .media_address import file_of
from .sample import Sample
from .text import LARGEST_WHOLE, blocks
from .tiers import tier_note
from .xml_files import parse

_DOCTYPE = re.compile(r"<!DOCTYPE\s+sonic-visualiser\s*>")
_PACKED = b"BZh"
_BLOCK = 1 << 16


@dataclass
class _Model:
    """A layer's data: points (frame, value, duration, extent, label) in frames and in its unit."""

    attributes: dict[str, str]
    points: list[dict[str, str]] = field(default_factory=list)

    @property
    def in_hertz(self) -> bool:
        return self.attributes.get("units", "").casefold() == "hz"


class _Session:
    """Takes models, their points, and the names of layers from the XML."""

    def __init__(self) -> None:
        self.models: dict[str, _Model] = {}
        self.datasets: dict[str, list[dict[str, str]]] = {}
        self.layers: dict[str, str] = {}  # model → name of the layer that shows it
        self.recording: str | None = None
        self._dataset = ""

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "model" and values.get("type") == "wavefile":
            if self.recording is None or values.get("mainModel") == "true":
                self.recording = file_of(values.get("file", ""))
        elif tag == "model" and values.get("type") == "sparse":
            self.models[values.get("id", "")] = _Model(values)
        elif tag == "dataset":
            self._dataset = values.get("id", "")
            self.datasets[self._dataset] = []
        elif tag == "point":
            self.datasets.setdefault(self._dataset, []).append(values)
        elif tag == "layer" and "model" in values:
            name = values.get("presentationName") or values.get("name") or values.get("type", "")
            self.layers.setdefault(values["model"], name)

    def data(self, text: str) -> None:
        pass  # everything is in attributes

    def end(self, tag: str) -> None:
        pass


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads layers of instants, regions, boxes, notes and texts; a session's layers are tiers."""
    collector = Collector("svl", path, options)
    session = _Session()
    parse(path, _text(path, options), "sv", session, "a layer of Sonic Visualiser")
    name = session.recording
    collector.recording(name)
    for identity, model in session.models.items():
        points = session.datasets.get(model.attributes.get("dataset", ""), [])
        layer = session.layers.get(identity, "")
        several = len(session.models) > 1
        kind = model.attributes.get("subtype", "")
        if _only_values(model, points):
            which = f"of values without labels ({layer or kind or 'unnamed'})"
            collector.left_out(counted(len(points), "point"), "layer", which)
        elif not several or collector.tier(layer, len(points)):
            for n, point in enumerate(points, start=1):
                with collector.row(f"point {n}" + (f" of {layer!r}" if layer else "")):
                    _read_point(collector, name, model, point, layer if several else "")
    return collector.result()


def _text(path: Path, options: ReadOptions) -> Iterator[str]:
    """The XML without the one DOCTYPE that belongs to it; any other is refused by `parse`."""
    packed = options.sample_of(path).data.startswith(_PACKED)
    pieces = _unpacked(path) if packed else blocks(path, options.encoding, begins="<")
    for k, piece in enumerate(pieces):
        yield piece if k else _DOCTYPE.sub("", piece, count=1)


def _unpacked(path: Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    try:
        with bz2.open(path) as file:
            while block := file.read(_BLOCK):
                size += len(block)
                if size > LARGEST_WHOLE:
                    raise LabelsError(path, f"holds over {size >> 20} MiB, too large")
                yield decoder.decode(block)
            yield decoder.decode(b"", final=True)
    except (OSError, EOFError) as error:
        raise LabelsError(path, "is not a whole session of Sonic Visualiser") from error


def _only_values(model: _Model, points: list[dict[str, str]]) -> bool:
    """Whether this is a curve, of pitch or loudness, and labels nothing."""
    curve = model.attributes.get("dimensions") == "2" and not model.attributes.get("subtype")
    return curve and not any(p.get("label") or p.get("duration") for p in points)


def _read_point(
    collector: Collector, name: str | None, model: _Model, point: dict[str, str], layer: str
) -> None:
    rate = collector.number(model.attributes.get("sampleRate", ""), None, "the sampling rate")
    if rate is None or rate <= 0:
        raise collector.error("its layer has no sampling rate")
    start_s = collector.seconds(point.get("frame", ""), None, "frame") / rate
    frames = collector.seconds(point.get("duration") or "0", None, "duration")
    label = point.get("label", "")
    fields: dict[str, Any] = {}
    if model.attributes.get("subtype") == "box":
        low = collector.number(point.get("value", ""), None, "value")
        extent = collector.number(point.get("extent", ""), None, "extent")
        if low is not None and extent is not None and (model.in_hertz or low >= 0):
            fields = {"low_hz": min(low, low + extent), "high_hz": max(low, low + extent)}
    if layer:
        fields["note"] = tier_note(layer, label)
    collector.event(name, round(start_s, 9), round(start_s + frames / rate, 9), label, **fields)


def _recognise(sample: Sample) -> bool:
    if sample.data.startswith(_PACKED):
        return sample.suffix == ".sv"
    return bool(re.match(r"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE\s+sonic-visualiser|<sv>)", sample.head))


FORMAT = LabelFormat(
    name="svl",
    title="Sonic Visualiser layers and sessions",
    suffix=".svl",
    more_suffixes=(".sv",),
    combined=False,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
