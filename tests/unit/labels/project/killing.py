"""Kills programs that edit a project, and looks at what they leave behind."""

import random
import subprocess
import sys
import threading
from pathlib import Path

from yamnet_gui.labels.project import Project, accept

from .editor import digest
from .helpers import agrees

ROOT = Path(__file__).parents[4]
_LONGEST_S = 90.0


def _kill_after(path: Path, seed: int, module: str) -> list[str]:
    """Lines that the editing program wrote before it was killed somewhere in its work."""
    rng = random.Random(seed)
    wanted = rng.randrange(1, 25)
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(path), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    watchdog = threading.Timer(_LONGEST_S, process.kill)  # one that hangs has not survived
    watchdog.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("begin") and int(line.split()[1]) >= wanted:
                # from "before anything is written" to "the next edits are under way"
                threading.Timer(rng.random() * 0.004, process.kill).start()
                break
        lines += [line.strip() for line in process.stdout.readlines() if line.endswith("\n")]
    finally:
        hangs = not watchdog.is_alive()
        watchdog.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    assert not hangs, "the program hangs"
    return lines


def survives(path: Path, kills: int, module: str) -> int:
    """Edits that were finished over all lives of a program that edits the project at `path`.

    `module` is run with the project and a seed; see `editor` for what it has to write.
    """
    finished = 0
    for life in range(kills):
        lines = _kill_after(path, life, module)
        done = [line.split()[2] for line in lines if line.startswith(("open", "done"))]
        begun = [line for line in lines if line.startswith("begin")]
        assert done, "the program did not start"
        finished += len(done) - 1
        with Project.open(path) as project:
            assert not project.damage
            assert project.check() == ""
            agrees(project)
            now = digest(project)
            if len(begun) == len(done) - 1:
                assert now == done[-1], "a finished edit is missing"
            elif now != done[-1]:
                # the edit that was not acknowledged is there: then it is whole, so that taking it
                # back leads to the state before it
                _one_step_from(project, done[-1])
            _undo_works(project)
    return finished


def _one_step_from(project: Project, before: str) -> None:
    last = project.history.steps(1)[0].action
    turned = {"do": "undo", "undo": "redo", "redo": "undo"}[last]
    getattr(project, turned)()
    assert digest(project) == before, "an edit is half there"
    getattr(project, "redo" if turned == "undo" else "undo")()


def _undo_works(project: Project) -> None:
    rows = project.events.rows()
    before = digest(project)
    undone = project.undo()
    if undone is not None:
        assert project.redo() == undone
        assert digest(project) == before
    item = next((i for i in project.events.at(rows) if i.event.state != "accepted"), None)
    if item is not None:
        project.apply(accept([item]))
        project.undo()
        assert digest(project) == before
