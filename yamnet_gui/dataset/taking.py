"""Recordings of a dataset into a project, where they are reviewed."""

from collections.abc import Sequence

from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
from yamnet_gui.labels.project import Project

from .events import DatasetEvents


def take_recordings(
    project: Project, events: DatasetEvents, recordings: Sequence[str], title: str
) -> tuple[int, int]:
    """Copies recordings by their ids with all of their events, as one step of undo that has this
    title; how many recordings and events were new.

    All events of a recording come together: a recording that was half here and half there would be
    counted twice. What the project has of a recording stands. Raises DatasetError, ProjectError.
    """
    known = {project.recordings.locate(recording) for recording in project.recordings.all()}
    new = [r for r in events.of_recordings(recordings) if r.recording.path not in known]
    if new:
        plan = plan_for_project(project, new)
        project.apply(import_command(project, plan, add_missing=True, title=title))
    return len(new), sum(len(recording.events) for recording in new)
