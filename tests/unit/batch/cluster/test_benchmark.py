"""What the benchmark of clusters writes is what it and the document on scale promise."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("distributed")
pytest.importorskip("psutil")
pytest.importorskip("resource")
pytestmark = pytest.mark.workflow

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = ROOT / "benchmarks" / "cluster.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_clusters", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    sys.path.insert(0, str(path.parent))  # as Python does for a script
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


@pytest.fixture(scope="module")
def figures(benchmark: ModuleType) -> dict[str, object]:
    runs = {"jobs": [(20.0, 40.0, b"t"), (19.0, 38.0, b"t")], "local": [(20.0, 40.0, b"t")]}
    speed = benchmark.speed_figures(2.0, runs)
    return speed | benchmark.overhead_figures(10, [1.0, 3.0], 0.01, 2.0) | {"scheduler_mb": 1.0}


def test_figures_are_of_the_best_runs(figures):
    assert figures["local2_over_jobs2"] == pytest.approx(0.95)
    assert figures["local2_over_jobs2_cpu"] == pytest.approx(0.95)
    assert figures["hours_a_core_second"] == pytest.approx(2 / 38)
    assert figures["overhead_ms_a_task"] == pytest.approx(5)
    assert figures["busy_share"] == pytest.approx(0.2)
    assert figures["same_tables"] is True


def test_all_keys_are_explained_and_those_of_the_document_exist(benchmark, figures):
    table = re.findall(r"^([a-z][a-z0-9_, ]*?) {2,}\S|^([a-z_0-9]+) (?=the same from)",
                       benchmark.__doc__, re.MULTILINE)  # fmt: skip
    explained = {key for pair in table for key in ", ".join(filter(None, pair)).split(", ")}
    assert explained == set(figures)
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", text))
    assert {"local2_over_jobs2", "overhead_ms_a_task", "busy_share"} <= named
    assert named <= set(figures)
