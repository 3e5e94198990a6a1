"""The benchmark of the default rules: on labelled scenes, and on any folder of that shape."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import write_sound

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "detection.py"
KEYS = ("segment_f1", "event_f1_500ms", "event_f1_200ms")


def figures_of(scenes: Path, weights: Path, folder: Path) -> dict[str, Any]:
    """What the benchmark writes, started as the user would start it."""
    out = folder / "figures.json"
    done = subprocess.run(
        [sys.executable, BENCHMARK, scenes, "--json", out, "--weights", weights],
        env={**os.environ, "PYTHONPATH": str(BENCHMARK.parents[1])},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.reference
def test_default_rules_find_the_events_of_labelled_scenes(
    reference: Path, weights_file: Path, tmp_path: Path
) -> None:
    figures = figures_of(reference / "audio" / "scenes", weights_file, tmp_path)
    assert figures["segment_f1"] >= 0.72
    assert figures["event_f1_500ms"] >= 0.38
    assert figures["event_f1_200ms"] >= 0.28
    assert figures["hop_0.16_s"]["segment_f1"] >= figures["segment_f1"]
    assert figures["plain_edges"]["event_f1_200ms"] < figures["event_f1_200ms"]
    assert figures["calibration_error"]["calibrated"] < figures["calibration_error"]["raw"]
    assert min(figures["edge_coverage"].values()) >= 0.8


@pytest.mark.slow
def test_any_folder_of_that_shape_can_be_measured(tiny_weights: Path, tmp_path: Path) -> None:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    for number, label in enumerate(("Speech", "Animal", "Bee, wasp, etc.")):
        write_sound(scenes / f"one{number}.wav", 9.0 + number, seed=number, rate=22050)
        with (scenes / f"one{number}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["onset_s", "offset_s", "label"])
            writer.writerow([1.0, 2.5, label])
            writer.writerow([4.0, 8.0, "Speech"])
    (scenes / "attribution.csv").write_text("file,author\n", encoding="utf-8")
    write_sound(scenes / "without truth.wav", 2.0)
    figures = figures_of(scenes, tiny_weights, tmp_path)
    assert (figures["scenes"], figures["labels"]) == (3, 3)
    for row in (figures, figures["leave_one_out"], *figures["by_scene"].values()):
        assert all(0 <= row[key] <= 1 for key in KEYS)
    assert set(figures["leave_one_out"]["chosen"]) == {"one0", "one1", "one2"}
