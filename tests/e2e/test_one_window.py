"""Later starts in real windows: files go to the window that is open."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.core.handover import meeting_place

from .desktop import MISSING, Desktop, wait_until

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(bool(MISSING), reason=f"no {MISSING}: install xvfb and xdotool"),
]


@pytest.fixture
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    screen = Desktop(tmp_path_factory.mktemp("screen"))
    yield screen
    screen.close()


def test_a_later_start_opens_its_files_in_the_open_window(desktop: Desktop, tmp_path: Path) -> None:
    env = {
        **desktop.environment,
        **{k: v for k, v in os.environ.items() if k.startswith("XDG_")},
        "YAMNET_GUI_CACHE": str(tmp_path / "cache"),
    }
    name = os.fsdecode(b"night \xff.wav")
    soundfile.write(tmp_path / "night.wav", np.zeros(16_000), 16_000)
    (tmp_path / "night.wav").rename(tmp_path / name)
    command = [sys.executable, "-m", "yamnet_gui"]
    windows: list[subprocess.Popen[bytes]] = []

    def later(*arguments: str) -> int:
        done = subprocess.run([*command, *arguments], env=env, cwd=tmp_path, timeout=60, check=True)
        return done.returncode

    place = meeting_place(env)
    assert place is not None
    try:
        windows.append(subprocess.Popen(command, env=env))
        desktop.wait_for_window("yamnet_gui")
        assert later(name) == 0
        desktop.wait_for_window("night")
        windows.append(subprocess.Popen([*command, "--new-window"], env=env))
        wait_until(lambda: desktop.active_title() == "yamnet_gui", 30, "a second window in front")
        assert later() == 0
        desktop.wait_for_window("night")  # the first one is in front again
        before = place.read_note()
        windows[0].kill()  # leaves socket and note behind
        windows[0].wait()
        desktop.wait_for_window("yamnet_gui")
        wait_until(lambda: place.read_note() != before, 30, "the second window to listen")
        assert later(name) == 0
        desktop.wait_for_window("night")
    finally:
        for window in windows:
            window.kill()
            window.wait()
        for left in place.folder.glob(f"{place.key}.*"):
            left.unlink()
