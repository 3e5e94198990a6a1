"""Modules that take long to import: in the background, when the user first asks for them."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from PySide6.QtCore import QObject

from .latest import LatestJob


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Imports modules; yields once all are there."""

    modules: tuple[str, ...]

    def run(self) -> Iterator[None]:
        for name in self.modules:
            import_module(name)
        yield None


class FirstUse:
    """Calls something once modules are there. `modules` by their full names.

    A dialog with plots takes half a second to import, in which the window would stand still.
    """

    def __init__(self, name: str, parent: QObject, *modules: str) -> None:
        self._modules = modules
        self._job = LatestJob(name, parent)

    @property
    def busy(self) -> bool:
        return self._job.busy

    def then(self, call: Callable[[], object]) -> None:
        """Calls at once where all modules are there; otherwise soon, the last call only."""
        if all(map(_is_there, self._modules)):
            self._job.cancel()  # what was asked for before may be on its way
            call()
            return

        def imported(_done: None) -> None:
            call()

        self._job.run(ImportJob(self._modules), imported)

    def close(self) -> None:
        """Ends the thread."""
        self._job.close()


def _is_there(name: str) -> bool:
    module = sys.modules.get(name)
    return module is not None and not getattr(module.__spec__, "_initializing", False)
