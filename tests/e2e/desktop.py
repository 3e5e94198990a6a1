"""An X display of the test's own, with a window manager, hands and eyes."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

MISSING = next((name for name in ("Xvfb", "xdotool") if not shutil.which(name)), "")
WIDTH, HEIGHT = 1280, 800
_POLL_S = 0.05


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Looks again and again; AssertionError that says `what` did not happen in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(_POLL_S)


class Desktop:
    """Xvfb at a free display number that it chooses itself; openbox where it is installed."""

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", "-noreset"),
                *("-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder)),
            ],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.display = f":{pipe.readline().strip()}"
        self._frame_buffer = folder / "Xvfb_screen0"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND_"))},
            "DISPLAY": self.display,
            "LC_ALL": "C.UTF-8",
        }
        self._manager = None
        if shutil.which("openbox"):
            self._manager = subprocess.Popen(
                ["openbox", "--sm-disable"],
                env={**self.environment, "HOME": str(folder)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def close(self) -> None:
        for process in (self._manager, self._server):
            if process is not None:
                process.terminate()
                process.wait(10)

    def hand(self, *words: str | int) -> str:
        """One xdotool command; what it printed, "" where it failed."""
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def key(self, *keys: str) -> None:
        self.hand("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        """Types a text in place of whatever the focused field holds."""
        self.key("ctrl+a")
        self.hand("type", "--delay", 5, text)

    def click(self, x: int, y: int, times: int = 1) -> None:
        """Clicks inside the window that has the keyboard, so many pixels from its corner."""
        window = self.hand("getwindowfocus")
        self.hand("mousemove", "--sync", "--window", window, x, y)
        self.hand("click", "--repeat", times, "--delay", 30, 1)

    def active_title(self) -> str:
        """The title of the window that has the keyboard."""
        return self.hand("getwindowfocus", "getwindowname")

    def wait_for_window(self, part: str, seconds: float = 30) -> None:
        """Until a window whose title holds `part` has the keyboard."""
        wait_until(lambda: part in self.active_title(), seconds, f"a window called {part!r}")

    def picture(self) -> bytes:
        """Every pixel of the screen."""
        return self._frame_buffer.read_bytes()

    def changes_within(self, seconds: float) -> bool:
        """Whether any pixel becomes another one in this time."""
        before, end = self.picture(), time.monotonic() + seconds
        while time.monotonic() < end:
            if self.picture() != before:
                return True
            time.sleep(_POLL_S)
        return False

    def wait_until_still(self, seconds: float = 30) -> None:
        """Until nothing moves on the screen for a while."""
        wait_until(lambda: not self.changes_within(0.6), seconds, "the screen comes to rest")
