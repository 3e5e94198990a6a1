"""RTTM, the list of segments that speaker diarization writes: ten fields separated by blanks."""

from collections import defaultdict
from pathlib import Path

from .base import ImportResult, LabelFormat, ReadOptions
from .collector import Collector
from .json_values import shown
from .notes import noted
from .sample import Sample
from .text import lines

FIELDS = ("type", "file", "channel", "onset", "duration", "text", "subtype", "name", "confidence",
          "lookahead")  # fmt: skip
EMPTY = "<NA>"
SPEAKER = "SPEAKER"
_TYPES = (SPEAKER, "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX", "NON-SPEECH",
          "FILLER", "EDIT", "IP", "SU", "CB", "A/P", "SPKR-INFO")  # fmt: skip


def read(path: Path, options: ReadOptions) -> ImportResult:
    """Reads segments by their speaker, words by their text, and others by their kind."""
    collector = Collector("rttm", path, options)
    rows = []
    channels: defaultdict[str, set[str]] = defaultdict(set)
    for line, text in enumerate(lines(path, options.encoding), start=1):
        fields = text.split()
        if not fields or fields[0].startswith(";;"):
            continue
        if fields[0] not in _TYPES:
            raise collector.error(f"{shown(fields[0])} is not a type of RTTM", line)
        if len(fields) < 8:
            raise collector.error(f"has {len(fields)} fields where 9 are needed", line)
        fields += [EMPTY] * (len(FIELDS) - len(fields))
        row = dict(zip(FIELDS, fields, strict=False))
        rows.append((line, row))
        channels[row["file"]].add(row["channel"])
    for line, row in rows:
        if row["onset"] == EMPTY:
            collector.left_out(f"line {line}", "line", "without times")
        else:
            _read_row(collector, row, line, several=len(channels[row["file"]]) > 1)
    return collector.result()


def _read_row(collector: Collector, row: dict[str, str], line: int, *, several: bool) -> None:
    onset_s = collector.seconds(row["onset"], line, "onset")
    duration = row["duration"]
    length_s = 0.0 if duration == EMPTY else collector.seconds(duration, line, "duration")
    names = [row[key] for key in ("name", "text", "subtype") if row[key] != EMPTY]
    if row["type"] == "LEXEME" and row["text"] != EMPTY:  # a word; the name is who says it
        names.insert(0, row["text"])
    label = names[0] if names else row["type"].lower()
    properties = [("type", row["type"])] if row["type"] != SPEAKER else []
    properties += [(k, row[k]) for k in ("name", "text", "subtype")
                   if row[k] not in (EMPTY, label)]  # fmt: skip
    score = row["confidence"]
    collector.event(
        row["file"],
        onset_s,
        round(onset_s + length_s, 6) if length_s else onset_s,
        label,
        line,
        channel=_channel(collector, row["channel"], line) if several else None,
        score_max=None if score == EMPTY else collector.number(score, line, "confidence"),
        note=noted(properties),
    )


def _channel(collector: Collector, text: str, line: int) -> int | None:
    """Channels count from 1; a file of one channel says 1 as well, which means nothing."""
    if text == EMPTY:
        return None
    value = collector.number(text, line, "channel")
    if value is None or value != int(value) or not 1 <= value <= 1024:
        raise collector.error(f"{shown(text)} is not a channel", line)
    return int(value) - 1


def _recognise(sample: Sample) -> bool:
    for line in sample.head.split("\n"):
        fields = line.split()
        if fields and not fields[0].startswith(";;"):
            return fields[0] in _TYPES and len(fields) >= 8
    return False


FORMAT = LabelFormat(
    name="rttm",
    title="RTTM (speaker diarization)",
    suffix=".rttm",
    combined=True,
    capabilities=frozenset(),
    read=read,
    recognise=_recognise,
)
