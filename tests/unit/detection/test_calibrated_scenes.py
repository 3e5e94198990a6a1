"""Calibration on scenes, through the benchmark itself."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "calibration.py"


@pytest.mark.slow
def test_folders_of_scenes_are_measured_by_halves_and_by_folder(
    tiny_weights: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        for number, label in enumerate(("Speech", "Animal")):
            name = f"{folder.name}{number}"
            write_sound(folder / f"{name}.wav", 9.0, seed=number, rate=22050)
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["onset_s", "offset_s", "label"])
                writer.writerow([1.0, 5.0, label])
    out = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, BENCHMARK, *folders, "--prior", "--json", out, "--weights", tiny_weights],
        env={**os.environ, "PYTHONPATH": str(BENCHMARK.parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["scenes"] == 4
    assert figures["reviews"] > 0
    assert figures["splits"]["halves"]["of"] == 10
    assert figures["splits"]["folder held out"]["of"] == 2
    assert len(figures["prior"]["mean"]) == 2
