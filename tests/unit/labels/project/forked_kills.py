"""Run as a program: kills copies of itself inside large edits and checkpoints of a project.

Arguments: an empty folder, how many to kill, and a seed. The edits are made once undisturbed;
before each, the project is copied with its log as a power cut would leave both, and what it holds
is noted. Each life takes one of these copies, opens it, makes that edit and the next, and is killed
at a random time of theirs. Then SQLite and the program look at what is left. Writes a line of JSON
for each life. All are forks of a program without threads: starting Python takes most of the time.
"""

import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from yamnet_gui.labels.project import Project, accept, add_events, delete, reject

from .helpers import detections, made

_MANY = 2500
_TABLES = ("recordings", "events", "reviewed", "kinds", "steps", "changes")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+[\d:]+|Z)?")
"""Also within stored values: what an edit replaced says when that was decided."""
Edit = Callable[[Project, Path], Project]


def held(database: sqlite3.Connection) -> str:
    """Stands for everything that the project holds, with its history."""
    digest = hashlib.sha256()
    for table in _TABLES:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        # when and under which random names steps were made differs between two lives
        names = [n for n in columns if not n.endswith("utc") and n not in ("uid", "session", "new")]
        for row in database.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2, 3"):
            digest.update(_TIME.sub("", repr(row)).encode())
    return digest.hexdigest()


def _opened(path: Path) -> Project:
    project = Project.open(path)
    assert project.path == path
    project._connection.backups = None  # a thread of its own, and not what is tested here
    # every edit ends with writing the log back
    project._connection.database.execute("PRAGMA wal_autocheckpoint = 50")
    return project


def _add(name: str) -> Edit:
    def edit(project: Project, _path: Path) -> Project:
        events = [replace(e, id=f"{name}-{k}") for k, e in enumerate(detections(_MANY))]
        project.apply(add_events(project.recordings.all()[0].id, events))
        return project

    return edit


def _decide(command: Callable, first: int, step: int) -> Edit:
    def edit(project: Project, _path: Path) -> Project:
        project.apply(command(project.events.at(project.events.rows()[first::step])))
        return project

    return edit


def _turn(name: str) -> Edit:
    def edit(project: Project, _path: Path) -> Project:
        getattr(project, name)()
        return project

    return edit


def _reopen(project: Project, path: Path) -> Project:
    project.close()
    return _opened(path)


EDITS: tuple[Edit, ...] = (
    _add("a"), _decide(accept, 0, 2), _decide(reject, 1, 3), _turn("undo"), _reopen, _add("b"),
    _turn("undo"), _turn("redo"), _decide(delete, 0, 2), _reopen, _turn("undo"),
    _decide(accept, 1, 2),
)  # fmt: skip


def _copy(path: Path, place: Path) -> None:
    for tail in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{path}{tail}", f"{place}{tail}")


def _undisturbed(folder: Path) -> tuple[list[str], list[float]]:
    """What the project holds before each edit and at the end, and how long each takes."""
    path = folder / "whole.yamnet"
    made(path).close()
    project = _opened(path)
    states, times = [], []
    for n, edit in enumerate(EDITS):
        states.append(held(project._connection.database))
        _copy(path, folder / f"before-{n}")
        begun = time.perf_counter()
        project = edit(project, path)
        times.append(time.perf_counter() - begun)
    states.append(held(project._connection.database))
    project.close()
    return states, times


def _live(path: Path, first: int, said: int) -> None:
    """Edits, until it is killed or has made both."""
    project = _opened(path)
    os.write(said, b".")
    for edit in EDITS[first : first + 2]:
        project = edit(project, path)
        os.write(said, b".")


def _killed(path: Path, first: int, wait_s: float) -> tuple[int, bool]:
    """How many edits were finished, and whether it had to be killed."""
    hears, said = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            _live(path, first, said)
            status = 0
        finally:
            os._exit(status)  # nothing is closed
    os.close(said)
    assert os.read(hears, 1) == b".", "the project did not open"
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    finished = len(os.read(hears, 10))
    os.close(hears)
    assert os.WIFSIGNALED(status) or not os.WEXITSTATUS(status), "an edit failed"
    return finished, os.WIFSIGNALED(status)


def _left(path: Path, wanted: list[str]) -> str:
    """What is wrong with what a killed life has left; "" where all is well.

    `wanted`: what the project may hold.
    """
    copy = path.with_name("plain")
    _copy(path, copy)
    with contextlib.closing(sqlite3.connect(copy)) as database:
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        if whole != "ok":
            return f"SQLite: {whole}"
        if held(database) not in wanted:
            return "SQLite: an edit is missing or half there"
    with _opened(path) as project:
        if project.damage or project.read_only:
            return f"called damaged: {project.damage}"
        if held(project._connection.database) not in wanted:
            return "an edit is missing or half there"
    return ""


def run(folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    states, times = _undisturbed(folder)
    lives = 0
    while lives < kills:
        first = rng.randrange(len(EDITS) - 1)
        place = folder / "life"
        place.mkdir()
        path = place / "a.yamnet"
        _copy(folder / f"before-{first}", path)
        wait_s = rng.random() * sum(times[first : first + 2])
        finished, killed = _killed(path, first, wait_s)
        lives += killed
        # the edit that was not acknowledged may be there, but then the whole of it
        wrong = _left(path, states[first + finished : first + finished + 2])
        line = {"edit": first, "finished": finished, "killed": killed, "wrong": wrong}
        print(json.dumps({**line, "log": path.with_name("plain-wal").exists()}), flush=True)
        shutil.rmtree(place)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
