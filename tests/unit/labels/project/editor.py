"""Run as a program: makes random edits and says on standard output when each is finished.

Arguments: the project and a seed. Each line is "begin N" or "done N DIGEST", N counting edits,
DIGEST standing for everything that the project then holds.
"""

import hashlib
import random
import sys
from pathlib import Path

from yamnet_gui.labels.project import Project

from .helpers import random_command, snapshot


def digest(project: Project) -> str:
    """Of the recordings, events, spans, label sets and rules."""
    now = snapshot(project)
    now["events"] = {k: sorted(map(repr, v)) for k, v in now["events"].items()}
    return hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()


def run(path: Path, seed: int) -> None:
    """Edits until somebody kills the process."""
    rng = random.Random(seed)
    project = Project.open(path)
    project.reviewer = "Anna"
    print("open 0", digest(project), flush=True)
    n = 0
    while True:
        doing = rng.random()
        command = None
        if doing < 0.8:
            command = random_command(project, rng)
            if command is None or not command.changes:
                continue
        n += 1
        print("begin", n, flush=True)
        if command is not None:
            project.apply(command)
        elif doing < 0.93:
            project.undo()
        else:
            project.redo()
        print("done", n, digest(project), flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
