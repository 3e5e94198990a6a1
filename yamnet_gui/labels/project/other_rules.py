"""Which recordings of a project have events that other rules found than those that hold."""

from dataclasses import replace

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.stopping import until_stopped

from .analysis_settings import StoredSettings
from .models import RecordingState
from .project import Project
from .project_model import project_classes


def with_other_rules(project: Project, rules_id: str, beside: str = "") -> frozenset[str]:
    """Ids of recordings whose detections, as far as nobody touched them, come from other rules.

    Where a recording has no detections its analysis says with which rules none were found; where
    that does not say so either, nothing is known, and it is not among them. `beside`: the open
    recording, whose events follow the rules at once. Raises ProjectError.
    """
    classes = len(project_classes(project))
    return frozenset(
        one.id
        for one in until_stopped(project.recordings.all())
        if one.id != beside
        and one.state is RecordingState.ANALYSED
        and has_other_rules(project, one.id, rules_id, classes)
    )


def has_other_rules(project: Project, recording_id: str, rules_id: str, classes: int) -> bool:
    """The same of one analysed recording; `classes`: how many the model of the project has."""
    differ = project.events.rules_differ(recording_id, rules_id, classes)
    if differ is None:
        known = rules_of_analysis(project, recording_id)
        return bool(known) and known != rules_id
    return differ


def rules_of_analysis(project: Project, recording_id: str) -> str:
    """The id of the rules that gave all detections of a recording; "" where nothing tells."""
    analyses = project.recordings.analyses(recording_id)
    try:
        return StoredSettings.of(analyses[-1]).rules_id if analyses else ""
    except ProjectError:
        return ""


def note_rules(project: Project, recording_id: str, rules_id: str) -> None:
    """Stores that the detections of a recording are what these rules find. Raises ProjectError."""
    classes = len(project_classes(project))
    project.events.note_rules(recording_id, rules_id, classes)
    analyses = project.recordings.analyses(recording_id)
    if not analyses or project.events.rules_differ(recording_id, rules_id, classes) is not None:
        return
    latest = analyses[-1]
    noted = replace(StoredSettings.of(latest), rules_id=rules_id)
    again = noted.record(recording_id, latest.model_sha256, latest.model_name)
    project.recordings.add_analysis(replace(latest, settings=again.settings))
