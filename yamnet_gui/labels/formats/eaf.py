"""ELAN annotation documents: one tier per label, times in whole milliseconds."""

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo

from . import dcase
from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .text import blocks
from .tiers import spread

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


def _spans(recording: LabelledRecording) -> list[tuple[float, float, str]]:
    fitted = [fit_milliseconds(e, recording.recording) for e in recording.events]
    return [(e.onset_s, e.offset_s, clean(e.label)) for e in fitted]


def _url(path: Path) -> str:
    text = quote(path.as_posix(), safe="/:", errors="surrogateescape")
    return f"file://{text}" if path.is_absolute() else f"./{text}"


def _relative(path: Path, folder: Path | None) -> str:
    if folder is not None and path.is_absolute():
        try:
            path = Path(os.path.relpath(path, folder.resolve()))
        except ValueError:  # on another drive
            path = Path(path.name)
    return f"./{quote(path.as_posix(), errors='surrogateescape')}"


_Row = tuple[str, str, str, str]
"""Tier, two time slots, value."""


class _Document:
    """Takes from the XML what is needed as it goes by, so that memory holds nothing else."""

    deepest = 32

    def __init__(self, path: Path) -> None:
        self._path = path
        self._depth = 0
        self._text: list[str] | None = None
        self.unit = "milliseconds"
        self.media: str | None = None
        self.slots: dict[str, str | None] = {}
        self.tier = ""
        self.rows: list[_Row] = []
        self.dependent: dict[str, None] = {}

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise LabelsError(self._path, "has a DOCTYPE, which could define custom entities")

    def start(self, tag: str, values: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self.deepest or (self._depth == 1) != (tag == "ANNOTATION_DOCUMENT"):
            raise LabelsError(self._path, "is not an ELAN document")
        if tag == "HEADER":
            self.unit = values.get("TIME_UNITS", self.unit)
        elif tag == "MEDIA_DESCRIPTOR" and self.media is None:
            self.media = values.get("MEDIA_URL") or values.get("RELATIVE_MEDIA_URL")
        elif tag == "TIME_SLOT":
            self.slots[values.get("TIME_SLOT_ID", "")] = values.get("TIME_VALUE")
        elif tag == "TIER":
            self.tier = values.get("TIER_ID", "")
        elif tag == "ALIGNABLE_ANNOTATION":
            first, second = (values.get(f"TIME_SLOT_REF{k}", "") for k in (1, 2))
            self.rows.append((self.tier, first, second, ""))
        elif tag == "REF_ANNOTATION":
            self.dependent.setdefault(self.tier)
        elif tag == "ANNOTATION_VALUE":
            self._text = []

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "ANNOTATION_VALUE" and self._text is not None:
            if self.rows and self.tier not in self.dependent:
                self.rows[-1] = (*self.rows[-1][:3], "".join(self._text))
            self._text = None

    def close(self) -> "_Document":
        return self


def _parsed(path: Path, blocks: Iterable[str]) -> _Document:
    """Raises LabelsError, with the line where the XML is not well-formed."""
    document = _Document(path)
    parser = ET.XMLParser(target=document)
    try:
        for block in blocks:
            parser.feed(block)
        parser.close()
    except ET.ParseError as error:
        line = error.position[0]
        raise LabelsError(path, f"is not well-formed XML ({error.msg})", line=line) from error
    return document


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("eaf", path, options)
    document = _parsed(path, blocks(path, options.encoding, begins="<"))
    if document.unit != "milliseconds":
        raise LabelsError(path, f"gives times in {document.unit}, not milliseconds")
    name = _media(document.media)
    collector.recording(name)
    for tier, first, second, value in document.rows:
        start = _time(collector, document.slots, first, tier)
        end = _time(collector, document.slots, second, tier)
        label = value or tier
        if start is None or end is None:
            collector.warn(f"{label!r} in the tier {tier!r} has no time")
            continue
        if end < start:
            raise collector.error(f"times run backwards in the tier {tier!r}")
        collector.event(name, start, end, label)
    for tier in document.dependent:
        collector.warn(f"the tier {tier!r} depends on another and was left out")
    return collector.result()


def _time(collector: Collector, times: dict[str, str | None], slot: str, tier: str) -> float | None:
    """The slot's time in seconds; None where ELAN left it open."""
    if slot not in times:
        raise collector.error(f"the tier {tier!r} names the unknown time slot {slot!r}")
    text = times[slot]
    return None if text is None else round(collector.seconds(text, None, "time slot") / 1000, 6)


def _media(url: str | None) -> str | None:
    if not url:
        return None
    path = unquote(urlsplit(url).path if url.startswith("file:") else url, errors="surrogateescape")
    windows = PureWindowsPath(path.lstrip("/"))
    if windows.drive:
        return windows.as_posix()
    return PurePosixPath(path).as_posix() or None


FORMAT = LabelFormat(
    name="eaf",
    title="ELAN",
    suffix=".eaf",
    combined=False,
    capabilities=frozenset({Capability.PATH, Capability.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-3,
    fit=fit_milliseconds,
    recognise=lambda sample: "<ANNOTATION_DOCUMENT" in sample.head,
)
