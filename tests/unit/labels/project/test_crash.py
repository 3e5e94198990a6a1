"""A program that edits is killed: no finished edit is missing and none is half there."""

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from yamnet_gui.labels.project import Project, accept

from .editor import digest
from .helpers import agrees, made

ROOT = Path(__file__).parents[4]


def _kill_after(path: Path, seed: int) -> list[str]:
    """Lines that the editing program wrote before it was killed somewhere in its work."""
    rng = random.Random(seed)
    wanted = rng.randrange(1, 25)
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.editor", str(path), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
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
        process.kill()
        process.wait()
        process.stdout.close()
    return lines


def _survives(folder: Path, kills: int) -> int:
    """Edits that were finished over all lives of the program."""
    path = folder / "a.yamnet"
    made(path, recordings=3, events=12).close()
    finished = 0
    for life in range(kills):
        lines = _kill_after(path, life)
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
    last = project.history(1)[0].action
    turned = {"do": "undo", "undo": "redo", "redo": "undo"}[last]
    getattr(project, turned)()
    assert digest(project) == before, "an edit is half there"
    getattr(project, "redo" if turned == "undo" else "undo")()


def _undo_works(project: Project) -> None:
    rows = project.event_ids()
    before = digest(project)
    undone = project.undo()
    if undone is not None:
        assert project.redo() == undone
        assert digest(project) == before
    item = next((i for i in project.events(rows) if i.event.state != "accepted"), None)
    if item is not None:
        project.apply(accept([item]))
        project.undo()
        assert digest(project) == before


def test_no_finished_edit_is_lost_over_fifteen_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 15) > 15


@pytest.mark.slow
def test_no_finished_edit_is_lost_over_a_hundred_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 100) > 100
