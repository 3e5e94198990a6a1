"""Calibrations stored with a project: which reviews they came from, of which model, and when."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventList, LabelledRecording
from yamnet_gui.core.model_identity import current_identity
from yamnet_gui.detection import ClassCalibration, Review, calibrate, reviews_of, with_probability

from . import Command, Project, set_texts
from .codec import parsed

_FORMAT = 1
_NEWEST = "calibration"
_KEPT = 20


@dataclass(frozen=True, slots=True)
class ProjectReviews:
    """What a project's decisions say about one model's scores.

    `events` names each decision by recording and event, in the order of `reviews`. `other_model`
    counts decisions on scores of other weights, which say nothing about these. `scores` holds the
    highest scores of all detections of a class, decided or not, for thresholds.
    """

    reviews: tuple[Review, ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    other_model: int = 0
    scores: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrations by class index, and where they came from.

    `version` counts from 1 within the project, 0 where it is not stored yet.
    """

    classes: Mapping[int, ClassCalibration]
    model_sha256: str
    model_name: str = ""
    made_utc: datetime | None = None
    events: tuple[tuple[str, str], ...] = ()
    version: int = 0

    @property
    def known(self) -> dict[int, ClassCalibration]:
        """Classes of which enough is known to speak of a probability."""
        return {index: entry for index, entry in self.classes.items() if entry.known}

    def fits(self, model_sha256: str) -> bool:
        """Whether it holds for this model's scores."""
        return bool(model_sha256) and current_identity(self.model_sha256) == model_sha256

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "format": _FORMAT,
            "version": self.version,
            "model_sha256": self.model_sha256,
            "model_name": self.model_name,
            "made_utc": self.made_utc.isoformat() if self.made_utc else None,
            "classes": [calibration.as_dict() for _, calibration in sorted(self.classes.items())],
            "events": [list(pair) for pair in self.events],
        }

    @classmethod
    def from_json(cls, values: Any) -> "Calibration":
        """Raises KeyError, TypeError or ValueError for anything else."""
        if values["format"] != _FORMAT:
            raise ValueError("a calibration of a newer version")
        entries = [ClassCalibration.from_dict(entry) for entry in values["classes"]]
        made = values["made_utc"]
        return cls(
            classes={entry.class_index: entry for entry in entries},
            model_sha256=current_identity(str(values["model_sha256"])),
            model_name=str(values["model_name"]),
            made_utc=datetime.fromisoformat(made) if made else None,
            events=tuple((str(a), str(b)) for a, b in values["events"]),
            version=int(values["version"]),
        )


def reviews_in(
    project: Project,
    model_sha256: str,
    shown: Mapping[str, Iterable[Event]] | None = None,
) -> ProjectReviews:
    """All decisions of the project about detections of this model.

    A recording's scores are those of the model that analysed it last. `shown` holds the events of
    recordings that this model has analysed but that are not stored yet (the open one), by id.
    """
    reviews: list[Review] = []
    names: list[tuple[str, str]] = []
    scores: dict[int, list[float]] = {}
    other = 0
    touched = project.events.touched_recordings()
    for recording in project.recordings.all():
        mine = shown is not None and recording.id in shown
        analyses = [] if mine else project.recordings.analyses(recording.id)
        same = mine or (bool(analyses) and analyses[-1].model_sha256 == model_sha256)
        if not same and recording.id not in touched:
            continue
        events = list(shown[recording.id]) if shown is not None and mine else None
        if events is None:
            events = list(project.events.of(recording.id))
        for event in events:
            decided = reviews_of([event])
            if not same:
                other += len(decided)
                continue
            if event.class_index is not None and event.score_max is not None:
                scores.setdefault(event.class_index, []).append(event.score_max)
            if decided:
                reviews += decided
                names.append((recording.id, event.id))
    return ProjectReviews(
        tuple(reviews), tuple(names), other, {i: tuple(s) for i, s in scores.items()}
    )


def calibrated(
    reviews: ProjectReviews, model_sha256: str, model_name: str = "", classes: Iterable[int] = ()
) -> Calibration:
    """The calibration that these reviews give, for every class reviewed and for `classes`."""
    return Calibration(
        classes=calibrate(reviews.reviews, classes),
        model_sha256=model_sha256,
        model_name=model_name,
        made_utc=datetime.now(UTC),
        events=reviews.events,
    )


