"""A PulseAudio daemon of the test's own: what is played into its null sink can be recorded."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

RATE_HZ = 44100
CHANNELS = 2
MISSING = next((name for name in ("pulseaudio", "parec", "pactl") if not shutil.which(name)), "")


class Pulse:
    """A running daemon with the null sink `heard`."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o700)
        self.server = f"unix:{folder}/native"
        self.client_environment = {
            "PULSE_SERVER": self.server,
            "PULSE_COOKIE": f"{folder}/cookie",
        }
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PULSE_", "DBUS_"))},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(folder),
            "PULSE_COOKIE": f"{folder}/cookie",
        }
        script = folder / "heard.pa"
        script.write_text(
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native\n"
            + _null_sink("heard")
            + "set-default-sink heard\n"
        )
        options = (
            "-n --daemonize=no --system=false --exit-idle-time=-1 --use-pid-file=false "
            "--disable-shm=true --realtime=false --high-priority=true"
        )
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            ["pulseaudio", *options.split(), "-F", str(script)],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def ready(self) -> bool:
        return "heard" in self.control("list", "short", "sinks")

    def control(self, *words: str) -> str:
        done = subprocess.run(
            ["pactl", "--server", self.server, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def add_sink(self, name: str) -> str:
        """Adds a null sink; gives the number of its module for `unload-module`."""
        return self.control("load-module", *_null_sink(name).split()[1:]).strip()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    @contextmanager
    def recording(self) -> Iterator["Recorder"]:
        recorder = Recorder(self)
        try:
            yield recorder
        finally:
            recorder.close()


class Recorder:
    """Records the monitor of `heard` with the time at which every piece came."""

    def __init__(self, pulse: Pulse) -> None:
        self._process = subprocess.Popen(
            [
                *("parec", "--server", pulse.server, "-d", "heard.monitor", "--raw"),
                *("--format=float32le", f"--rate={RATE_HZ}", f"--channels={CHANNELS}"),
                "--latency-msec=5",
            ],
            env=pulse.environment,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._pieces: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := self._process.stdout.read(1 << 16):
            self._pieces.append((time.monotonic(), data))

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself: the daemon did not let it in."""
        return self._process.poll() is not None

    @property
    def running(self) -> bool:
        return bool(self._pieces)

    def samples(self) -> np.ndarray:
        """All that was heard so far, float32 (n, 2)."""
        data = b"".join(piece for _, piece in list(self._pieces))
        return np.frombuffer(data[: len(data) // 8 * 8], np.float32).reshape(-1, CHANNELS)

    def frames_at(self, moment: float) -> int:
        """How many frames had been heard at a time of the monotonic clock."""
        heard = sum(len(piece) for at, piece in list(self._pieces) if at <= moment)
        return heard // (4 * CHANNELS)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._thread.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _null_sink(name: str) -> str:
    return (
        f"load-module module-null-sink sink_name={name} "
        f"format=float32le rate={RATE_HZ} channels={CHANNELS}\n"
    )
