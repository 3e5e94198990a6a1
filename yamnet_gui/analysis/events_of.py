"""From a recording to its events: scores, envelopes, custom classes, rules and grouping.

The window, the command line, notebooks and runs over many recordings all come here, so that the
same recording under the same rules has the same events everywhere.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import RuleSet
from yamnet_gui.embedding import Classifier

from .analyse import AnalysisProgress, analyse_recording
from .cache import ResultCache
from .custom_classes import with_custom_scores
from .envelopes import add_envelopes
from .event_table import EventTable, find_events
from .finer import finer_steps
from .model import Model
from .result import Analysis
from .settings import AnalysisSettings


@dataclass(frozen=True)
class EventsRequest:
    """Which scores and events to compute for a recording.

    `rules` None: scores alone, no events. `classifiers` add the scores of custom classes. `classes`
    are the indices of the classes of the events (empty: all); with `top`, a class counts only
    where it is among so many highest of a frame. `groups` are ids of ontology nodes: events below
    one of them become events of it.
    """

    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    rules: RuleSet | None = field(default_factory=RuleSet)
    classifiers: tuple[Classifier, ...] = ()
    classes: tuple[int, ...] = ()
    top: int | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RecordingEvents:
    """A recording's analysis, with the scores of custom classes, and its events if wanted."""

    analysis: Analysis
    events: EventTable | None
    groups: frozenset[str] = frozenset()

    def labelled(
        self,
        class_map: ClassMap,
        ontology: Ontology | None = None,
        *,
        one_per_sound: bool = False,
    ) -> LabelledRecording:
        """The recording with its events, grouped where the request asks for it.

        `one_per_sound`: without those for which others stand. Both need the `ontology`. `class_map`
        includes the custom classes. Raises ValueError where no events were requested.
        """
        if self.events is None:
            raise ValueError("no events were requested")
        return self.events.labelled(class_map, self.groups, ontology, one_per_sound=one_per_sound)


@dataclass(frozen=True, slots=True)
class EventsProgress:
    """A step of the analysis: `scores` is its latest progress; `result` comes with the last."""

    scores: AnalysisProgress | None = None
    result: RecordingEvents | None = None


def recording_events(
    path: Path, model: Model, request: EventsRequest, cache: ResultCache | None = None
) -> Generator[EventsProgress, None, None]:
    """Analyses a recording, or takes its result from the cache, and derives its events.

    Closing the generator stops within a chunk. Raises RecordingError, WeightsError or
    SettingsError.
    """
    steps = analyse_recording(path, model, request.settings, cache)
    with closing(cast(Generator[AnalysisProgress, None, None], steps)) as running:
        yield from events_of_steps(running, request, model)


def events_of_steps(
    steps: Iterable[AnalysisProgress], request: EventsRequest, model: Model
) -> Generator[EventsProgress, None, None]:
    """The steps of an analysis, those of a closer look with the same `model` where the settings ask
    for one, then those that derive its events. Raises as the steps do."""
    step: AnalysisProgress | None = None
    for step in steps:
        yield EventsProgress(step)
    assert step is not None
    assert step.analysis is not None
    analysis = yield from _looked_at_again(step.analysis, request, model, step)
    yield from events_of_analysis(analysis, request, step)


def _looked_at_again(
    analysis: Analysis, request: EventsRequest, model: Model, scores: AnalysisProgress
) -> Generator[EventsProgress, None, Analysis]:
    looking = finer_steps(analysis, model, request.settings.finer)
    try:
        while True:
            next(looking)
            yield EventsProgress(scores)
    except StopIteration as end:
        return cast(Analysis, end.value)
    finally:
        looking.close()


def events_of_analysis(
    analysis: Analysis, request: EventsRequest, scores: AnalysisProgress | None = None
) -> Iterator[EventsProgress]:
    """Derives the events of an analysis; `request.settings` is ignored.

    Envelopes are computed where the rules refine edges and an older result has none. Each step
    carries `scores`. Raises RecordingError.
    """
    rules = request.rules
    if rules is not None and rules.refines:
        for _ in add_envelopes(analysis):
            yield EventsProgress(scores)
    full = with_custom_scores(analysis, request.classifiers)
    events = None
    if rules is not None:
        events = find_events(full, rules, request.classes, request.top)
    yield EventsProgress(scores, RecordingEvents(full, events, request.groups))


def result_of(steps: Iterator[EventsProgress]) -> RecordingEvents:
    """Runs the steps to their end."""
    result = None
    for step in steps:
        result = step.result
    if result is None:
        raise ValueError("the steps ended before their last")
    return result
