"""ELAN annotation documents: one tier per label, times in whole milliseconds."""

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo

from . import dcase
from .base import ImportResult, Keeps, LabelFormat, Output, ReadOptions, WriteOptions
from .collect import Collector
from .text import whole_text
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


def parse_xml(path: Path, text: str) -> ET.Element:
    """The root of an XML file. Raises LabelsError with the line; entities are refused."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise LabelsError(path, "defines entities of its own, which is not allowed here")
    try:
        body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff"), count=1)
        return ET.fromstring(body)  # the text is decoded, whatever its declaration says
    except ET.ParseError as error:
        raise LabelsError(
            path, f"is not well-formed XML ({error.msg})", line=error.position[0]
        ) from error


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("eaf", path, options)
    root = parse_xml(path, whole_text(path, options.encoding))
    if root.tag != "ANNOTATION_DOCUMENT":
        raise LabelsError(path, "is not an ELAN document")
    header = root.find("HEADER")
    unit = header.get("TIME_UNITS", "milliseconds") if header is not None else "milliseconds"
    if unit != "milliseconds":
        raise LabelsError(path, f"counts time in {unit}, not milliseconds")
    name = _media(root)
    collector.recording(name)
    times = {
        slot.get("TIME_SLOT_ID", ""): slot.get("TIME_VALUE")
        for slot in root.iterfind("TIME_ORDER/TIME_SLOT")
    }
    for tier in root.iterfind("TIER"):
        tier_name = tier.get("TIER_ID", "")
        for node in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
            start, end = (
                _time(collector, times, node.get(f"TIME_SLOT_REF{k}", ""), tier_name)
                for k in (1, 2)
            )
            label = node.findtext("ANNOTATION_VALUE") or tier_name
            if start is None or end is None:
                collector.warn(f"{label!r} in the tier {tier_name!r} has no time of its own")
                continue
            if end < start:
                raise collector.error(f"times run backwards in the tier {tier_name!r}")
            collector.event(name, start, end, label)
        if tier.find("ANNOTATION/REF_ANNOTATION") is not None:
            collector.warn(f"the tier {tier_name!r} depends on another and was left out")
    return collector.result()


def _time(collector: Collector, times: dict[str, str | None], slot: str, tier: str) -> float | None:
    """The slot's time in seconds; None where ELAN left it open."""
    if slot not in times:
        raise collector.error(f"the tier {tier!r} names the unknown time slot {slot!r}")
    text = times[slot]
    return None if text is None else round(collector.seconds(text, None, "time slot") / 1000, 6)


def _media(root: ET.Element) -> str | None:
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    url = (media.get("MEDIA_URL") or media.get("RELATIVE_MEDIA_URL")) if media is not None else None
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
    keeps=frozenset({Keeps.PATH, Keeps.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-3,
    fit=fit_milliseconds,
    recognise=lambda head: "<ANNOTATION_DOCUMENT" in head,
)
