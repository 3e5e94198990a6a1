import subprocess
import sys
from types import SimpleNamespace

import pytest

from yamnet_gui.yamnet._tensorflow import use_gpus_exactly


@pytest.mark.slow
def test_importing_prints_nothing_and_leaves_keras_out_but_importable() -> None:
    code = """
import sys
from yamnet_gui.yamnet._tensorflow import import_tensorflow
tf = import_tensorflow()
print("own words", file=sys.stderr)
print("keras" in sys.modules, float(tf.sqrt(4.0)), tf.keras.__name__)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr == "own words\n"
    assert result.stdout.split()[:2] == ["False", "2.0"]
    assert "keras" in result.stdout.split()[2]


def test_other_errors_of_the_import_are_still_shown() -> None:
    code = """
import os
from yamnet_gui.yamnet._quiet import without_noise
with without_noise():
    os.write(2, b"I0000 00:00:1795251074.964299 1 port.cc:153] oneDNN custom operations\\n")
    os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called\\n")
    os.write(2, b"E0000 something is broken\\n")
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr == "E0000 something is broken\n"


@pytest.mark.parametrize("gpus", [[], ["first", "second"]])
def test_gpus_compute_in_full_precision_and_share_memory(gpus: list[str]) -> None:
    calls: list[tuple] = []
    experimental = SimpleNamespace(
        enable_tensor_float_32_execution=lambda on: calls.append(("tf32", on)),
        set_memory_growth=lambda gpu, on: calls.append((gpu, on)),
    )
    config = SimpleNamespace(list_physical_devices=lambda _kind: gpus, experimental=experimental)
    use_gpus_exactly(SimpleNamespace(config=config))
    wanted = [("tf32", False), ("first", True), ("second", True)] if gpus else []
    assert calls == wanted
