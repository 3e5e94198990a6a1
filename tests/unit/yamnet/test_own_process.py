"""What runs in a process of its own is followed, reported, and ended."""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from yamnet_gui.yamnet.own_process import in_own_process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def fake_python(path: Path, *lines: str) -> str:
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return str(path)


def running(folder: Path) -> Generator[float, None, str]:
    return in_own_process("yamnet_gui.yamnet.export_process", (), folder)


def outcome(steps: Generator[float, None, str]) -> str:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["echo 0.1", "kill -SEGV $$"], "ended with status -11"),
        (["echo 0.1", "echo failed it is too large"], "it is too large"),
        (["exit 3"], "ended with status 3"),
        (["echo 0.5", "echo done"], ""),
    ],
)
def test_what_fails_or_crashes_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], reason: str
) -> None:
    monkeypatch.setattr(sys, "executable", fake_python(tmp_path / "python", *lines))
    found = outcome(running(tmp_path))
    assert reason in found
    assert bool(reason) == bool(found)


def test_closing_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "number"
    script = fake_python(tmp_path / "python", f"echo $$ > {note}", "echo 0.25", "exec sleep 600")
    monkeypatch.setattr(sys, "executable", script)
    steps = running(tmp_path)
    assert 0.25 in (next(steps) for _ in range(600))
    steps.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
