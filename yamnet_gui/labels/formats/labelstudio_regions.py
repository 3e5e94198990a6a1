"""What a Label Studio annotation says: its results gathered into regions with labels and notes.

One region is one or several results that share an id (exports in JSON) or their times (short
exports): its labels, and choices, texts or ratings about it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .collector import Collector
from .json_values import list_of, seconds_of, shown, text_of
from .labelstudio_plain import PLAIN
from .notes import noted

_KINDS = ("choices", "taxonomy", "textarea", "text", "rating", "number", "datetime")
"""Values that a region can have beside its labels, those that may stand for a label first."""


@dataclass
class Region:
    """A span of the recording, or the whole of it where `start_s` is None."""

    identity: str = ""
    start_s: float | None = None
    end_s: float | None = None
    labels: list[str] = field(default_factory=list)
    control: str = ""  # the control that gave the labels
    others: list[tuple[str, str, list[str]]] = field(default_factory=list)  # kind, name, values
    score: Any = None
    text: str = ""

    @property
    def where(self) -> str:
        if self.start_s is None or self.end_s is None:
            return "about the whole recording"
        return f"{self.start_s:g} to {self.end_s:g} s"

    def named(self) -> tuple[list[str], str]:
        """The region's labels and its note.

        A region without labels goes by the first choice, taxonomy or text about it.
        """
        labels, others = list(self.labels), list(self.others)
        for kind in ("choices", "taxonomy", "text"):
            first = next((o for o in others if not labels and o[0] == kind), None)
            if first is not None:
                others.remove(first)
                if kind == "text":
                    labels = [" ".join(first[2])]
                elif kind == "choices":
                    labels = first[2]
                else:
                    labels = [path.rpartition(" > ")[2] for path in first[2]]
                    others = [*others, first] if any(" > " in p for p in first[2]) else others
        properties = [(name, value) for kind, name, values in others if kind != "text"
                      for value in values]  # fmt: skip
        texts = [value for kind, _, values in others if kind == "text" for value in values]
        return labels, noted(properties, "\n".join([self.text, *texts] if self.text else texts))


def regions_of(collector: Collector, results: Iterable[Any], where: str) -> Iterator[Region]:
    """The regions of one annotation or prediction, in order. Broken results are named."""
    regions: dict[object, Region] = {}
    for n, result in enumerate(results, start=1):
        at = f"{where}, result {n}"
        with collector.row(at):
            _add(collector, regions, result, at)
    yield from regions.values()


def _add(collector: Collector, regions: dict[object, Region], result: Any, at: str) -> None:
    if not isinstance(result, dict):
        raise collector.error(f"{shown(result)} is not a result")
    if result.get("type") == "relation":
        collector.left_out(at, "relation", "between regions")
        return
    value = result.get("value")
    if not isinstance(value, dict):
        raise collector.error("it has no value")
    timed = "start" in value and "end" in value
    if _of_another_kind(value, timed):
        collector.left_out(at, "result", "about text, pictures or frames")
        return
    start_s = seconds_of(collector, value["start"], "start") if timed else None
    end_s = seconds_of(collector, value["end"], "end") if timed else None
    identity = text_of(result.get("id"))
    key: object = identity or (start_s, end_s, text_of(value.get("channel")))
    labels = _labels(collector, result, value)
    region = regions.get(key)
    if not timed:
        if region is None or not identity:
            region = regions.setdefault(("whole", at), Region())
    elif region is None or (region.start_s is None):
        region = regions.setdefault(key, Region(identity, start_s, end_s))
    elif (region.start_s, region.end_s) != (start_s, end_s):
        collector.warn(f"{at}: the region id {identity!r} is used twice; read as another region")
        region = regions.setdefault((key, at), Region(identity, start_s, end_s))
    _fill(region, result, value, labels)


def _of_another_kind(value: Mapping[str, Any], timed: bool) -> bool:
    """Whether the span is one of characters, pixels or frames."""
    if not timed:
        return any(key in value for key in ("x", "points", "ranges", "sequence", "startOffset"))
    return isinstance(value.get("text"), str) or "startOffset" in value


def _labels(collector: Collector, result: Mapping[str, Any], value: Mapping[str, Any]) -> list[str]:
    kind = text_of(result.get("type"))
    key = next((k for k in (kind, "labels", "timeserieslabels") if k.endswith("labels")
                and value.get(k) is not None), "labels")  # fmt: skip
    labels = list_of(collector, value, key)
    if not all(isinstance(label, str) for label in labels):
        raise collector.error("labels are not a list of names")
    return list(dict.fromkeys(labels))


def _fill(
    region: Region, result: Mapping[str, Any], value: Mapping[str, Any], labels: Sequence[str]
) -> None:
    name = text_of(result.get("from_name"))
    if labels and region.labels and name != region.control:
        region.others.append(("labels", name or "labels", list(labels)))
    elif labels:
        region.control = name
        region.labels += [label for label in labels if label not in region.labels]
    if region.score is None:
        region.score = result.get("score")
    meta = result.get("meta")
    texts = meta.get("text") if isinstance(meta, dict) else None
    if texts is not None and not region.text:
        region.text = "\n".join(_texts(texts))
    for kind in _KINDS if not value.keys() <= PLAIN else ():
        values = _texts(value.get(kind))
        if values:
            kind = "text" if kind == "textarea" else kind
            region.others.append((kind, name or kind, values))


def _texts(value: Any) -> list[str]:
    """Choices, texts, ratings and taxonomies as texts; a path of a taxonomy as "A > B"."""
    if not isinstance(value, list):
        text = text_of(value)
        return [text] if text else []
    texts = []
    for entry in value:
        text = " > ".join(map(text_of, entry)) if isinstance(entry, list) else text_of(entry)
        if text:
            texts.append(text)
    return texts
