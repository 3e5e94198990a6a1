"""Updates events when scores or rules change."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.matching import with_held
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.detection import Envelope, PreparedScores, RuleSet, detect, prepare
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.state.calibrations import Calibrations
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.rules import Rules

from .shown_classes import ShownClasses

_WHILE_ANALYSING_MS = 700
_AT_ONCE_MS = 0
_REST = 2.0
_LONGEST_REST_MS = 120


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from the frames of one buffer, so that later only changes are."""

    frames: int
    rules: RuleSet
    scores: PreparedScores
    events: Mapping[int, tuple[Event, ...]]
    envelope: Envelope | None = None

    @classmethod
    def of(
        cls,
        table: ScoreTable,
        rules: RuleSet,
        class_map: ClassMap,
        envelope: Envelope | None = None,
    ) -> "Derived":
        """Everything recomputed."""
        scores = prepare(table)
        detected = detect(scores, rules, None, envelope)
        events = _by_class(detected.iter_events(class_map))
        return cls(table.grid.count, rules, scores, events, envelope)

    def under(self, rules: RuleSet, class_map: ClassMap) -> "Derived":
        """The same under other rules; only classes whose rule differs are recomputed."""
        # scores prepared before a class was trained have no column for it; after undoing that
        # they have one for a class that no longer exists
        count = min(self.scores.class_count, len(class_map))
        changed = self.rules.changed_classes(rules, count)
        wanted = range(count) if changed is None else sorted(changed)
        detected = detect(self.scores, rules, wanted, self.envelope)
        updated = _by_class(detected.iter_events(class_map))
        if changed is None:
            return replace(self, rules=rules, events=updated)
        unchanged = {
            i: events for i, events in self.events.items() if i not in changed and i < count
        }
        return replace(self, rules=rules, events={**unchanged, **updated})


@dataclass(frozen=True, slots=True)
class UpdateEventsJob:
    """Derives events from the scores of each channel, in the background."""

    tables: Mapping[int, ScoreTable]
    rules: RuleSet
    class_map: ClassMap
    envelopes: Mapping[int | None, Envelope] = field(default_factory=dict)

    def run(self) -> Iterator[dict[int, Derived]]:
        yield {
            place: Derived.of(table, self.rules, self.class_map, self.envelopes.get(table.channel))
            for place, table in self.tables.items()
        }


