"""A program that edits is killed: no finished edit is missing and none is half there."""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.labels.project import Project, add_events

from .helpers import detections, made, snapshot
from .killing import ROOT, survives


def _survives(folder: Path, kills: int) -> int:
    path = folder / "a.yamnet"
    made(path, recordings=3, events=12).close()
    return survives(path, kills, f"{__package__}.editor")


@pytest.mark.workflow
def test_no_finished_edit_is_lost_over_five_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 5) > 5


@pytest.mark.slow
def test_no_finished_edit_is_lost_over_a_hundred_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 100) > 100


def _killed_in_large_edits(folder: Path, kills: int, seed: int) -> list[dict]:
    """What is known of each life; see `forked_kills`."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.forked_kills", str(folder), str(kills), str(seed)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize(
    ("kills", "seed"),
    [
        pytest.param(5, 0, marks=pytest.mark.workflow),
        pytest.param(200, 1, marks=pytest.mark.slow, id="two_hundred"),
    ],
)
def test_no_kill_in_large_edits_and_checkpoints_damages_or_loses_anything(
    tmp_path: Path, kills: int, seed: int
) -> None:
    lives = _killed_in_large_edits(tmp_path, kills, seed)
    assert not [life for life in lives if life["wrong"]]
    assert sum(life["killed"] for life in lives) == kills


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """A project and its log before a checkpoint, the file after it, and what it holds."""
    folder = tmp_path_factory.mktemp("grown")
    path = folder / "a.yamnet"
    project = made(path, recordings=2, events=20)
    project.close()
    with Project.open(path) as project:
        recording = project.recordings.all()[0].id
        project.apply(
            add_events(recording, [replace(e, id=f"n{k}") for k, e in enumerate(detections(3000))])
        )
        held = snapshot(project)
        shutil.copy(path, folder / "before")
        shutil.copy(f"{path}-wal", folder / "log")
    return folder, path, held


def _killed_in_a_checkpoint(folder: Path, after: Path, pages: list[int], place: Path) -> None:
    """The file as before, but for some pages that a checkpoint had written already."""
    old, new = bytearray((folder / "before").read_bytes()), after.read_bytes()
    size = 4096
    for page in pages:
        end = (page + 1) * size
        old.extend(b"\0" * max(0, end - len(old)))
        old[page * size : end] = new[page * size : end]
    place.write_bytes(old)
    shutil.copy(folder / "log", f"{place}-wal")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("read_only", [False, True])
def test_a_checkpoint_that_was_cut_off_is_sqlites_to_finish(
    grown: tuple[Path, Path, dict], tmp_path: Path, seed: int, read_only: bool
) -> None:
    folder, after, held = grown
    count = after.stat().st_size // 4096
    pages = [0, *random.Random(seed).sample(range(1, count), [0, 1, 3, 30, 100, count - 1][seed])]
    path = tmp_path / "a.yamnet"
    _killed_in_a_checkpoint(folder, after, pages, path)
    with Project.open(path, read_only=read_only) as project:
        assert not project.damage
        assert project.read_only == read_only
        assert snapshot(project) == held


def test_a_short_file_whose_log_is_of_another_is_damaged(
    grown: tuple[Path, Path, dict], tmp_path: Path
) -> None:
    folder, after, _ = grown
    path = tmp_path / "a.yamnet"
    path.write_bytes(after.read_bytes()[:-40_960])
    log = bytearray((folder / "log").read_bytes())
    log[16:24] = bytes(8)  # the salts: no frame is valid now
    Path(f"{path}-wal").write_bytes(log)
    with Project.open(path) as project:
        assert project.read_only
        assert project.damage
