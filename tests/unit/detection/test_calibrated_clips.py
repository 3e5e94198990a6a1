"""Calibration on real clips with the real network, through the benchmark itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "calibration.py"


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.reference
def test_probabilities_of_a_half_held_out_come_true_better_than_scores(
    reference: Path, weights_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    clips = reference / "audio" / "clips"
    done = subprocess.run(
        [sys.executable, BENCHMARK, clips, "--json", out, "--weights", weights_file],
        env={**os.environ, "PYTHONPATH": str(BENCHMARK.parents[1])},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    figures = json.loads(out.read_text(encoding="utf-8"))
    scores, calibrated = figures["all"]["scores"], figures["all"]["calibrated"]
    assert calibrated["error"] < scores["error"] / 2
    assert calibrated["high"] < scores["low"]
