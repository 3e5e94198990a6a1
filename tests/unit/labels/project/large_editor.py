"""Run as a program: makes large edits of a project, and closes and opens it between them.

Each edit is some megabytes, so that SQLite writes its log back into the file at the end of every
second or third, and at each closing. Arguments and lines as those of `editor`.
"""

import random
import sys
from dataclasses import replace
from pathlib import Path

from yamnet_gui.labels.project import Command, Project, accept, add_events, delete, reject

from .editor import digest
from .helpers import detections

_MANY = 2500


def _command(project: Project, rng: random.Random, name: str) -> Command:
    rows = project.events.rows()
    if len(rows) > 2 * _MANY:
        return delete(project.events.at(rng.sample(list(rows), _MANY)))
    if len(rows) < _MANY or rng.random() < 0.4:
        recording = rng.choice(project.recordings.all()).id
        events = [replace(e, id=f"{name}-{k}") for k, e in enumerate(detections(_MANY))]
        return add_events(recording, events)
    decide = accept if rng.random() < 0.5 else reject
    return decide(project.events.at(rng.sample(list(rows), len(rows) // 2)), "Anna")


def run(path: Path, seed: int) -> None:
    """Edits until somebody kills the process."""
    rng = random.Random(seed)
    project = Project.open(path)
    project._connection.backups = None
    print("open 0", digest(project), flush=True)
    n = 0
    while True:
        n += 1
        doing = rng.random()
        command = None
        if doing < 0.55:
            command = _command(project, rng, f"{seed}-{n}")
            if not command.changes:
                continue
        print("begin", n, flush=True)
        if command is not None:
            project.apply(command)
        elif doing < 0.65:
            project.undo()
        elif doing < 0.7:
            project.redo()
        else:
            project.close()
            project = Project.open(path)
            project._connection.backups = None
        print("done", n, digest(project), flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
