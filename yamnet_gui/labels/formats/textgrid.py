"""Praat TextGrids: one tier per label; written in the long form, read in all forms of Praat."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .dcase import clean
from .json_values import shown
from .notes import TIER, property_of
from .praat_values import BINARY, BinaryValues, PraatValues, TextValues
from .sample import Sample
from .text import LARGEST_WHOLE, number, whole_text
from .tiers import Tier, fit_tier, spread, tier_note

_SHORTEST_S = 1e-6
_TINY_S = 1e-3
"""Overlaps and gaps up to this are rounding errors of other programs."""
_CHRONOLOGICAL = "Praat chronological TextGrid text file"


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def lines() -> Iterator[str]:
        for recording in recordings:
            yield from _grid(recording)

    return {"": lines()}


def _grid(recording: LabelledRecording) -> Iterator[str]:
    spans = []
    for event in recording.events:
        times = FORMAT.clean_time(event.onset_s), FORMAT.clean_time(event.offset_s)
        name = property_of(_fit(event, recording.recording).note, TIER)
        spans.append(((*times, clean(event.label)), name))
    last = max((end for (_, end, _), _ in spans), default=0.0)
    xmax = max(FORMAT.clean_time(recording.recording.duration_s), last, _SHORTEST_S)
    tiers = spread(spans, points_apart=True) or [Tier("events", False)]
    yield 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    yield f"xmin = 0\nxmax = {number(xmax)}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:\n"
    for k, tier in enumerate(tiers, start=1):
        kind = "TextTier" if tier.points else "IntervalTier"
        yield f"    item [{k}]:\n        class = {_quoted(kind)}\n"
        yield f"        name = {_quoted(tier.name)}\n"
        yield f"        xmin = 0\n        xmax = {number(xmax)}\n"
        yield from _points(tier) if tier.points else _intervals(tier, xmax)


def _points(tier: Tier) -> Iterator[str]:
    yield f"        points: size = {len(tier.spans)}\n"
    for k, (start, _, label) in enumerate(tier.spans, start=1):
        yield f"        points [{k}]:\n            number = {number(start)}\n"
        yield f"            mark = {_quoted(label)}\n"


def _intervals(tier: Tier, xmax: float) -> Iterator[str]:
    """The whole time from 0 to `xmax`, gaps as intervals without text."""
    filled: list[tuple[float, float, str]] = []
    done = 0.0
    for start, end, label in tier.spans:
        if start > done:
            filled.append((done, start, ""))
        filled.append((start, end, label))
        done = end
    if done < xmax:
        filled.append((done, xmax, ""))
    yield f"        intervals: size = {len(filled)}\n"
    for k, (start, end, label) in enumerate(filled, start=1):
        yield f"        intervals [{k}]:\n"
        yield f"            xmin = {number(start)}\n            xmax = {number(end)}\n"
        yield f"            text = {_quoted(label)}\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@dataclass
class _Tier:
    """A tier as it is read: (start, end, label, line) of each annotation."""

    name: str
    points: bool
    annotations: list[tuple[float, float, str, int | None]] = field(default_factory=list)


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads text files (long, short, chronological), binary files, and collections of TextGrids."""
    collector = Collector("textgrid", path, options)
    values = _values(path, options)
    kind = values.kind()
    if kind == _CHRONOLOGICAL and isinstance(values, TextValues):
        _add(collector, None, values, _chronological)
    elif kind == "Collection":
        for _ in range(values.count()):
            kind, name = values.kind(), values.text()
            if kind != "TextGrid":
                reason = f"is a collection that holds a {shown(kind)}, too"
                raise LabelsError(path, reason, "save the TextGrids alone in Praat")
            _add(collector, name, values, _tiers)
    elif kind == "TextGrid":
        _add(collector, None, values, _tiers)
    else:
        raise LabelsError(path, f"is not a TextGrid of Praat but a {shown(kind)}")
    return collector.result()


