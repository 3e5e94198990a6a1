"""RTTM, the list of segments that speaker diarization writes: ten fields separated by blanks."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from yamnet_gui.core.events import LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .dcase import UNLABELLED
from .json_values import shown
from .notes import noted
from .recording_ids import recording_ids
from .sample import Sample
from .text import lines, number

FIELDS = ("type", "file", "channel", "onset", "duration", "text", "subtype", "name", "confidence",
          "lookahead")  # fmt: skip
EMPTY = "<NA>"
SPEAKER = "SPEAKER"
_TYPES = (SPEAKER, "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX", "NON-SPEECH",
          "FILLER", "EDIT", "IP", "SU", "CB", "A/P", "SPKR-INFO")  # fmt: skip
_STEP_S = 1e-6
NO_VALUE = frozenset(
    {EMPTY, "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
     "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)  # fmt: skip
"""Words that readers built on pandas (pyannote.database) take for nothing."""


def clean(text: str) -> str:
    """A label as one field: no blanks, no quotes, never empty, no word that stands for nothing."""
    word = re.sub(r"[\s\0]+", "_", text.strip().replace('"', "'")) or UNLABELLED
    return f"{word}_" if word in NO_VALUE else word


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """One SPEAKER line for each event; blanks in names of recordings are written as %20."""

    def rows() -> Iterator[str]:
        for recording, name in zip(
            recordings, recording_ids(recordings, options, NO_VALUE), strict=True
        ):
            file = "".join(quote(c) if c in '%"\0' or c.isspace() else c for c in name)
            for event in recording.events:
                onset_s = round(event.onset_s, 6)
                length_s = round(round(event.offset_s, 6) - onset_s, 6)
                score = EMPTY if event.score_max is None else number(event.score_max)
                times = f"{number(onset_s)} {number(length_s)}"
                label = clean(event.label)
                yield f"{SPEAKER} {file} 1 {times} {EMPTY} {EMPTY} {label} {score} {EMPTY}\n"

    return {"": rows()}


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
        row["file"] = _file(collector, row["file"])
        rows.append((line, row))
        channels[row["file"]].add(row["channel"])
    for line, row in rows:
        if row["onset"] == EMPTY:
            collector.left_out(f"line {line}", "line", "without times")
        else:
            _read_row(collector, row, line, several=len(channels[row["file"]]) > 1)
    return collector.result()


def _file(collector: Collector, name: str) -> str:
    """The recording's name: as it stands, or with what `write` makes of blanks undone."""
    if "%" not in name:
        return name
    return collector.first_known(name, unquote(name, errors="surrogateescape"))


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
    capabilities=frozenset({Capability.SCORE_MAX}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=_STEP_S,
    recognise=_recognise,
)
