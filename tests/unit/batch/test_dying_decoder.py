"""A decoder library that dies takes a recording with it, not the run."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(os.name != "posix", reason="needs signals"),
]

DYING = """
import ctypes, os, soundfile

class Dying(soundfile.SoundFile):
    def __init__(self, file, *arguments, **options):
        if b"deadly" in os.fsencode(file):
            ctypes.string_at(0)  # what a decoder does that runs over its own buffers
        super().__init__(file, *arguments, **options)

soundfile.SoundFile = Dying
"""


def test_a_recording_whose_decoder_dies_is_named_and_the_others_are_done(
    tmp_path: Path, tiny_weights: Path
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(DYING, encoding="ascii")
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    names = ["a.wav", "b deadly.wav", "c.wav", "d.wav"]
    for name in names:
        write_sound(sounds / name, 1.0)
    paths = [str(hooks), *sys.path]
    table = tmp_path / "out.csv"
    command = ["analyze", str(sounds), "--jobs", "2", "-o", str(table), "--top", "1", "--no-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "yamnet_gui", *command],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "YAMNET_GUI_WEIGHTS": str(tiny_weights),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    with table.open(encoding="utf-8", newline="") as file:
        analysed = {Path(row["file"]).name for row in csv.DictReader(file)}
    assert analysed == {name for name in names if "deadly" not in name}
    with table.with_name("out.failed.csv").open(encoding="utf-8", newline="") as file:
        failed = {Path(row["file"]).name: row["reason"] for row in csv.DictReader(file)}
    assert set(failed) == {name for name in names if "deadly" in name}
    assert all("crash" in reason for reason in failed.values())
    assert "3 done, 1 failed" in done.stderr
