"""Modules that take long to import, when the user first asks for them."""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from PySide6.QtCore import QObject

from .debounced import Debounced
from .latest import LatestJob

PLOTS = "pyqtgraph"
"""What plots are drawn with: a fifth of a second, in a turn of its own."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Imports modules; yields once all are there."""

    modules: tuple[str, ...]

    def run(self) -> Iterator[None]:
        for name in self.modules:
            import_module(name)
        yield None


class FirstUse:
    """Calls something once modules are there, by their full names.

    Those that are `plain` hold nothing of Qt, and are imported in the background. The others are
    imported in the thread of the window, one in each turn of its event loop: PySide makes classes
    of Qt known when they are first asked for, and two threads that ask at once end the program.
    """

    def __init__(
        self, name: str, parent: QObject, modules: Sequence[str], plain: Sequence[str] = ()
    ) -> None:
        self._modules = tuple(modules)
        self._plain = tuple(plain)
        self._job = LatestJob(name, parent)
        self._turn = Debounced(parent, 0, self._import_next)
        self._left: deque[str] = deque()
        self._call: Callable[[], object] | None = None

    @property
    def busy(self) -> bool:
        return self._job.busy or self._turn.active

    def then(self, call: Callable[[], object]) -> None:
        """Calls at once where all modules are there; otherwise soon, the last call only."""
        self._job.cancel()  # what was asked for before may be on its way
        self._turn.stop()
        if all(map(_is_there, (*self._plain, *self._modules))):
            call()
            return
        self._call = call
        self._left = deque(self._modules)
        self._job.run(ImportJob(self._plain), lambda _done: self._turn.start())

    def close(self) -> None:
        """Ends the thread."""
        self._turn.stop()
        self._job.close()

    def _import_next(self) -> None:
        if self._left:
            import_module(self._left.popleft())
            self._turn.start()
        elif self._call is not None:
            self._call()


def _is_there(name: str) -> bool:
    module = sys.modules.get(name)
    return module is not None and not getattr(module.__spec__, "_initializing", False)
