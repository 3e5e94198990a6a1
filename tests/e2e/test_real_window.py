"""The whole way in a real window, with nothing but keys, mouse and the files that come out."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.analysis import ResultCache
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import BALANCED, RuleSet, preset, rules_to_json

from .desktop import MISSING, Desktop, wait_until

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(bool(MISSING), reason=f"no {MISSING}: install xvfb and xdotool"),
]
RATE_HZ = 16_000
SIZE = "1200x740"
LONGEST_END_S = 2.0
"""Of a program that has the machine to itself."""
_WHERE = """
import json, sys
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from yamnet_gui import app
application, bench = app.prepare(app.parse(sys.argv[1:]))
bench.shell.window.show()
application.processEvents()
def middle(widget):
    at = widget.mapTo(bench.shell.window, QPoint(0, 0))
    return [at.x() + widget.width() // 2, at.y() + widget.height() // 2]
named = {w.accessibleName(): w for w in bench.shell.window.findChildren(QWidget) if w.isVisible()}
print(json.dumps({name: middle(w) for name, w in named.items() if name}))
bench.shell.window.close()
"""


@pytest.fixture
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    screen = Desktop(tmp_path_factory.mktemp("screen"))
    yield screen
    screen.close()


@pytest.fixture
def environment(desktop: Desktop, tiny_weights: Path, tmp_path: Path) -> dict[str, str]:
    """What the program starts with: this display, small weights, folders of its own."""
    return {
        **desktop.environment,
        **{k: v for k, v in os.environ.items() if k.startswith("XDG_")},
        "YAMNET_GUI_WEIGHTS": str(tiny_weights),
        "YAMNET_GUI_CACHE": str(tmp_path / "cache"),
    }


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Forty seconds: noise, tones and silence by turns, so that scores rise and fall."""
    random = np.random.default_rng(11)
    clock = np.arange(4 * RATE_HZ) / RATE_HZ
    parts = []
    for n in range(10):
        tone = 0.4 * np.sin(2 * np.pi * (200 + 350 * n) * clock)
        parts.append([tone, random.uniform(-0.5, 0.5, clock.size), np.zeros(clock.size)][n % 3])
    path = tmp_path / "tones, noise.wav"
    soundfile.write(path, np.concatenate(parts), RATE_HZ, subtype="PCM_16")
    return path


def start(environment: dict[str, str], *arguments: str | Path) -> subprocess.Popen[str]:
    """The program as a person starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "yamnet_gui", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def places(environment: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Middles of the widgets inside a window of SIZE, by their accessible names."""
    done = subprocess.run(
        [sys.executable, "-c", _WHERE, "--size", SIZE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: (x, y) for name, (x, y) in json.loads(done.stdout).items()}


def analysed(environment: dict[str, str]) -> bool:
    """Whether a finished analysis lies in the cache."""
    results = Path(environment["YAMNET_GUI_CACHE"], "results")
    return any(p.is_dir() and not p.suffix for p in results.glob("??/*"))


def ends_well(program: subprocess.Popen[str]) -> None:
    """The program ends soon, with status 0 and without a word from Qt or anybody else."""
    asked = time.monotonic()
    _, said = program.communicate(timeout=60)
    spent = time.monotonic() - asked
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)  # the others' share of a busy machine
    assert program.returncode == 0
    assert said == ""
    assert spent < LONGEST_END_S * max(1.0, waiting)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_command(
    environment: dict[str, str], recording: Path, rules: RuleSet, folder: Path
) -> list[dict[str, str]]:
    """What `analyze` writes for the same recording and rules."""
    rule_file, out = folder / "rules.json", folder / "by command.csv"
    rule_file.write_text(json.dumps(rules_to_json(rules, bundled_class_map())))
    command = ["analyze", recording, "--rules", rule_file, "-o", out, "--no-cache"]
    subprocess.run(
        [sys.executable, "-m", "yamnet_gui", *map(str, command)],
        env=environment,
        capture_output=True,
        check=True,
    )
    return table(out)


@pytest.mark.workflow
def test_a_recording_becomes_a_table_of_events(
    desktop: Desktop, environment: dict[str, str], recording: Path, tmp_path: Path
) -> None:
    usual = by_command(environment, recording, preset(BALANCED, bundled_ontology()), tmp_path)
    strengths = sorted(float(row["score_max"]) for row in usual)
    threshold = round(strengths[len(strengths) // 2], 2)
    where = places(environment)
    program = start(environment, "--size", SIZE)
    try:
        desktop.wait_for_window("yamnet_gui")
        desktop.key("ctrl+o")
        desktop.wait_for_window("Open recording")
        desktop.write(str(recording))
        desktop.key("Return")
        desktop.wait_for_window(recording.name)
        wait_until(lambda: analysed(environment), 90, "the analysis")
        desktop.wait_until_still()

        x, y = where["Threshold for all classes"]
        desktop.click(x - 15, y, times=2)
        desktop.write(f"{threshold:.2f}")
        desktop.key("Return")
        desktop.click(600, 170)  # from here on keys are the window's again
        desktop.wait_until_still()
        desktop.key("space")
        assert desktop.changes_within(3), "nothing moves while playing"
        desktop.key("space")
        desktop.wait_until_still()

        out = tmp_path / "by hand.csv"
        desktop.key("ctrl+e")
        desktop.wait_for_window("Export events")
        desktop.key("alt+f")
        desktop.write(str(out))
        desktop.key("Return")
        wait_until(out.is_file, 20, "the table of events")
        desktop.wait_for_window(recording.name)
        desktop.key("ctrl+q")
        ends_well(program)
    finally:
        program.kill()

    written = table(out)
    changed = preset(BALANCED, bundled_ontology()).with_threshold(None, threshold)
    assert 0 < len(written) < len(usual)
    assert written == by_command(environment, recording, changed, tmp_path)


@pytest.mark.workflow
def test_closing_the_window_during_an_analysis_ends_the_program(
    desktop: Desktop, environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "an hour.wav"
    silence = np.zeros(60 * RATE_HZ, np.int16)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(60):
            file.write(silence)
    program = start(environment, path, "--size", SIZE)
    try:
        desktop.wait_for_window(path.name)

        cache = ResultCache(Path(environment["YAMNET_GUI_CACHE"]))
        wait_until(lambda: cache.size() > 100_000, 90, "the first frames")
        assert not analysed(environment)
        desktop.key("ctrl+q")
        ends_well(program)
    finally:
        program.kill()


def test_labels_come_in_and_go_out_again_by_keys_alone(
    desktop: Desktop, environment: dict[str, str], recording: Path, tmp_path: Path
) -> None:
    labels = tmp_path / f"{recording.stem}.txt"
    labels.write_text("1.25\t2.5\tAmsel, nah\n3.0\t3.5\tDog\n", encoding="utf-8")
    program = start({**environment, "YAMNET_GUI_WEIGHTS": ""}, recording, "--size", SIZE)
    try:
        desktop.wait_for_window(recording.name)
        desktop.wait_until_still()
        desktop.key("ctrl+i")
        desktop.wait_for_window("Import labels")
        desktop.write(str(labels))
        desktop.key("Return")
        desktop.wait_for_window(f"Import {labels.name}")
        desktop.wait_until_still()
        desktop.key("Return")
        desktop.wait_for_window(recording.name)
        desktop.wait_until_still()
        out = tmp_path / "out.csv"
        desktop.key("ctrl+e")
        desktop.wait_for_window("Export events")
        desktop.key("alt+f")
        desktop.write(str(out))
        desktop.key("Return")
        wait_until(out.is_file, 20, "the table of events")
        desktop.wait_for_window(recording.name)
        desktop.key("ctrl+q")
        ends_well(program)
    finally:
        program.kill()
    assert [(row["label"], float(row["onset_s"]), row["source"]) for row in table(out)] == [
        ("Amsel, nah", 1.25, "imported"),
        ("Dog", 3.0, "imported"),
    ]
