"""What ffmpeg writes is read as ffmpeg decodes it, in every container and codec."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .containers import write_container
from .test_every_sample import RATE, mp3, noise

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "audio_fidelity.py"
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="there is no ffmpeg program to compare with"
)


def figures(folder: Path, *arguments: str) -> dict[str, int]:
    """What the benchmark writes, started as the user would start it."""
    out = folder / "figures.json"
    command = [sys.executable, str(BENCHMARK), *arguments, "--json", str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    content = json.loads(out.read_text(encoding="utf-8"))
    problems = content["length_errors"] + content["place_errors"] + content["refused"]
    assert done.returncode == (1 if problems else 0), done.stderr
    return {key: content[key] for key in ("files", "length_errors", "place_errors", "refused")}


@needs_ffmpeg
@pytest.mark.workflow
def test_the_files_of_a_folder_are_compared_with_ffmpeg(tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    (folder / "a.mp3").write_bytes(mp3(noise(3)))
    write_container(folder / "b.m4a", noise(3, 2), RATE, "aac")
    expected = {"files": 2, "length_errors": 0, "place_errors": 0, "refused": 0}
    assert figures(tmp_path, str(folder)) == expected


@needs_ffmpeg
@pytest.mark.slow
def test_every_container_and_codec_that_ffmpeg_writes(tmp_path: Path) -> None:
    result = figures(tmp_path)
    assert result["files"] >= 45
    assert result["length_errors"] == result["place_errors"] == result["refused"] == 0
