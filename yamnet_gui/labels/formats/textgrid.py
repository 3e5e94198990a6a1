"""Praat TextGrids: one tier per label; written in the long form, read in all forms."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording

from .base import Capability, ImportResult, LabelFormat, Output, ReadOptions, WriteOptions
from .collector import Collector
from .dcase import clean
from .text import number, whole_text
from .tiers import Tier, spread

_SHORTEST_S = 1e-6
_LONGEST_LABEL = 1 << 16
_VALUE = re.compile(
    r"(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)%?(?=\s|$)|(?P<flag><[^>\s]*>)"
    r"|(?P<comment>![^\n]*)|(?P<word>[^\s\"]\S*)"
)
_BLANKS = re.compile(r"\s*")


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    def lines() -> Iterator[str]:
        for recording in recordings:
            yield from _grid(recording)

    return {"": lines()}


def _grid(recording: LabelledRecording) -> Iterator[str]:
    spans = [
        (FORMAT.clean_time(e.onset_s), FORMAT.clean_time(e.offset_s), clean(e.label))
        for e in recording.events
    ]
    last = max((end for _, end, _ in spans), default=0.0)
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


class _Tokens:
    """The values of a Praat text file in order; words between them have no meaning."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._at = 0
        self._begin = 0
        self._counted = (0, 1)  # position, and the line it is on

    @property
    def line(self) -> int:
        """The line of the last value; counted on from the last time it was asked for."""
        position, line = self._counted
        line += self._text.count("\n", position, self._begin)
        self._counted = (self._begin, line)
        return line

    def error(self, reason: str) -> LabelsError:
        return LabelsError(self._path, reason, line=self.line)

    def _next(self, wanted: str) -> str:
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._begin = self._at = blanks.end() if blanks else self._at
            if self._at >= len(self._text):
                raise self.error("the file ends too early")
            kind, value = self._value()
            if kind == wanted:
                return value
            if kind in ("text", "number"):
                raise self.error(f"a {wanted} is expected instead of {value[:40]!r}")

    def _value(self) -> tuple[str, str]:
        if self._text[self._at] == '"':
            return "text", self._quoted()
        match = _VALUE.match(self._text, self._at)
        assert match is not None  # a word is anything but blanks and quotes
        self._at = match.end()
        kind = match.lastgroup or ""
        return kind, match.group(kind)

    def _quoted(self) -> str:
        """The text between quotes, where two of them stand for one."""
        begin = end = self._at + 1
        while True:
            end = self._text.find('"', end, begin + _LONGEST_LABEL)
            if end < 0:
                raise self.error("a quote is not closed")
            if not self._text.startswith('""', end):
                self._at = end + 1
                return self._text[begin:end].replace('""', '"')
            end += 2

    def text(self) -> str:
        return self._next("text")

    def number(self) -> float:
        return float(self._next("number"))

    def flag(self) -> str:
        return self._next("flag")

    def count(self) -> int:
        value = self.number()
        if value < 0 or value != int(value) or value > len(self._text):
            raise self.error(f"{value:g} is not a possible number of things")
        return int(value)


def read(path: Path, options: ReadOptions) -> ImportResult:
    collector = Collector("textgrid", path, options)
    tokens = _Tokens(path, whole_text(path, options.encoding, begins='F"'))
    if tokens.text() != "ooTextFile" or tokens.text() != "TextGrid":
        raise LabelsError(path, "is not a TextGrid in text form", "save it as a text file in Praat")
    tokens.number()
    collector.recording(None, duration_s=tokens.number())
    if tokens.flag() == "<exists>":
        for _ in range(tokens.count()):
            _read_tier(collector, tokens)
    return collector.result()


def _read_tier(collector: Collector, tokens: _Tokens) -> None:
    kind, name = tokens.text(), tokens.text()
    if kind not in ("IntervalTier", "TextTier"):
        raise tokens.error(f"{kind!r} is not a kind of tier")
    tokens.number()
    tokens.number()
    last = 0.0
    for _ in range(tokens.count()):
        start = tokens.number()
        line = tokens.line
        end = tokens.number() if kind == "IntervalTier" else start
        label = tokens.text()
        if start < 0:
            raise collector.error(f"the time {start:g} is negative", line)
        if end < start or start < last - 1e-9:
            raise collector.error(f"times run backwards in the tier {name[:40]!r}", line)
        last = end if kind == "IntervalTier" else start
        if label.strip() or kind == "TextTier":
            collector.event(None, start, end, label, line)


FORMAT = LabelFormat(
    name="textgrid",
    title="Praat TextGrid",
    suffix=".TextGrid",
    combined=False,
    capabilities=frozenset({Capability.DURATION, Capability.EMPTY}),
    write=write,
    read=read,
    clean=clean,
    time_step_s=1e-6,
    recognise=lambda sample: "ooTextFile" in sample.head[:200] and "TextGrid" in sample.head[:400],
)