class EventUpdater(QObject):
    """Recomputes events when scores or rules change: at once for rules, less often for scores."""

    replaced = Signal(object)  # tuple[Event, ...]: detections that an event of a step stands for
    derived = Signal()  # events of new scores are shown
    returned = Signal(object)  # the same: those for which none stands any longer after a step

    def __init__(
        self,
        document: Document,
        rules: Rules,
        class_map: ClassMapState,
        project: ProjectState,
        calibrations: Calibrations,
        shown_classes: ShownClasses,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._project = project
        self._rules = rules
        self._class_map = class_map
        self._calibrations = calibrations
        self._shown_classes = shown_classes
        self._known: dict[int, Derived] = {}
        self._detections: EventList | None = None
        self._held: tuple[Event, ...] = ()
        self._runner = JobRunner("events", self)
        self._job: JobHandle | None = None
        self._again = False
        self._rules_timer = Debounced(self, _AT_ONCE_MS, self.derive_rules)
        self._timer = Debounced(self, _AT_ONCE_MS, self.derive)
        document.scores_changed.connect(self._on_scores)
        document.analysis_changed.connect(self._on_analysis)
        document.envelopes_changed.connect(self._on_envelopes)
        document.refined.connect(self._on_refined)
        document.recording_changed.connect(self._on_recording)
        rules.changed.connect(self._on_rules)
        project.events_changed.connect(self._on_project)
        project.reviewed_changed.connect(lambda: document.set_reviewed(project.reviewed.spans))
        calibrations.changed.connect(self.combine)

    @property
    def waiting(self) -> bool:
        """Whether events are about to be recomputed."""
        waiting = self._timer.active or self._rules_timer.active
        return waiting or self._job is not None

    @property
    def holding(self) -> bool:
        """Whether detections are shown as they were; see `hold`."""
        return bool(self._held)

    @property
    def detections(self) -> EventList:
        """What rules make of the scores, without the user's changes."""
        return self._detections if self._detections is not None else EventList()

    def close(self) -> None:
        """Ends the thread."""
        self._timer.stop()
        self._runner.close()

    def derive(self) -> None:
        """Derives from scores that came since the last time, in the background."""
        if self._job is not None:
            self._again = True
            return
        tables = {
            place: buffer.table()
            for place, buffer in enumerate(self._document.buffers)
            if buffer.ready
        }
        if not tables:
            self._document.set_loading_events(False)
        else:
            self._job = self._runner.submit(
                UpdateEventsJob(
                    tables, self._rules.rule_set, self._class_map.value, self._document.envelopes
                ),
                on_result=self._on_derived,
                on_done=self._done,
            )

    def derive_rules(self) -> None:
        """Other rules over the same scores, at once: the user is watching.

        Afterwards the window gets time to draw what the user drags before events are recomputed.
        """
        began = time.perf_counter()
        rules = self._rules.rule_set
        self._known = {i: k.under(rules, self._class_map.value) for i, k in self._known.items()}
        self._show()
        spent_ms = (time.perf_counter() - began) * 1000
        self._rules_timer.set_delay(min(round(_REST * spent_ms), _LONGEST_REST_MS))

    def _on_derived(self, derived: dict[int, Derived]) -> None:
        rules = self._rules.rule_set
        self._known = {i: k.under(rules, self._class_map.value) for i, k in derived.items()}
        self._show()
        self.derived.emit()

    def _done(self) -> None:
        self._job = None
        self._document.set_loading_events(False)
        if self._again:
            self._again = False
            self.derive()

    def _show(self) -> None:
        """Detections of all channels, beside what the user changed."""
        self._detections = EventList.of(
            chain.from_iterable(
                events for known in self._known.values() for events in known.events.values()
            )
        )
        self.combine()
        self._document.set_loading_events(False)

    def hold(self, events: tuple[Event, ...]) -> None:
        """Shows these detections as they are, whatever comes of better scores; none to let go.

        Other rules let go of them, too.
        """
        if events != self._held:
            self._held = events
            self.combine()

    def combine(self) -> None:
        """Shows what was derived last beside what the project holds now."""
        detections = self._detections
        if detections is not None and self._held:
            detections = with_held(detections, self._held)
        self._set_events(self._project.combined(detections))
        self._shown_classes.update()

    def _on_project(self, put: tuple[Event, ...] | None) -> None:
        """A mere decision takes the place of its event; anything else needs another look at all.

        So does taking one back beside detections, which may stand in its place.
        """
        events = self._document.events
        if put is None:
            self.combine()
        elif (
            put
            and all(_only_decided(events.get(event.id), event) for event in put)
            and (self._detections is None or all(event.touched for event in put))
        ):
            self._set_events(events.with_decided(put))
        else:
            self.combine()
            replaced = self._replaced(events)
            if replaced:
                self.replaced.emit(replaced)
            returned = self._returned(events)
            if returned:
                self.returned.emit(returned)

    def _replaced(self, before: EventList) -> tuple[Event, ...]:
        """Detections that a step took away without being about them."""
        gone = [event for event in before.not_in(self._document.events) if not event.touched]
        deleted = {event.id for event in self._project.deleted} if gone else set()
        return tuple(event for event in gone if event.id not in deleted)

    def _returned(self, before: EventList) -> tuple[Event, ...]:
        """Detections that a step left uncovered: they were derived before, and not shown."""
        new, known = self._document.events.not_in(before), self.detections
        return tuple(event for event in new if not event.touched and event.id in known)

    def _set_events(self, events: EventList) -> None:
        self._document.set_events(self._calibrations.with_probabilities(events))

    def _on_scores(self) -> None:
        if self._document.state is AnalysisState.RUNNING and not self._timer.active:
            self._timer.start_in(_WHILE_ANALYSING_MS)

    def _on_analysis(self) -> None:
        if self._document.state in (AnalysisState.COMPLETE, AnalysisState.STOPPED):
            if self._detections is None:
                self._document.set_loading_events(True)
            self._timer.start_in(_AT_ONCE_MS)

    def _on_envelopes(self) -> None:
        if self._document.state is AnalysisState.COMPLETE:  # else that comes with the scores
            self._timer.start_in(_AT_ONCE_MS)

    def _on_refined(self) -> None:
        if self._document.state is AnalysisState.COMPLETE and not self._timer.active:
            self._timer.start_in(_WHILE_ANALYSING_MS)

    def _on_rules(self) -> None:
        self._held = ()
        if self._known:
            self._rules_timer.start_once()

    def _on_recording(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._again = False
        self._held = ()
        self._known.clear()
        self._detections = None
        self._shown_classes.clear()


def _only_decided(before: Event | None, after: Event) -> bool:
    """Whether an event stays where it is under its label, so that it hides no other detection."""
    return (
        before is not None
        and before.onset_s == after.onset_s
        and before.offset_s == after.offset_s
        and before.label == after.label
        and before.channel == after.channel
    )


def _by_class(events: Iterable[Event]) -> dict[int, tuple[Event, ...]]:
    by_class: dict[int, list[Event]] = {}
    for event in events:
        if event.class_index is not None:
            by_class.setdefault(event.class_index, []).append(event)
    return {index: tuple(its) for index, its in by_class.items()}
