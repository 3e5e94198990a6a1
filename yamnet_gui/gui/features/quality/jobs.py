"""Jobs about the quality of detections: calibration, evaluation, tuning, replay, stability."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.analysis import Model
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection import RuleSet, TuningStep, calibration_error, cross_validation
from yamnet_gui.gui.jobs.paced import paced
from yamnet_gui.labels.exchange.reference_table import ReferenceTable, read_reference
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import (
    Calibration,
    ProjectReviews,
    calibrated,
    fill_probabilities,
    reviews_in,
)
from yamnet_gui.quality.evaluation import (
    Curve,
    EvaluationProgress,
    TuningScope,
    curve,
    measure,
    tuned,
)
from yamnet_gui.quality.references import (
    EvaluationItems,
    StoredScores,
    project_items,
    table_items,
)
from yamnet_gui.quality.replay import ReplayProgress, replay_project
from yamnet_gui.quality.stability import StabilityProgress, stabilities

_MIN_REVIEWS_FOR_ERROR = 30

Shown = Mapping[str, EventList]
"""Events of recordings that are not stored yet (the open one), by recording id."""


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """The reviews of a project and the calibration fitted to them; expected calibration error of
    raw scores and of cross-validated probabilities (None: too few reviews)."""

    reviews: ProjectReviews
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
        reviews = reviews_in(self.project, self.model_sha256, self.shown)
        calibration = calibrated(reviews, self.model_sha256, self.model_name, self.classes)
        yield CalibrationReport(reviews, calibration)
        if len(reviews.reviews) < _MIN_REVIEWS_FOR_ERROR:
            return
        held_out = [0.0] * len(reviews.reviews)
        for places, probabilities in cross_validation(reviews.reviews):
            yield CalibrationReport(reviews, calibration)  # so that it can be stopped
            for place, probability in zip(places, probabilities, strict=True):
                held_out[place] = probability
        right = [review.right for review in reviews.reviews]
        raw = calibration_error([review.score for review in reviews.reviews], right)
        yield CalibrationReport(reviews, calibration, raw, calibration_error(held_out, right))


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
    """The reference: a project's decisions, or a table.

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
            reference: ReferenceTable = read_reference(self.table)
            return table_items(reference, self.paths or {}, self.scores, self.otherwise)
        if self.project is None:
            return EvaluationItems(())
        return project_items(self.project, self.scores, self.shown)


@dataclass(frozen=True, slots=True)
class MeasureJob:
    """Measures the rules, and reports progress. Raises ProjectError, LabelsError."""

    source: Source
    rules: RuleSet
    class_map: ClassMap
    below: Ontology | None
    collar_s: float

    def run(self) -> Iterator[EvaluationProgress]:
        on = self.source.items()
        yield from paced(measure(on, self.rules, self.class_map, self.below, self.collar_s))


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
    """Searches for better rules, and reports progress."""

    on: EvaluationItems
    rules: RuleSet
    class_map: ClassMap
    below: Ontology | None
    collar_s: float | None
    scope: TuningScope

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
        yield from paced(
            replay_project(self.project, self.scores, self.rules, self.class_map, self.shown)
        )


@dataclass(frozen=True, slots=True)
class StabilityJob:
    """Scores events again. Raises RecordingError, WeightsError."""

    path: Path
    events: tuple[Event, ...]
    model: Model
    gain_db: float

    def run(self) -> Iterator[StabilityProgress]:
        yield from stabilities(self.path, self.events, self.model, self.gain_db)
