"""Which long recordings of a run are cut into sections, and what is still to be done of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.analysis.sections import section_spans
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import UserError

from .executor import Group, groups_of
from .journal import Record
from .parts import Part
from .section_files import SECTION_KIND
from .worker import Task

_SHARE = 0.25
"""A recording that is more of the work of one process than this is cut: a smaller one hardly keeps
the others waiting at the end, and cutting costs something (`docs/decisions/clusters.md`)."""
_LEAST_BYTES = 1 << 24
_ENTERED_EXACTLY = {".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".aif", ".aiff", ".caf"}
"""Others are not even opened: to know their length some have to be scanned."""
PartOf = Callable[[Record, str], Part]


@dataclass(slots=True)
class _Cut:
    task: Task
    spans: list[tuple[int, int]]
    parts: dict[tuple[int, int], Part | None]
    """None: it has to be analysed as a whole."""


class Cuts:
    """The recordings of a run that are cut, and what has become of their sections.

    `sizes` are bytes of the files by key, `processes` how many share the work. `part_of` finds the
    part of a record in the journal.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        sizes: Mapping[str, int],
        processes: int,
        settings: AnalysisSettings,
        part_of: PartOf,
    ) -> None:
        self._part_of = part_of
        self._cuts: dict[str, _Cut] = {}
        self._tasks = tasks
        self._processes = processes
        if processes < 2:
            return
        least = max(_LEAST_BYTES, _SHARE * sum(sizes[t.key] for t in tasks) / processes)
        for task in tasks:
            if sizes[task.key] >= least and task.path.suffix.lower() in _ENTERED_EXACTLY:
                spans = _spans(task.path, settings)
                if spans:
                    self._cuts[task.key] = _Cut(task, spans, {})

    def take_over(
        self, records: Mapping[str, Record], unchanged: Callable[[Record, Path], bool]
    ) -> None:
        """Keeps the sections that an earlier run has finished, of files that are `unchanged`."""
        for cut in self._cuts.values():
            for span in cut.spans:
                old = records.get(_key(cut.task, span))
                if old is not None and old.parts and unchanged(old, cut.task.path):
                    part = self._part_of(old, SECTION_KIND)
                    if part.is_whole():
                        cut.parts[span] = part

    def groups(self) -> list[Group]:
        """What is to be done first, in the order of the tasks."""
        whole: list[Task] = []
        groups: list[Group] = []
        for task in self._tasks:
            cut = self._cuts.get(task.key)
            if cut is None:
                whole.append(task)
                continue
            groups += groups_of(whole, self._processes)
            whole = []
            groups += [[_section(task, span)] for span in cut.spans if span not in cut.parts]
            if len(cut.parts) == len(cut.spans):
                groups += self._joined(cut)
        return [*groups, *groups_of(whole, self._processes)]

    def is_section(self, record: Record) -> bool:
        return _SEPARATOR in record.key

    def share(self, record: Record) -> tuple[str, float]:
        """The key of the recording of a section, and how much of it the section is."""
        key, span = _parsed(record.key)
        cut = self._cuts[key]
        return key, (span[1] - span[0]) / cut.spans[-1][1]

    def next_groups(self, record: Record) -> list[Group]:
        """What is to be done once this section has ended: joining, after the last one."""
        key, span = _parsed(record.key)
        cut = self._cuts[key]
        cut.parts[span] = self._part_of(record, SECTION_KIND) if record.parts else None
        return self._joined(cut) if len(cut.parts) == len(cut.spans) else []

    def _joined(self, cut: _Cut) -> list[Group]:
        parts = [cut.parts[span] for span in cut.spans]
        whole = tuple(part for part in parts if part is not None)
        return [[replace(cut.task, sections=whole if len(whole) == len(parts) else ())]]


_SEPARATOR = "@"


def _section(task: Task, span: tuple[int, int]) -> Task:
    return Task(task.path, _key(task, span), span=span)


def _key(task: Task, span: tuple[int, int]) -> str:
    return f"{task.key}{_SEPARATOR}{span[0]}-{span[1]}"


def _parsed(key: str) -> tuple[str, tuple[int, int]]:
    own, _, span = key.partition(_SEPARATOR)
    first, _, last = span.partition("-")
    return own, (int(first), int(last))


def _spans(path: Path, settings: AnalysisSettings) -> list[tuple[int, int]]:
    try:
        return section_spans(path, settings)
    except UserError:  # said where it is analysed
        return []
