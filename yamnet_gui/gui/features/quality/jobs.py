"""Work about how good detections are: calibrating, measuring, tuning, replaying, scoring again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.analysis import Model
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import RuleSet, TuningStep, calibration_error, cross_validation
from yamnet_gui.labels.exchange.reference_table import ReferenceTable, read_reference
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import (
    Calibration,
    ProjectReviews,
    calibrated,
    fill_probabilities,
    reviews_in,
)
from yamnet_gui.quality.evaluation import Curve, EvaluationProgress, Scope, curve, measure, tuned
from yamnet_gui.quality.references import (
    EvaluationItems,
    StoredScores,
    project_items,
    table_items,
)
from yamnet_gui.quality.replay import ReplayProgress, replay_project
from yamnet_gui.quality.stability import StabilityProgress, stabilities

_FEWEST_TO_JUDGE = 30

Shown = Mapping[str, EventList]
"""Events of recordings that are not stored yet (the open one), by recording id."""


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What a project's reviews say; expected calibration error of raw scores, and of
    probabilities fitted without the reviews they are judged by (None: too few reviews)."""

    found: ProjectReviews
    calibration: Calibration
    raw_error: float | None = None
    held_out_error: float | None = None


@dataclass(frozen=True, slots=True)
class CalibrateJob:
    """Reads all reviews of a project and fits every class. Raises ProjectError."""

    project: Project
    model_sha256: str
    model_name: str
    shown: Shown
    classes: tuple[int, ...] = ()

    def run(self) -> Iterator[CalibrationReport]:
        found = reviews_in(self.project, self.model_sha256, self.shown)
        calibration = calibrated(found, self.model_sha256, self.model_name, self.classes)
        yield CalibrationReport(found, calibration)
        if len(found.reviews) < _FEWEST_TO_JUDGE:
            return
        said = [0.0] * len(found.reviews)
        for places, probabilities in cross_validation(found.reviews):
            yield CalibrationReport(found, calibration)  # so that it can be stopped
            for place, probability in zip(places, probabilities, strict=True):
                said[place] = probability
        came = [review.right for review in found.reviews]
        raw = calibration_error([review.score for review in found.reviews], came)
        yield CalibrationReport(found, calibration, raw, calibration_error(said, came))


@dataclass(frozen=True, slots=True)
class FillProbabilitiesJob:
    """Brings the probabilities of stored detections up to date. Raises ProjectError."""

    project: Project
    calibration: Calibration | None
    except_for: tuple[str, ...]

    def run(self) -> Iterator[str]:
        yield from fill_probabilities(self.project, self.calibration, self.except_for)


@dataclass(frozen=True, slots=True)
class Source:
    """What is measured by: a project's decisions, or a reference table.

    `paths` are the recordings that the table may be about, with their ids in the project; one that
    names none of them is about the recording `otherwise`.
    """

    scores: StoredScores
    project: Project | None = None
    shown: Shown | None = None
    table: Path | None = None
    paths: Mapping[Path, str] | None = None
    otherwise: Path | None = None

    def items(self) -> EvaluationItems:
        """Raises ProjectError, LabelsError."""
        if self.table is not None:
            truth: ReferenceTable = read_reference(self.table)
            return table_items(truth, self.paths or {}, self.scores, self.otherwise)
        if self.project is None:
            return EvaluationItems(())
        return project_items(self.project, self.scores, self.shown)


@dataclass(frozen=True, slots=True)
class MeasureJob:
    """Figures of the present rules, with how far it is."""

    source: Source
    rules: RuleSet
    class_map: ClassMap
    below: Ontology | None
    collar_s: float

    def run(self) -> Iterator[EvaluationProgress]:
        on = self.source.items()
        yield from measure(on, self.rules, self.class_map, self.below, self.collar_s)


@dataclass(frozen=True, slots=True)
class CurveJob:
    """Precision and recall of one label at every threshold."""

    on: EvaluationItems
    rules: RuleSet
    class_map: ClassMap
    label: str
    below: Ontology | None
    collar_s: float

    def run(self) -> Iterator[Curve | None]:
        yield from curve(self.on, self.rules, self.class_map, self.label, self.below, self.collar_s)


@dataclass(frozen=True, slots=True)
class TuneJob:
    """Better rules, with how far it is."""

    on: EvaluationItems
    rules: RuleSet
    class_map: ClassMap
    below: Ontology | None
    collar_s: float | None
    scope: Scope

    def run(self) -> Iterator[TuningStep]:
        yield from tuned(self.on, self.rules, self.class_map, self.below, self.collar_s, self.scope)


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """Decisions that rules or a model would contradict. Raises ProjectError."""

    project: Project
    scores: StoredScores
    rules: RuleSet
    class_map: ClassMap
    shown: Shown

    def run(self) -> Iterator[ReplayProgress]:
        yield from replay_project(self.project, self.scores, self.rules, self.class_map, self.shown)


@dataclass(frozen=True, slots=True)
class StabilityJob:
    """Scores events again. Raises RecordingError, WeightsError."""

    path: Path
    events: tuple[Event, ...]
    model: Model
    gain_db: float

    def run(self) -> Iterator[StabilityProgress]:
        yield from stabilities(self.path, self.events, self.model, self.gain_db)
