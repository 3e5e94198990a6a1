"""Runs what needs TensorFlow's converters in a process of its own.

So that its two seconds and 900 MB never load into a process that analyses or has a window, and a
crash of it costs nothing.
"""

import logging
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import yamnet_gui

DONE = "done"
"""What the process prints last."""
FAILED = "failed "
"""Or this, before what went wrong."""
TEMPORARY = "yamnet-gui-"
"""How the folder begins in which the process writes."""

_LOOK_EVERY_S = 0.1
_LONGEST_S = 300.0  # it takes some seconds; this is for one that never ends
_log = logging.getLogger(__name__)


def in_own_process(
    module: str, arguments: Sequence[str | Path], folder: Path
) -> Generator[float, None, str]:
    """Runs `python -m MODULE ARGUMENTS`; yields the fraction done, many times a second.

    `folder` gets its temporary files. Returns what went wrong, or "". Closing the generator ends
    the process.
    """
    if not sys.executable:
        return "there is no program to run Python with"
    with tempfile.TemporaryFile() as errors:
        try:
            process = _started(module, arguments, folder, errors.fileno())
        except OSError as error:
            return str(error.strerror or error)
        with process:
            reason = yield from _followed(process)
        if reason:
            errors.seek(0)
            _log.warning("%s: %s\n%s", module, reason, errors.read().decode(errors="replace"))
        return reason


def _started(
    module: str, arguments: Sequence[str | Path], folder: Path, errors: int
) -> subprocess.Popen[str]:
    root = Path(yamnet_gui.__file__).absolute().parents[1]
    paths = [str(root), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8:surrogateescape",
        "CUDA_VISIBLE_DEVICES": "-1",
        # TensorFlow leaves files behind where it is killed: they go with the folder
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder.absolute())),
    }
    return subprocess.Popen(
        # -P: nothing in the folder that happens to be the current one is imported
        [sys.executable, "-P", "-m", module, *arguments],
        env=environment,
        stdin=subprocess.PIPE,  # which closes when this process ends, however it does
        stdout=subprocess.PIPE,
        stderr=errors,
        encoding="utf-8",
        errors="surrogateescape",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _followed(process: subprocess.Popen[str]) -> Generator[float, None, str]:
    """Yields the fraction done, then ends the process; returns what went wrong, or ""."""
    lines: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.strip())
        lines.put(None)

    listener = threading.Thread(target=listen, name="convert network", daemon=True)
    listener.start()
    try:
        end, fraction = time.monotonic() + _LONGEST_S, 0.0
        while time.monotonic() < end:
            yield fraction
            try:
                line = lines.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                continue
            if line is None:
                return f"the converter ended with status {process.wait()}"
            if line == DONE:
                return ""
            if line.startswith(FAILED):
                return line.removeprefix(FAILED)
            fraction = float(line)
        return f"the converter did not end within {_LONGEST_S:.0f} s"
    finally:
        process.kill()
        listener.join()


def end_with_parent(temporary: Path) -> None:
    """Ends this process, and removes the folder, when standard input closes: its parent is gone."""
    sys.stdin.buffer.read()
    if temporary.name.startswith(TEMPORARY):
        shutil.rmtree(temporary, ignore_errors=True)
    os._exit(1)
