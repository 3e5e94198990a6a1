"""Actions that need an answer: dialogs, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES

if TYPE_CHECKING:
    from .workbench import Workbench


class Asking:
    """Opens dialogs over the window."""

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"open": self.open, "weights": self.weights}

    def open(self) -> None:
        """Lets a person choose a recording."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SOUND_SUFFIXES))
        name, _chosen = QFileDialog.getOpenFileName(
            self._bench.window,
            "Open a recording",
            self._bench.settings.folder(),
            f"Recordings ({patterns});;All files (*)",
        )
        if name:
            self._bench.open(Path(name))

    def weights(self) -> None:
        pass