def stored_calibration(project: Project, version: int | None = None) -> Calibration | None:
    """The calibration in use (None), or an older version. None where there is none, or where a
    newer program wrote it."""
    name = project.settings.value(_NEWEST) if version is None else str(version)
    text = project.settings.value(f"{_NEWEST}-{name}") if name else ""
    if not text:
        return None
    try:
        return Calibration.from_json(parsed(text))
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None


def store_calibration(project: Project, calibration: Calibration) -> Calibration:
    """Stores it as the next version and puts it to use, as one step. Raises ProjectError.

    The last 20 versions stay in the file.
    """
    stored, texts = _next(project, calibration)
    _set(project, f"calibration {stored.version}", texts)
    return stored


def without_classes(project: Project, indices: Collection[int]) -> Command | None:
    """Forgets what the calibration in use says of these classes, whose scores mean something else.

    For a step that is about more. None where it says nothing of them. Raises ProjectError.
    """
    now = stored_calibration(project)
    if now is None or now.classes.keys().isdisjoint(indices):
        return None
    others = {index: known for index, known in now.classes.items() if index not in indices}
    stored, texts = _next(project, replace(now, classes=others))
    return _command(project, f"calibration {stored.version}", texts)


def _next(project: Project, calibration: Calibration) -> tuple[Calibration, dict[str, str]]:
    """The calibration as the next version, and the texts that hold it."""
    newest = project.settings.value(f"{_NEWEST}-count")
    version = (int(newest) if newest.isdecimal() else 0) + 1
    stored = replace(calibration, version=version)
    texts = {
        f"{_NEWEST}-{version}": json.dumps(stored.to_json(), allow_nan=False),
        f"{_NEWEST}-count": str(version),
        _NEWEST: str(version),
    }
    if version > _KEPT:
        texts[f"{_NEWEST}-{version - _KEPT}"] = ""
    return stored, texts


def drop_calibration(project: Project) -> None:
    """Uses no calibration from now on; the versions stay. Raises ProjectError."""
    _set(project, "no calibration", {_NEWEST: ""})


def _set(project: Project, title: str, texts: Mapping[str, str]) -> None:
    """One step of undo."""
    project.apply(_command(project, title, texts))


def _command(project: Project, title: str, texts: Mapping[str, str]) -> Command:
    now = project.settings.value
    return set_texts(title, {name: (now(name), text) for name, text in texts.items()})


def fill_probabilities(
    project: Project, calibration: Calibration | None, except_for: Collection[str] = ()
) -> Iterator[str]:
    """Sets the probability of stored detections in recordings that the calibration fits, and
    removes it in all others (None: in all). Events that the user edited stay as they are.

    Yields the id of each recording. Those in `except_for` (the open one) are left out. Raises
    ProjectError.
    """
    for recording in project.recordings.all():
        if recording.id not in except_for:
            analyses = project.recordings.analyses(recording.id)
            model = analyses[-1].model_sha256 if analyses else ""
            fits = calibration is not None and calibration.fits(model)
            known = calibration.known if calibration is not None and fits else {}
            before = EventList.of(
                event for event in project.events.of(recording.id) if not event.touched
            )
            after = with_probability(before, known)
            if after is not before:
                project.events.store_detections(recording.id, after)
        yield recording.id


def with_probabilities(project: Project, labelled: LabelledRecording) -> LabelledRecording:
    """A recording as it is exported: every event, reviewed or not, with the probability from the
    calibration in use. Unchanged where none is in use or it belongs to other weights.

    Raises ProjectError.
    """
    calibration = stored_calibration(project)
    if calibration is None or not calibration.fits(labelled.model_sha256):
        return labelled
    return replace(labelled, events=with_probability(labelled.events, calibration.known))


def reread(project: Project | None) -> Calibration | None:
    """The calibration in use; None also where the project cannot be read."""
    if project is None:
        return None
    try:
        return stored_calibration(project)
    except ProjectError:
        return None
