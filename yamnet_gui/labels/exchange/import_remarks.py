"""What an import takes, changes and leaves out, in sentences for window and command line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.text import counted, grouped, printable, readable_length, without_controls
from yamnet_gui.labels.formats import ImportResult
from yamnet_gui.labels.recording_names import FoundBy

from .doubts import Doubt, doubts
from .import_plan import ImportKind, ImportPlan
from .reading import PlacedSource, TablesRead

_EXAMPLES = 3
_LONGEST = 400
"""Characters of a name, a label or a warning: several stand in a sentence."""
_LINE = re.compile(r"^line \d+: ")


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence, and examples or all cases of what it says. `urgent`: not just for the record."""

    text: str
    details: tuple[str, ...] = ()
    urgent: bool = False

    def whole(self, examples: int = _EXAMPLES) -> str:
        """The sentence with so many details."""
        if not self.details:
            return self.text
        return f"{self.text}: {some(self.details, examples)}"


class Nothing(Enum):
    """Why an import would change nothing."""

    RECORDINGS_MISSING = auto()
    EDITED_STAY = auto()
    NOTHING_NEW = auto()


def why_nothing(plan: ImportPlan) -> Nothing:
    """Why none of these events is imported, as long as no recording is added."""
    new = {info.path for info in plan.new_recordings}
    steps = [e for e in plan.events if e.kind is not ImportKind.SAME]
    if steps and all(e.path in new for e in steps):
        return Nothing.RECORDINGS_MISSING
    if any(e.kind is ImportKind.CONFLICTING for e in steps):
        return Nothing.EDITED_STAY
    return Nothing.NOTHING_NEW


def some(texts: Sequence[str], examples: int = _EXAMPLES) -> str:
    """The first ones: "a, b, c and 4 more"."""
    more = len(texts) - examples
    return ", ".join(texts[:examples]) + (f" and {grouped(more)} more" if more > 0 else "")


def remarks(read: TablesRead, plan: ImportPlan, *, labels: bool = True) -> list[Remark]:
    """What the user should know before importing, the most urgent first.

    `labels`: also which labels are unknown.
    """
    return [
        *_unreadable(read.problems),
        *_questions(read.questions),
        *_doubtful(read, plan),
        *_columns(read.results),
        *_warnings(read.results),
        *(_unknown(plan) if labels else ()),
        *_taken(plan),
        *_places(read),
    ]


def _unreadable(problems: Sequence[LabelsError]) -> Iterator[Remark]:
    by_reason: dict[str, list[LabelsError]] = {}
    for problem in problems:
        reason = _LINE.sub("", problem.reason)
        by_reason.setdefault(f"{reason}\0{problem.advice}", []).append(problem)
    for group in by_reason.values():
        if len(group) == 1:
            yield Remark(_shown(str(group[0])), urgent=True)
            continue
        advice = f" — {group[0].advice}" if group[0].advice else ""
        reason = _LINE.sub("", group[0].reason)
        text = f"{counted(len(group), 'table')} cannot be read ({reason}{advice})"
        yield Remark(text, tuple(_shown(Path(p.subject).name) for p in group), urgent=True)


def _questions(sources: Sequence[PlacedSource]) -> Iterator[Remark]:
    none = [s for s in sources if not s.placement.candidates]
    several = [s for s in sources if s.placement.candidates]
    if none:
        names = tuple(_shown(s.source.table.name) for s in none)
        what = "fits" if len(none) == 1 else "fit"
        yield Remark(f"{counted(len(none), 'table')} {what} no recording", names, urgent=True)
    if several:
        cases = tuple(
            f"{_source(s)} ({some([_shown(c.path) for c in s.placement.candidates])})"
            for s in several
        )
        what = "it is not certain which recording is meant"
        yield Remark(f"{counted(len(several), 'time')} {what}", cases, urgent=True)


