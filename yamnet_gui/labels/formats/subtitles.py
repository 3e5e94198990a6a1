"""WebVTT and SRT subtitles: one cue per event, in whole milliseconds."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording

from . import eaf
from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .eaf import fit_milliseconds
from .text import lines

_CUE = re.compile(
    r"\s*(?P<start>(?:\d+:)?\d+:\d+(?:[.,]\d+)?)\s*-->"
    r"\s*(?P<end>(?:\d+:)?\d+:\d+(?:[.,]\d+)?)(?:\s.*)?",
    re.ASCII,
)
_TAG = re.compile(r"<[^<>]*>")


def clean(text: str) -> str:
    """A label on one line, never empty, without blanks around it and without the arrow of times."""
    return eaf.clean(eaf.clean(text).replace("-->", "→").strip())


def stamp(seconds: float, mark: str) -> str:
    """`hh:mm:ss.mmm` from the time rounded as a whole (1.9996 s is 00:00:02.000)."""
    total = round(seconds * 1000)
    minutes, milliseconds = divmod(total, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, part = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{whole:02}{mark}{part:03}"


def _cues(recording: LabelledRecording, mark: str, escape: bool) -> Iterator[str]:
    for k, event in enumerate(recording.events, start=1):
        fitted = fit_milliseconds(event, recording.recording)
        label = clean(fitted.label)
        text = html.escape(label, quote=False) if escape else label
        start, end = stamp(fitted.onset_s, mark), stamp(fitted.offset_s, mark)
        yield f"{k}\n{start} --> {end}\n{text}\n\n"


def write_webvtt(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    (recording,) = recordings

    def whole() -> Iterator[str]:
        yield "WEBVTT\n\n"
        yield from _cues(recording, ".", escape=True)

    return {"": whole()}


def write_srt(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    (recording,) = recordings
    return {"": _cues(recording, ",", escape=False)}


def read_webvtt(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("webvtt", path, options)
    collector.recording(None)
    blocks = _blocks(path, options)
    _, first = next(blocks, (1, [""]))
    if not re.fullmatch(r"\ufeff?WEBVTT([ \t].*)?", first[0]):
        raise LabelsError(path, "does not begin with WEBVTT", line=1)
    for line, block in blocks:
        if not re.match(r"(NOTE|STYLE|REGION)\b", block[0]) or "-->" in "".join(block[:2]):
            _read_cue(collector, block, line, marked_up=True)
    return collector.result()


def read_srt(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("srt", path, options)
    collector.recording(None)
    for line, block in _blocks(path, options):
        _read_cue(collector, block, line, marked_up=False)
    return collector.result()


def _blocks(path: Path, options: ReadOptions) -> Iterator[tuple[int, list[str]]]:
    """(line number, lines) of each block between blank lines."""
    block: list[str] = []
    first = 1
    for count, line in enumerate(lines(path, options.encoding), start=1):
        text = line.rstrip("\r\n")
        if text.strip():
            if not block:
                first = count
            block.append(text)
            if len(block) > 1000:
                raise LabelsError(path, "is not a list of subtitles", line=first)
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _read_cue(collector: Collector, block: list[str], line: int, *, marked_up: bool) -> None:
    at = next((k for k, text in enumerate(block[:2]) if "-->" in text), None)
    if at is None:
        raise collector.error("is no cue: it has no line with two times and an arrow", line)
    match = _CUE.fullmatch(block[at])
    if match is None:
        raise collector.error(f"the times {block[at][:60]!r} cannot be read", line + at)
    start, end = (_seconds(collector, match[name], line + at) for name in ("start", "end"))
    text = "\n".join(block[at + 1 :])
    if marked_up:
        text = html.unescape(_TAG.sub("", text))
    collector.event(None, start, end, text, line + at)


def _seconds(collector: Collector, text: str, line: int) -> float:
    parts = [collector.seconds(part, line) for part in text.replace(",", ".").split(":")]
    return round(sum(part * 60**k for k, part in enumerate(reversed(parts))), 6)


_CAPABILITIES = frozenset({Capability.EMPTY})

WEBVTT = LabelFormat(
    name="webvtt",
    title="WebVTT subtitles",
    suffix=".vtt",
    combined=False,
    capabilities=_CAPABILITIES,
    write=write_webvtt,
    read=read_webvtt,
    clean=clean,
    time_step_s=1e-3,
    fit=fit_milliseconds,
    recognise=lambda sample: sample.head.startswith("WEBVTT"),
)
SRT = LabelFormat(
    name="srt",
    title="SRT subtitles",
    suffix=".srt",
    combined=False,
    capabilities=_CAPABILITIES,
    write=write_srt,
    read=read_srt,
    clean=clean,
    time_step_s=1e-3,
    fit=fit_milliseconds,
    recognise=lambda sample: bool(re.match(r"\s*\d+\n\s*\d+:\d+:\d+[.,]\d+\s*-->", sample.head)),
)
