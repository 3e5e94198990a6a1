"""The default rules on labelled scenes with the real network, through the benchmark itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "detection.py"


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.reference
def test_default_rules_find_the_events_of_labelled_scenes(
    reference: Path, weights_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    scenes = reference / "audio" / "scenes"
    root = str(BENCHMARK.parents[1])
    done = subprocess.run(
        [sys.executable, BENCHMARK, scenes, "--json", out, "--weights", weights_file],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["segment_f1"] >= 0.72
    assert figures["event_f1_500ms"] >= 0.38
    assert figures["event_f1_200ms"] >= 0.28
    assert figures["one_pass"]["segment_f1"] >= 0.72
    assert figures["calibration_error"]["calibrated"] < figures["calibration_error"]["raw"]
    assert min(figures["edge_coverage"].values()) >= 0.8