def _doubtful(read: TablesRead, plan: ImportPlan) -> Iterator[Remark]:
    by_doubt: dict[Doubt, list[str]] = {}
    for planned in until_stopped(plan.events):
        for doubt in planned.doubts:
            by_doubt.setdefault(doubt, []).append(_event(planned.path, planned.result))
    for recording in until_stopped(read.unplaced, 1):
        for event in recording.events:
            for doubt in doubts(event, None):
                by_doubt.setdefault(doubt, []).append(_event(recording.recording.path, event))
    for doubt, cases in by_doubt.items():
        yield Remark(f"{counted(len(cases), 'event')} {doubt}", tuple(cases), urgent=True)


def _event(path: Path, event: Event) -> str:
    text = f"{_shown(path.name)} {event.onset_s:.3f} to {event.offset_s:.3f} s"
    if event.low_hz is not None and event.high_hz is not None and event.low_hz > event.high_hz:
        text += f", {event.low_hz:g} to {event.high_hz:g} Hz"
    return text


def _columns(results: Iterable[ImportResult]) -> Iterator[Remark]:
    """What was made of the columns of tables of no known format; of like tables once."""
    by_text: dict[str, list[str]] = {}
    for result in results:
        if result.columns:
            by_text.setdefault(result.columns, []).append(_shown(result.path.name))
    for text, tables in by_text.items():
        yield Remark(f"{some(tables)}: {_shown(text)}")


def _warnings(results: Iterable[ImportResult]) -> Iterator[Remark]:
    """What the readers left out or found odd; the same in several tables once."""
    by_text: dict[str, list[tuple[Path, str]]] = {}
    for result in results:
        for text in result.warnings:
            by_text.setdefault(_LINE.sub("", text), []).append((result.path, text))
    for text, group in by_text.items():
        tables = tuple(dict.fromkeys(_shown(path.name) for path, _ in group))
        if len(group) == 1:
            yield Remark(f"{tables[0]}: {_shown(group[0][1])}")
        else:
            times = f" ({grouped(len(group))} times)" if len(group) > len(tables) else ""
            yield Remark(f"{_shown(text)}{times}", tables)


def _unknown(plan: ImportPlan) -> Iterator[Remark]:
    named = [u for u in plan.unknown_labels if u.label]
    if named:
        texts = tuple(f"{_shown(u.label)} ({counted(u.count, 'event')})" for u in named)
        one = len(named) == 1
        what = "label maps to no class and stays a custom label" if one else (
            "labels map to no class and stay custom labels"
        )  # fmt: skip
        yield Remark(f"{grouped(len(named))} {what}", texts)


def _taken(plan: ImportPlan) -> Iterator[Remark]:
    unlabelled = sum(not p.result.label for p in plan.events)
    if unlabelled:
        yield Remark(f"{counted(unlabelled, 'event')} without a label")
    if plan.left_out:
        yield Remark(f"{counted(plan.left_out, 'event')} left out because of their label")
    same = plan.counts()[ImportKind.SAME]
    if same:
        be = "is" if same == 1 else "are"
        yield Remark(f"{counted(same, 'event')} {be} already in the project, unchanged")
    if plan.new_spans:
        yield Remark(f"{counted(len(plan.new_spans), 'reviewed segment')} imported as well")


def _places(read: TablesRead) -> Iterator[Remark]:
    out = [s for s in read.sources if s.placement.by is FoundBy.LEFT_OUT]
    if out:
        events = counted(sum(s.placement.events for s in out), "event")
        names = tuple(map(_source, out))
        yield Remark(f"{events} left out because you left out their recording", names)
    empty = [s for s in read.sources if s.placement.info is not None and not s.placement.events]
    if empty:
        names = tuple(_shown(s.placement.path.name) for s in empty)
        yield Remark(f"{counted(len(empty), 'recording')} without events", names)
    restored = sum(result.restored for result in read.results)
    if restored:
        files = "The sidecar file restores" if restored == 1 else "Sidecar files restore"
        yield Remark(f"{files} what the format could not store")


def _source(source: PlacedSource) -> str:
    name = source.source.name
    return _shown(source.source.table.name if name is None else name)


def _shown(text: Path | str) -> str:
    return readable_length(without_controls(printable(text)), _LONGEST)
