"""Damaged files of every kind are read or refused in one sentence: no trace, hang or flood.

Each kind is read in a process of its own (`child.py`) with two gigabytes of memory, ten seconds
for each file and a watch on what it writes and starts. Damage depends on a seed alone, which is
reported with every finding. CI damages files for some seconds; `pytest -m slow tests/fuzz` does so
for a quarter of an hour, or for as long as YAMNET_GUI_FUZZ_SECONDS says, or until each kind has
had its share of YAMNET_GUI_FUZZ_MUTATIONS. YAMNET_GUI_FUZZ_SEED begins with other seeds.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .targets import TARGETS

ROOT = Path(__file__).parents[2]
SHORT_S = 8.0
LONG_S = 900.0
TOTAL = sum(share for _, share in TARGETS.values())


def run(name: str, folder: Path, seconds: float, mutations: int = 0) -> dict[str, object]:
    """The figures of a run over one kind of file. Fails with every finding."""
    for part in ("tmp", "home"):
        (folder / part).mkdir()
    homes = {
        f"XDG_{kind}_HOME": str(folder / "home") for kind in ("DATA", "CACHE", "CONFIG", "STATE")
    }
    seed = os.environ.get("YAMNET_GUI_FUZZ_SEED", "0")
    command = [sys.executable, "-m", "tests.fuzz.child", str(folder), name, seed]
    done = subprocess.run(
        [*command, str(seconds), str(mutations)],
        cwd=folder,
        env={**os.environ, **homes, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = [f"seed {line['seed']}\n{line['trace']}" for line in lines if "place" in line]
    if done.returncode:
        now = folder / "now"
        seed = now.read_text() if now.exists() else "none"
        found.append(f"died or hung at seed {seed}\n{done.stderr[-3000:]}")
    assert not found, "\n\n".join(found)
    return lines[-1]


@pytest.mark.workflow
@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("name", TARGETS)
def test_some_damaged_files(name: str, tmp_path: Path) -> None:
    figures = run(name, tmp_path, SHORT_S * TARGETS[name][1] / TOTAL)
    assert figures["mutations"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("name", TARGETS)
def test_many_damaged_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    share = TARGETS[name][1] / TOTAL
    seconds = float(os.environ.get("YAMNET_GUI_FUZZ_SECONDS", LONG_S))
    mutations = int(os.environ.get("YAMNET_GUI_FUZZ_MUTATIONS", 0))
    figures = run(name, tmp_path, seconds * share, round(mutations * share))
    with capsys.disabled():
        print("\n", figures)
