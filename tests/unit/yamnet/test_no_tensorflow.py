"""Analysing imports no TensorFlow where LiteRT's file exists, in any way in which it is started."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.yamnet import load_network

_REFUSED = """
import sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras"):
            raise AssertionError(f"{name} is imported")
sys.meta_path.insert(0, Refused())
"""
_COMMAND = "from yamnet_gui.__main__ import main; sys.exit(main([{!r}, *sys.argv[1:]]))"
_ANALYZE = _COMMAND.format("analyze")
_INTERFACE = """
from yamnet_gui import analyze, embed
assert analyze(sys.argv[1], cache=False).runtime == "litert"
assert embed(sys.argv[1], per="event", threshold=0.1, cache=False).runtime == "litert"
"""
_WINDOW = """
from PySide6.QtCore import QTimer
from yamnet_gui import app
from yamnet_gui.gui.state.document import AnalysisState
application, bench = app.prepare(app.parse([sys.argv[1]]))
bench.shell.window.show()
def look():
    if bench.session.document.state is AnalysisState.COMPLETE:
        bench.shell.window.close()
        application.quit()
timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
QTimer.singleShot(60_000, application.quit)
application.exec()
complete = bench.session.document.state is AnalysisState.COMPLETE
bench.close()
assert complete
assert bench.services.weights.model().network().runtime == "litert"
"""


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("code", "more"),
    [
        (_ANALYZE, ["--no-cache"]),
        (_ANALYZE, ["--top", "2", "-o", "OUT"]),
        (_COMMAND.format("embed"), ["-o", "OUT"]),
        (_INTERFACE, []),
        (_WINDOW, []),
    ],
    ids=["analyze", "table", "embed", "interface", "window"],
)  # fmt: skip
def test_it_imports_no_tensorflow(
    code: str, more: list[str], tiny_weights: Path, tmp_path: Path
) -> None:
    load_network(tiny_weights, runtime="litert")
    sound = write_sound(tmp_path / "sound.wav", 3.0)
    weights = Path(shutil.copy(tiny_weights, tmp_path / "tiny.h5"))
    for made in tiny_weights.parent.glob("*.tflite"):
        shutil.copy(made, tmp_path)
    arguments = [str(tmp_path / "out.csv") if text == "OUT" else text for text in more]
    done = subprocess.run(
        [sys.executable, "-c", _REFUSED + code, sound, *arguments],
        env=os.environ | {"YAMNET_GUI_WEIGHTS": str(weights), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
