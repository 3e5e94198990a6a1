"""Tests of real sound and real windows run while no other test does, on however many cores."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

try:
    import fcntl
except ImportError:  # Windows, where no such test runs
    fcntl = None  # type: ignore[assignment]

ALONE = ("sound", "display")


class Turns:
    """Takes turns between the processes of one run; a plugin."""

    def __init__(self) -> None:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
        self._folder = Path(tempfile.gettempdir()) / f"yamnet-gui-tests-{run}" if run else None

    @staticmethod
    def is_alone(item: pytest.Item) -> bool:
        return any(item.get_closest_marker(name) for name in ALONE)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._folder is None or fcntl is None:
            return (yield)
        self._folder.mkdir(exist_ok=True)
        with ExitStack() as held:
            # whoever waits for the machine holds the door, so that nobody else begins meanwhile
            with self._locked("door", fcntl.LOCK_EX):
                kind = fcntl.LOCK_EX if self.is_alone(item) else fcntl.LOCK_SH
                held.enter_context(self._locked("machine", kind))
            return (yield)

    @contextmanager
    def _locked(self, name: str, kind: int) -> Iterator[None]:
        assert self._folder is not None
        with (self._folder / name).open("w") as file:
            fcntl.flock(file, kind)
            yield
