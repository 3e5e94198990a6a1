"""ELAN annotation documents: one tier per label, times in whole milliseconds."""

import os
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.core.storage.notation import is_stored, written

from . import dcase
from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .eaf_times import Annotation, spans
from .media_address import file_of
from .notes import TIER, property_of
from .text import blocks
from .tiers import Span, fit_tier, spread, tier_note
from .xml_files import parse

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
_MIME = {".wav": "audio/x-wav", ".mp3": "audio/mpeg", ".mp4": "video/mp4"}


def clean(text: str) -> str:
    """A label on one line, never empty, without characters that XML cannot hold."""
    return dcase.clean(_UNPRINTABLE.sub(" ", text))


def fit_milliseconds(event: Event, info: RecordingInfo) -> Event:
    """Times in whole milliseconds, at least one long: shorter spans cannot be shown."""
    onset_s = round(event.onset_s, 3)
    offset_s = max(round(event.offset_s, 3), round(onset_s + 0.001, 3))
    return replace(event, onset_s=onset_s, offset_s=offset_s)


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    (recording,) = recordings
    info = recording.recording
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "AUTHOR": clean(options.curator_name) if options.curator_name else "",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
        },
    )
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    media = {"MEDIA_URL": _url(info.path), "MIME_TYPE": _MIME.get(info.path.suffix.lower(), "*/*")}
    media["RELATIVE_MEDIA_URL"] = _relative(info.path, options.folder)
    ET.SubElement(header, "MEDIA_DESCRIPTOR", media)
    order = ET.SubElement(root, "TIME_ORDER")
    slots = annotations = 0
    for tier in spread(_spans(recording)):
        node = ET.SubElement(
            root, "TIER", {"LINGUISTIC_TYPE_REF": "default-lt", "TIER_ID": tier.name}
        )
        for start, end, label in tier.spans:
            for k, value in enumerate((start, end), start=1):
                slot = {"TIME_SLOT_ID": f"ts{slots + k}", "TIME_VALUE": str(round(value * 1000))}
                ET.SubElement(order, "TIME_SLOT", slot)
            annotations += 1
            refs = {
                "ANNOTATION_ID": f"a{annotations}",
                "TIME_SLOT_REF1": f"ts{slots + 1}",
                "TIME_SLOT_REF2": f"ts{slots + 2}",
            }
            slots += 2
            outer = ET.SubElement(node, "ANNOTATION")
            inner = ET.SubElement(outer, "ALIGNABLE_ANNOTATION", refs)
            ET.SubElement(inner, "ANNOTATION_VALUE").text = label
    kind = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": "default-lt"}
    ET.SubElement(root, "LINGUISTIC_TYPE", {**kind, "TIME_ALIGNABLE": "true"})
    ET.indent(root)
    return {"": ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"}


def _spans(recording: LabelledRecording) -> Iterator[tuple[Span, str]]:
    for event in recording.events:
        fitted = _fit(event, recording.recording)
        tier = property_of(fitted.note, TIER)
        yield (fitted.onset_s, fitted.offset_s, clean(fitted.label)), tier


def _fit(event: Event, info: RecordingInfo) -> Event:
    return fit_tier(fit_milliseconds(event, info), clean)


def _url(path: Path) -> str:
    if is_stored(path):
        return written(path)
    text = quote(path.as_posix(), safe="/:", errors="surrogateescape")
    return f"file://{text}" if path.is_absolute() else f"./{text}"


def _relative(path: Path, folder: Path | None) -> str:
    if is_stored(path):
        return written(path)
    if folder is not None and path.is_absolute():
        try:
            path = Path(os.path.relpath(path, folder.resolve()))
        except ValueError:  # on another drive
            path = Path(path.name)
    return f"./{quote(path.as_posix(), errors='surrogateescape')}"


@dataclass(frozen=True, slots=True)
class _Media:
    """A recording that the document is about; its time `origin_s` is the document's 0."""

    name: str
    is_audio: bool
    origin_s: float


class _Document:
    """Takes from the XML what is needed as it goes by, so that memory holds nothing else."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._text: list[str] | None = None
        self._open: dict[str, str] = {}
        self._value = ""
        self.unit = "milliseconds"
        self.media: list[_Media] = []
        self.slots: dict[str, str | None] = {}
        self.tiers: dict[str, str] = {}  # name → the tier above it
        self._tier = ""
        self.annotations: list[Annotation] = []

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag == "HEADER":
            self.unit = values.get("TIME_UNITS", self.unit)
        elif tag == "MEDIA_DESCRIPTOR":
            self._add_media(values)
        elif tag == "TIME_SLOT":
            self.slots[values.get("TIME_SLOT_ID", "")] = values.get("TIME_VALUE")
        elif tag == "TIER":
            self._tier = values.get("TIER_ID", "")
            self.tiers[self._tier] = values.get("PARENT_REF", "")
        elif tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            self._open, self._value = values, ""
        elif tag == "ANNOTATION_VALUE":
            self._text = []

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == "ANNOTATION_VALUE":
            self._value, self._text = "".join(self._text or ()), None
        elif tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            values = self._open
            slots = values.get("TIME_SLOT_REF1", ""), values.get("TIME_SLOT_REF2", "")
            annotation = Annotation(
                values.get("ANNOTATION_ID", ""),
                self._tier,
                self._value,
                slots if tag == "ALIGNABLE_ANNOTATION" else None,
                values.get("ANNOTATION_REF", ""),
                values.get("PREVIOUS_ANNOTATION", ""),
            )
            self.annotations.append(annotation)

    def _add_media(self, values: dict[str, str]) -> None:
        address = values.get("MEDIA_URL") or values.get("RELATIVE_MEDIA_URL") or ""
        name = file_of(address)
        if name is None:
            if address:
                self._collector.warn(f"the address {address[:60]!r} names no recording")
            return
        origin = values.get("TIME_ORIGIN") or "0"
        milliseconds = self._collector.number(origin, None, "the time origin") or 0.0
        is_audio = values.get("MIME_TYPE", "").startswith("audio/")
        self.media.append(_Media(name, is_audio, milliseconds / 1000))


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads all tiers; those below others have the times of their parents, or share them out."""
    collector = Collector("eaf", path, options)
    document = _Document(collector)
    text = blocks(path, options.encoding, begins="<")
    parse(path, text, "ANNOTATION_DOCUMENT", document, "an ELAN document")
    if document.unit != "milliseconds":
        raise LabelsError(path, f"gives times in {document.unit}, not milliseconds")
    media = _chosen(document.media, options)
    name = media.name if media else None
    collector.recording(name)
    counts = Counter(a.tier for a in document.annotations)
    wanted = {tier for tier in document.tiers if collector.tier(tier, counts[tier])}
    slots = {
        slot: None if text is None else _seconds(collector, text, media)
        for slot, text in document.slots.items()
    }
    times = spans(document.annotations, slots, {k: v for k, v in document.tiers.items() if v})
    for k, annotation in enumerate(document.annotations):
        if annotation.tier in wanted:
            _read_annotation(collector, name, annotation, slots, times.get(k), document.tiers)
    return collector.result()


def _chosen(media: Sequence[_Media], options: ReadOptions) -> _Media | None:
    """Of several recordings (often a video and its sound) a known one, else the sound."""
    known = {info.path.name.casefold() for info in options.recordings}
    there = [m for m in media if PurePosixPath(m.name).name.casefold() in known]
    return next(iter((*there, *(m for m in media if m.is_audio), *media)), None)


def _seconds(collector: Collector, text: str, media: _Media | None) -> float:
    seconds = collector.seconds(text, None, "time slot") / 1000
    return round(seconds + (media.origin_s if media else 0.0), 6)


def _read_annotation(
    collector: Collector,
    name: str | None,
    annotation: Annotation,
    slots: Mapping[str, float | None],
    span: tuple[float, float] | None,
    tiers: Collection[str],
) -> None:
    tier = annotation.tier
    for slot in annotation.slots or ():
        if slot not in slots:
            raise collector.error(f"the tier {tier!r} names the unknown time slot {slot!r}")
    if not annotation.value and annotation.slots is None:
        collector.left_out(f"in the tier {tier!r}", "annotation", "without a text")
        return
    label = annotation.value or tier
    if span is None:
        collector.warn(f"{label!r} in the tier {tier!r} has no time")
        return
    if span[1] < span[0]:
        raise collector.error(f"times run backwards in the tier {tier!r}")
    collector.event(name, *span, label, note=tier_note(tier, label, tiers))


FORMAT = LabelFormat(
    name="eaf",
    title="ELAN",
    suffix=".eaf",
    combined=False,
    capabilities=frozenset({Capability.PATH, Capability.EMPTY, Capability.NOTE}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-3,
    fit=_fit,
    recognise=lambda sample: "<ANNOTATION_DOCUMENT" in sample.head,
)
