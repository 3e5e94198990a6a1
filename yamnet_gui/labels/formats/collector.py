"""Gathers what a reader finds into recordings with events, checking every value on the way."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
)
from yamnet_gui.core.text import counted

from .base import ImportResult, ReadOptions
from .text import optional_number, seconds

MOST_WARNINGS = 100
_TEXTS = ("note", "reviewer", "id")
NO_SUCH_RECORDING = "no recording of the project is called"
"""The start of the warning that a table names an unknown recording."""


@dataclass
class _Draft:
    info: RecordingInfo
    known: bool
    events: list[Event] = field(default_factory=list)
    reviewed: list[ReviewedSpan] = field(default_factory=list)
    model_sha256: str = ""
    ids: set[str] = field(default_factory=set)  # those that `free_id` gave away


class Collector:
    """Builds an ImportResult; everything it refuses is a LabelsError with the line."""

    def __init__(self, format_name: str, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._format_name = format_name
        self._options = options
        self._drafts: dict[str, _Draft] = {}  # by the name in the table
        self._warnings: list[str] = []
        self._hushed = 0
        self._refused: LabelsError | None = None  # the first row that was left out as wrong
        self._left_out: dict[tuple[str, str], list[str]] = {}
        self._unknown: dict[str, None] = {}
        self._twins: Counter[str] = Counter()
        self._tiers: Counter[str] = Counter()
        self._names = _NameIndex(options.recordings, path)

    def error(self, reason: str, line: int | None = None, advice: str = "") -> LabelsError:
        return LabelsError(self.path, reason, advice, line=line)

    def warn(self, text: str, line: int | None = None) -> None:
        if len(self._warnings) < MOST_WARNINGS:
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
            self._refused = self._refused or self.error(f"{where}: {error.reason}", None)
            self.warn(f"{where}: {error.reason}; left out")

    def left_out(self, where: str, noun: str, which: str = "") -> None:
        """Notes something that is no label: "2 regions without a label left out (first: …)"."""
        self._left_out.setdefault((noun, which), []).append(where)

    def tier(self, name: str, annotations: int) -> bool:
        """Notes a tier of the file; whether its annotations are wanted."""
        self._tiers[name] += annotations
        return self._options.tiers is None or name in self._options.tiers

    def seconds(self, text: str, line: int | None, what: str = "time") -> float:
        return seconds(self.path, text, line, what)

    def number(self, text: str, line: int | None, what: str) -> float | None:
        return optional_number(self.path, text, line, what)

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
        draft = self._draft(name)
        if not draft.known:
            info = info or draft.info
            longest = max(info.duration_s, duration_s or 0.0)
            start = info.recorded_at or recorded_at
            if (longest, start) != (info.duration_s, info.recorded_at):
                info = replace(info, duration_s=longest, recorded_at=start)
            draft.info = info
        draft.model_sha256 = draft.model_sha256 or model_sha256
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
        draft = self._draft(name)
        for what, text in (("label", label), *((n, fields.get(n, "")) for n in _TEXTS)):
            if not text.isascii() or "\0" in text:
                self._check_text(text, what, line)
        match = self._options.classes.find(label) if label else None
        exact = match if match is not None and match.name == label else None
        if exact is None:
            self._unknown.setdefault(label)
        if "class_index" not in fields and "mid" not in fields and exact is not None:
            fields |= {"class_index": exact.index, "mid": exact.mid}
        fields.setdefault("source", EventSource.IMPORTED)
        if not fields.get("id"):
            fields["id"] = self._new_id(draft.info, onset_s, offset_s, label)
        try:
            event = Event(onset_s=onset_s, offset_s=offset_s, label=label, **fields)
        except (ValueError, OverflowError) as error:
            raise self.error(str(error), line) from error
        draft.events.append(event)
        if not draft.known and offset_s > draft.info.duration_s:
            draft.info = replace(draft.info, duration_s=offset_s)

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
        self._draft(name).reviewed.append(span)

    def result(self) -> ImportResult:
        merged: dict[Path, _Draft] = {}
        for draft in self._drafts.values():  # two names in the table may mean one recording
            first = merged.setdefault(draft.info.path, draft)
            if first is not draft:
                first.events += draft.events
                first.reviewed += draft.reviewed
        if self._refused and not any(d.events or d.reviewed for d in merged.values()):
            raise self._refused
        recordings = []
        for draft in merged.values():
            try:
                events = EventList.of(draft.events)
            except ValueError as error:
                raise self.error(f"{error} in {draft.info.path}") from error
            recordings.append(
                LabelledRecording(draft.info, events, tuple(draft.reviewed), draft.model_sha256)
            )
        warnings = [*self._unknown_tiers(), *self._what_is_left_out(), *self._warnings]
        if self._hushed:
            warnings.append(f"and {self._hushed} more warnings of this kind")
        return ImportResult(
            self._format_name,
            self.path,
            tuple(recordings),
            tuple(warnings),
            tuple(self._unknown),
            unnamed="" in self._drafts,
            tiers=tuple(self._tiers.items()),
        )

    def _unknown_tiers(self) -> Iterator[str]:
        for name in self._options.tiers or ():
            if name not in self._tiers:
                yield f"there is no tier {name!r}; there are {', '.join(self._tiers) or 'none'}"

    def _what_is_left_out(self) -> Iterator[str]:
        for (noun, which), places in self._left_out.items():
            what = f"{counted(len(places), noun)} {which}".strip()
            yield f"{what} left out ({'first: ' if len(places) > 1 else ''}{places[0]})"

    def _check_text(self, text: str, what: str, line: int | None, errors: str = "strict") -> None:
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
            known = self._names.find(name)
            info = known or RecordingInfo(Path(name or self.path.stem), 0.0, 0, 0)
            if known is None and self._options.recordings:
                self.warn(f"{NO_SUCH_RECORDING} {info.path}")
            draft = self._drafts[key] = _Draft(info, known is not None)
        return draft

    def _new_id(self, info: RecordingInfo, onset_s: float, offset_s: float, label: str) -> str:
        """The same row gets the same id each time the table is read."""
        text = f"{info.path}\0{onset_s!r}\0{offset_s!r}\0{label}"
        self._twins[text] += 1
        digest = hashlib.sha256(f"{text}\0{self._twins[text]}".encode(errors="surrogatepass"))
        return f"i{digest.hexdigest()[:20]}"


class _NameIndex:
    """Finds the known recording that a name in a table means: path, then its end, then stem."""

    def __init__(self, recordings: Any, table: Path) -> None:
        self._known = tuple(recordings)
        self._table = table
        self._by_path = {r.path.as_posix(): r for r in self._known}
        self._by_tail: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        for info in self._known:
            for tail in {info.path.name.casefold(), info.path.stem.casefold()}:
                self._by_tail[tail].append(info)

    def find(self, name: str | None) -> RecordingInfo | None:
        if name is None:
            return self._of_table()
        for text in (name, name.replace("\\", "/")):
            if text in self._by_path:
                return self._by_path[text]
            beside = (self._table.parent / text).as_posix()
            if beside in self._by_path:
                return self._by_path[beside]
        parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".", "..")]
        if not parts:
            return None
        last = parts[-1].casefold()
        candidates = self._by_tail.get(last) or self._by_tail.get(last.rpartition(".")[0]) or []
        named = [c for c in candidates if c.path.name.casefold() == last] or candidates
        length = len(parts)
        while len(named) > 1 and length > 1:
            tail = [p.casefold() for p in parts[-length:-1]]
            fit = [c for c in named if [p.casefold() for p in c.path.parts[-length:-1]] == tail]
            if len(fit) == 1:
                return fit[0]
            length -= 1
        return named[0] if len(named) == 1 else None

    def _of_table(self) -> RecordingInfo | None:
        if len(self._known) == 1:
            return self._known[0]
        named = self._by_tail.get(self._table.stem.casefold(), [])
        whole = [c for c in named if c.path.name.casefold() == self._table.stem.casefold()]
        named = whole or named
        return named[0] if len(named) == 1 else None