def _values(path: Path, options: ReadOptions) -> PraatValues:
    """The values of the file from the class of its object on."""
    if options.sample_of(path).data.startswith(BINARY):
        size = path.stat().st_size
        if size > LARGEST_WHOLE:
            raise LabelsError(path, f"is {size >> 20} MiB, too large for a label file")
        return BinaryValues(path, path.read_bytes())
    text = whole_text(path, options.encoding, begins='F"')
    values = TextValues(path, text)
    first = values.text()
    if first == _CHRONOLOGICAL:
        return TextValues(path, text)
    if first not in ("ooTextFile", "ooTextFile short"):
        raise LabelsError(path, "is not a TextGrid of Praat", "save it as a text file in Praat")
    return values


def _add(
    collector: Collector,
    name: str | None,
    values: PraatValues,
    read_tiers: Callable[[Any], list[_Tier]],
) -> None:
    """One TextGrid with its times and tiers; `name` is that of its recording, if it has one."""
    begins_s = values.number()
    collector.recording(name, duration_s=max(values.number(), 0.0))
    if begins_s:
        collector.warn(f"its times begin at {begins_s:g} s; they are read as times of the file")
    tiers = read_tiers(values)
    names = {tier.name for tier in tiers}
    for tier in tiers:
        labelled = [a for a in tier.annotations if tier.points or a[2].strip()]
        if collector.tier(tier.name, len(labelled)):
            for start, end, label, line in labelled:
                if start < 0:
                    raise collector.error(f"the time {start:g} is negative", line)
                note = tier_note(tier.name, label, names)
                collector.event(name, start, end, label, line, note=note)
            _name_overlaps(collector, tier)


def _tiers(values: PraatValues) -> list[_Tier]:
    tiers = []
    if values.exists():
        for _ in range(values.count()):
            tier = _head(values)
            for _ in range(values.count()):
                _read_annotation(values, tier)
            tiers.append(tier)
    return tiers


def _chronological(values: TextValues) -> list[_Tier]:
    """All tiers first, then the annotations of all of them in order of time."""
    tiers = [_head(values) for _ in range(values.count())]
    while not values.at_end():
        number = values.count()
        if not 1 <= number <= len(tiers):
            raise values.error(f"there is no tier {number}")
        _read_annotation(values, tiers[number - 1])
    return tiers


def _head(values: PraatValues) -> _Tier:
    kind, name = values.kind(), values.text()
    if kind not in ("IntervalTier", "TextTier"):
        raise values.error(f"{shown(kind)} is not a kind of tier")
    values.number()
    values.number()
    return _Tier(name, points=kind == "TextTier")


def _read_annotation(values: PraatValues, tier: _Tier) -> None:
    start = values.number()
    line = values.line
    end = start if tier.points else values.number()
    label = values.text()
    if end < start - _TINY_S:
        raise values.error(f"times run backwards in the tier {tier.name[:40]!r}")
    tier.annotations.append((start, max(start, end), label, line))


def _name_overlaps(collector: Collector, tier: _Tier) -> None:
    """Praat reads them without a word; they are rounding errors, or else worth a look."""
    last = 0.0
    for start, end, _, line in tier.annotations:
        if start < last - _TINY_S:
            collector.warn(f"intervals overlap in the tier {tier.name[:40]!r}", line)
            return
        last = max(last, end)


def _fit(event: Event, info: RecordingInfo) -> Event:
    return fit_tier(event, clean)


def _recognise(sample: Sample) -> bool:
    if sample.data.startswith(BINARY):
        return True
    head = sample.head.lstrip()[:400]
    return "ooTextFile" in head[:200] or head.startswith(f'"{_CHRONOLOGICAL}"')


FORMAT = LabelFormat(
    name="textgrid",
    title="Praat TextGrid",
    suffix=".TextGrid",
    combined=False,
    capabilities=frozenset({Capability.DURATION, Capability.EMPTY, Capability.NOTE}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-6,
    fit=_fit,
    recognise=_recognise,
)
