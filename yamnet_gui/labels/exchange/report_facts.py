"""How the labels of a project were made, for its report."""

from collections.abc import Iterable
from datetime import datetime

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import counted, listed
from yamnet_gui.detection import RULE_PROPERTIES
from yamnet_gui.detection.counting import estimate, over_time
from yamnet_gui.labels.project import AnalysisRecord, Project, StoredRules
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.count_samples import (
    CountSample,
    reviews_of_sample,
    stored_samples,
)

from .report import ReportFacts


def project_facts(project: Project, title: str = "", *, now: datetime | None = None) -> ReportFacts:
    """Title, time and how the labels were made: models, settings, rules and label sets."""
    analyses = [a for r in project.recordings.all() for a in project.recordings.analyses(r.id)[-1:]]
    made = {
        "Project": project.path.name,
        "Model": _listed(a.model_name for a in analyses),
        "Analysis": _listed(_settings(a) for a in analyses),
        "Analysed": _when(analyses),
        "Rules of the project": _listed(_rules(rules) for rules in project.settings.rule_sets()),
        "Label sets": _listed(
            f"{labels.name} ({counted(len(labels.labels), 'label')})"
            for labels in project.settings.label_sets()
        ),
        "Estimated from samples (90% intervals)": _listed(
            _estimated(project, sample) for sample in stored_samples(project)
        ),
        "Changed by": _listed(name for name in project.settings.reviewers() if name),
    }
    moment = now or datetime.now().astimezone()
    return ReportFacts(
        title or project.path.stem, moment, {k: text for k, text in made.items() if text}
    )


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(sorted({text for text in texts if text}))


def _settings(analysis: AnalysisRecord) -> str:
    """Settings in words; the stored text where they cannot be read."""
    try:
        settings = StoredSettings.of(analysis).settings
    except ProjectError:
        return analysis.settings
    mixed = {"mix": "channels mixed", "each": "each channel separately"}
    parts = [f"one frame every {settings.hop_s:g} s", mixed[settings.channels]]
    if settings.finer != "off":
        where = {"doubtful": "where events are in doubt", "everywhere": "everywhere"}
        parts.append(f"a closer look {where[settings.finer]}")
    if settings.gain_db:
        parts.append(f"gain {settings.gain_db:+g} dB")
    return ", ".join(parts)


def _rules(rules: StoredRules) -> str:
    """Name, version and the default rule."""
    named = f"{rules.name}, version {rules.version}"
    try:
        values = parse_json(rules.text)
        default, classes = values["default"], len(values.get("classes", ()))
        parts = [
            f"{one.title} {default[one.name]:g} {one.unit}".rstrip()
            for one in RULE_PROPERTIES.values()
            if _is_number(default.get(one.name)) and (default[one.name] or not one.unit)
        ]
        if classes:
            parts.append(f"{counted(classes, 'class')} with their own rules")
    except (ValueError, TypeError, KeyError, AttributeError):
        return named
    return f"{named} ({', '.join(parts)})" if parts else named


def _estimated(project: Project, sample: CountSample) -> str:
    """The number of events, hours and recall of a sample; nothing before it is reviewed enough."""
    counts = reviews_of_sample(project, sample).counts
    if counts.lacking:
        return ""
    result, time = estimate(counts), over_time(counts)
    scope = sample.scope
    within = ", some recordings" if scope.recording_ids is not None else ""
    within += f", from {scope.since:%Y-%m-%d %H:%M}" if scope.since else ""
    within += f", until {scope.until:%Y-%m-%d %H:%M}" if scope.until else ""
    recall = f", recall of the rules {result.recall.text('.2f')}" if result.recall else ""
    return (
        f"{listed(scope.labels)}{within}: {result.events.text()} events in"
        f" {time.hours.text()} of {counted(time.of_hours, 'hour')}{recall}"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _when(analyses: Iterable[AnalysisRecord]) -> str:
    days = sorted(a.made_utc.date() for a in analyses if a.made_utc is not None)
    if not days:
        return ""
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
