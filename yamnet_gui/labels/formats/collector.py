"""Gathers what a reader finds into recordings with events, checking every value on the way."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from yamnet_gui.core.class_map import SoundClass
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.event_block import events_of_columns, for_each_object
from yamnet_gui.core.event_limits import all_in_range, out_of_range
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    event_of,
)
from yamnet_gui.core.stopping import check_stopped, until_stopped
from yamnet_gui.core.text import counted, counted_more, encodable, readable_length
from yamnet_gui.labels.recording_names import FoundBy, Placement, RecordingNames, Sureness, placed

from .base import Finder, ImportResult, ReadOptions
from .text import all_numbers, all_seconds, one_line, optional_number, seconds

MOST_WARNINGS = 100
LONGEST_NAME = 4096
"""Characters of a path; no system has longer ones."""
_TEXTS = ("note", "reviewer", "id")
NO_SUCH_RECORDING = "no recording of the project is called"
"""The start of the warning that a table names an unknown recording."""


@dataclass
class _Draft:
    info: RecordingInfo
    placement: Placement
    events: list[Event] = field(default_factory=list)
    reviewed: list[ReviewedSpan] = field(default_factory=list)
    model_sha256: str = ""
    ids: set[str] = field(default_factory=set)  # those that `free_id` gave away
    declared_s: float = 0.0
    end_s: float = 0.0  # of the last event

    @property
    def known(self) -> bool:
        return self.placement.info is not None

    def update(self, info: RecordingInfo, recorded_at: datetime | None = None) -> None:
        """Takes over what is known by now of a recording that the project does not know.

        It is as long as the table says, or as its last event reaches.
        """
        longest = max(info.duration_s, self.declared_s, self.end_s)
        start = info.recorded_at or recorded_at
        if longest != info.duration_s or start != info.recorded_at:
            info = RecordingInfo(info.path, longest, info.sample_rate_hz, info.channels, start)
        self.info = info


def _plain(text: str) -> str:
    """A warning on one line: values and names in it may hold anything."""
    return readable_length(encodable(one_line(text)))


class Collector:
    """Builds an ImportResult; everything it refuses is a LabelsError with the line.

    `decimal_comma`: how the table writes numbers.
    """

    def __init__(self, format_name: str, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._format_name = format_name
        self._options = options
        self._drafts: dict[str, _Draft] = {}  # by the name in the table
        self._warnings: list[str] = []
        self._hushed = 0
        self._count = 0
        self._refused: LabelsError | None = None  # the first row that was left out as wrong
        self._left_out: dict[tuple[str, str], list[str]] = {}
        self._unknown: dict[str, None] = {}
        self._ids: set[str] = set()
        self._twins: Counter[str] = Counter()  # further rows with the contents of one, by its id
        self._labels: dict[str, tuple[str, SoundClass | None]] = {}
        self._tiers: Counter[str] = Counter()
        self._find = options.find or _finder(options)
        self.decimal_comma = False

    def error(self, reason: str, line: int | None = None, advice: str = "") -> LabelsError:
        return LabelsError(self.path, reason, advice, line=line)

    def warn(self, text: str, line: int | None = None) -> None:
        if len(self._warnings) < MOST_WARNINGS:
            text = _plain(text)
            self._warnings.append(f"line {line}: {text}" if line is not None else text)
        else:
            self._hushed += 1

    @contextmanager
    def row(self, where: str) -> Iterator[None]:
        """What is wrong inside leaves out this row only, named by `where` in a warning.

        Where no row can be read, `result` raises the first error instead.
        """
        try:
            yield
        except LabelsError as error:
            self.skip(self.error(f"{where}: {error.reason}"))

    def skip(self, error: LabelsError) -> None:
        """Leaves out a row because of this error, like `row`."""
        self._refused = self._refused or error
        self.warn(f"{error.reason}; left out")

    def left_out(self, where: str, noun: str, which: str = "") -> None:
        """Notes something that is no label: "2 regions without a label left out (first: …)"."""
        self._left_out.setdefault((noun, which), []).append(where)

    def tier(self, name: str, annotations: int) -> bool:
        """Notes a tier of the file; whether its annotations are wanted."""
        self._tiers[name] += annotations
        return self._options.tiers is None or name in self._options.tiers

    def seconds(self, text: str, line: int | None, what: str = "time") -> float:
        return seconds(self.path, text, line, what, self.decimal_comma)

    def number(self, text: str, line: int | None, what: str) -> float | None:
        return optional_number(self.path, text, line, what, self.decimal_comma)

    def all_seconds(self, cells: Sequence[str]) -> list[float] | None:
        """`seconds` of a column; None where a cell has to be looked at by itself."""
        return all_seconds(cells, self.decimal_comma)

    def all_numbers(self, cells: Sequence[str]) -> list[float | None] | None:
        """`number` of a column; None where a cell has to be looked at by itself."""
        return all_numbers(cells, self.decimal_comma)

    def first_known(self, *names: str) -> str:
        """The first of these names that means a recording; the last where none does."""

        def means_one(name: str) -> bool:
            if name in self._drafts:
                return self._drafts[name].known
            placement = self._find(self.path, name, self._options.home)
            return placement.info is not None or bool(placement.candidates)

        return next((name for name in names[:-1] if means_one(name)), names[-1])

    def recording(
        self,
        name: str | None,
        *,
        duration_s: float | None = None,
        recorded_at: datetime | None = None,
        model_sha256: str = "",
        info: RecordingInfo | None = None,
    ) -> RecordingInfo:
        """Notes a recording under the name that the table gives it (None: it names none)."""
        draft = self._drafts.get(name or "") or self._draft(name)
        if duration_s is not None and duration_s > draft.declared_s:
            draft.declared_s = duration_s
        if not draft.known:
            draft.update(info or draft.info, recorded_at)
        if model_sha256 and not draft.model_sha256:
            draft.model_sha256 = model_sha256
        return draft.info

    def event(
        self,
        name: str | None,
        onset_s: float,
        offset_s: float,
        label: str,
        line: int | None = None,
        **fields: Any,
    ) -> None:
        """Adds an event; `fields` are those of `Event`, source `imported` unless given."""
        if offset_s < onset_s:
            raise self.error(f"ends at {offset_s:g} s, before it starts at {onset_s:g} s", line)
        self._count += 1
        if not self._count & 255:
            check_stopped()
        draft = self._drafts.get(name or "") or self._draft(name)
        for what in _TEXTS:
            if text := fields.get(what):
                self._check_text(text, what, line)
        label, exact = self._labels.get(label) or self._label(label, line)
        if exact is not None and "class_index" not in fields and "mid" not in fields:
            fields["class_index"], fields["mid"] = exact.index, exact.mid
        if "source" not in fields:
            fields["source"] = EventSource.IMPORTED
        if not fields.get("id"):
            fields["id"] = self._new_id(draft.info, onset_s, offset_s, label)
        try:
            event = event_of(onset_s=onset_s, offset_s=offset_s, label=label, **fields)
        except (ValueError, OverflowError) as error:
            raise self.error(str(error), line) from error
        if reason := out_of_range(event):
            raise self.error(reason, line)
        draft.events.append(event)
        if offset_s > draft.end_s:
            draft.end_s = offset_s

    def events(self, names: Sequence[str | None], columns: dict[str, Sequence[Any]]) -> bool:
        """`event` many times, each with its name and its values in a column for each field.

        False, and nothing is added, where one of them has to be looked at by itself. Ids that are
        given differ from each other, and are given away as by `free_id`.
        """
        check_stopped()
        given = columns.get("id", ())
        if not all_in_range(columns) or not all(given):
            return False
        labels = columns["label"]
        try:
            for what in _TEXTS:
                self._check_text("".join(set(columns.get(what, ()))), what, None)
            drafts = {n: self._drafts.get(n or "") or self._draft(n) for n in dict.fromkeys(names)}
            known = {
                label: self._labels.get(label) or self._label(label, None)
                for label in dict.fromkeys(labels)
            }
        except LabelsError:
            return False
        if not all(drafts[n].ids.isdisjoint(given) for n in drafts):
            return False
        labels = columns["label"] = [known[label][0] for label in labels]
        if "class_index" not in columns and "mid" not in columns:
            classes = [known[label][1] for label in labels]
            columns["class_index"] = [None if c is None else c.index for c in classes]
            columns["mid"] = ["" if c is None else c.mid for c in classes]
        columns.setdefault("source", [EventSource.IMPORTED] * len(names))
        for name, identity in zip(names, given, strict=False):
            drafts[name].ids.add(identity)
        if not given:
            columns["id"] = self._new_ids([drafts[name] for name in names], columns)
        for name, event in zip(names, events_of_columns(len(names), columns), strict=True):
            draft = drafts[name]
            draft.events.append(event)
            if event.offset_s > draft.end_s:
                draft.end_s = event.offset_s
        return True

    def _label(self, label: str, line: int | None) -> tuple[str, SoundClass | None]:
        """The label as one text for all of its events, and its class."""
        self._check_text(label, "label", line)
        match = self._options.classes.find(label) if label else None
        exact = match if match is not None and match.name == label else None
        if exact is None:
            self._unknown.setdefault(label)
        known = self._labels[label] = (label, exact)
        return known

    def free_id(self, name: str | None, wanted: str) -> str:
        """The id for an event of this recording, with a number where it is taken already."""
        draft = self._draft(name)
        identity, n = wanted, 1
        while identity in draft.ids:
            n += 1
            identity = f"{wanted}-{n}"
        draft.ids.add(identity)
        return identity

    def reviewed(self, name: str | None, span: ReviewedSpan) -> None:
        self._check_text(span.reviewer, "reviewer", None)
        self._draft(name).reviewed.append(span)

    def result(self) -> ImportResult:
        merged: dict[Path, _Draft] = {}
        for draft in self._drafts.values():
            if not draft.known:
                draft.update(draft.info)
        placements = tuple(
            replace(
                draft.placement,
                path=draft.info.path,
                events=len(draft.events),
                declared_s=draft.declared_s,
            )
            for draft in self._drafts.values()
        )
        for draft in self._drafts.values():  # two names in the table may mean one recording
            first = merged.setdefault(draft.info.path, draft)
            if first is not draft:
                first.events += draft.events
                first.reviewed += draft.reviewed
        if self._refused and not any(d.events or d.reviewed for d in merged.values()):
            raise self._refused
        recordings = []
        for draft in until_stopped(merged.values(), 1):
            try:
                events = EventList.of(draft.events)
            except ValueError as error:
                raise self.error(f"{error} in {draft.info.path}") from error
            recordings.append(
                LabelledRecording(draft.info, events, tuple(draft.reviewed), draft.model_sha256)
            )
        warnings = [*self._unknown_tiers(), *self._what_is_left_out(), *self._warnings]
        if self._hushed:
            warnings.append(f"and {counted_more(self._hushed, 'warning')} of this kind")
        return ImportResult(
            self._format_name,
            self.path,
            tuple(recordings),
            tuple(warnings),
            tuple(self._unknown),
            unnamed="" in self._drafts,
            tiers=tuple(self._tiers.items()),
            placements=placements,
        )

    def _unknown_tiers(self) -> Iterator[str]:
        for name in self._options.tiers or ():
            if name not in self._tiers:
                yield f"there is no tier {name!r}; there are {', '.join(self._tiers) or 'none'}"

    def _what_is_left_out(self) -> Iterator[str]:
        for (noun, which), places in self._left_out.items():
            what = f"{counted(len(places), noun)} {which}".strip()
            first = _plain(places[0])
            yield f"{what} left out ({'first: ' if len(places) > 1 else ''}{first})"

    def _check_text(self, text: str, what: str, line: int | None, errors: str = "strict") -> None:
        if text.isascii() and "\0" not in text:
            return
        try:
            text.encode("utf-8", errors)
        except UnicodeEncodeError:
            raise self.error(f"the {what} {text[:40]!r} holds half a character", line) from None
        if "\0" in text:
            raise self.error(f"the {what} {text[:40]!r} holds a null character", line)

    def _draft(self, name: str | None) -> _Draft:
        key = name if name is not None else ""
        draft = self._drafts.get(key)
        if draft is None:
            # names of files may hold any bytes, which Python shows as halves of characters
            self._check_text(key, "name of the recording", None, "surrogateescape")
            if len(key) > LONGEST_NAME:
                raise self.error(f"the name of the recording {key[:40]!r}… is far too long")
            placement = self._find(self.path, name or None, self._options.home)
            info = placement.info or RecordingInfo(Path(name or self.path.stem), 0.0, 0, 0)
            if placement.info is None and self._options.recordings and not self._options.find:
                self.warn(f"{NO_SUCH_RECORDING} {info.path}")
            draft = self._drafts[key] = _Draft(info, placement)
        return draft

    def _new_id(self, info: RecordingInfo, onset_s: float, offset_s: float, label: str) -> str:
        """The same row gets the same id each time the table is read."""
        text = f"{info.path}\0{onset_s!r}\0{offset_s!r}\0{label}"
        first = identity = _digest(f"{text}\0{1}")
        if identity in self._ids:
            self._twins[first] += 1  # texts of rows that come once are not stored
            identity = _digest(f"{text}\0{self._twins[first] + 1}")
        self._ids.add(identity)
        return identity

    def _new_ids(self, drafts: Sequence[_Draft], columns: Mapping[str, Sequence[Any]]) -> list[str]:
        """`_new_id` of each row."""
        paths = for_each_object(drafts, lambda draft: str(draft.info.path))
        times = columns["onset_s"], columns["offset_s"]
        rows = zip(paths, *times, columns["label"], strict=True)
        new = [_digest(f"{path}\0{on!r}\0{off!r}\0{label}\0{1}") for path, on, off, label in rows]
        different = set(new)
        if len(different) < len(new) or not self._ids.isdisjoint(different):
            infos = [draft.info for draft in drafts]
            return list(map(self._new_id, infos, *times, columns["label"]))
        self._ids |= different
        return new


def _digest(text: str) -> str:
    return f"i{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:20]}"


def _finder(options: ReadOptions) -> Finder:
    """How names are matched to the recordings of the options, without a look at the disk."""
    names = RecordingNames(options.recordings)

    def find(table: Path, name: str | None, home: str) -> Placement:
        if name is None and options.recording is not None:
            return Placement(name, options.recording, FoundBy.CHOICE)
        asked = name if name is not None else home
        if info := names.at(asked, table.parent):
            return Placement(name, info, FoundBy.PATH)
        hits = names.named(asked)
        if hits or name is not None:
            return placed(name, hits, FoundBy.NAME)
        fit = names.of_table(table.stem)
        return placed(name, fit.hits, FoundBy.TABLE_NAME, certain=fit.sureness > Sureness.NUMBER)

    return find
