"""One recording with what the user decided about it, for another project."""

from dataclasses import replace

from yamnet_gui.core.events import Event

from .command import Change, Command
from .models import Recording, RecordingState
from .project import Project
from .project_model import project_classes, project_model, set_project_model


def take_along(source: Project, recording: Recording, target: Project) -> None:
    """Puts a recording of `source` into `target`, an empty project, as one step.

    Its events that the user touched and its reviewed segments come along, and the model that found
    them. Detections that nobody touched are left out: they are found again. Those that the user
    deleted are deleted there as well, so that they do not come back. Events of a custom class keep
    its name. Raises ProjectError.
    """
    own = len(project_classes(source))
    known = {event.id: event for event in source.events.deleted(recording.id)}
    gone = [_named(event, own) for event in known.values()]
    kept = [_named(event, own) for event in source.events.of(recording.id) if event.touched]
    path = target.recordings.stored_path(source.recordings.locate(recording))
    taken = replace(recording, path=path, state=RecordingState.PENDING)
    changes = [Change(recording.id, None, taken)]
    changes += [Change(recording.id, None, event) for event in (*gone, *kept)]
    changes += [Change(recording.id, event, None) for event in gone]
    reviewed = source.recordings.reviewed(recording.id)
    if reviewed.spans:
        changes.append(Change(recording.id, None, reviewed))
    set_project_model(target, project_model(source))
    target.apply(Command(f"take along {recording.name}", tuple(changes)))


def _named(event: Event, classes: int) -> Event:
    """The event without the index of a class that only its own project has."""
    index = event.class_index
    return replace(event, class_index=None) if index is not None and index >= classes else event
