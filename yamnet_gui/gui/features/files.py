"""Opening recordings and folders, and a picture of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench


class Files(Feature):
    """Asks which recording or folder to open."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        workbench.welcome.open_requested.connect(lambda: self.open())

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "open": self.open,
            "open_folder": self.open_folder,
            "demo": self._bench.open_demo,
            "screenshot": self.screenshot,
            "quit": self._bench.window.close,
        }

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

    def open_folder(self) -> None:
        """Lists the recordings of a folder."""
        name = QFileDialog.getExistingDirectory(
            self._bench.window, "Open a folder of recordings", self._bench.settings.folder()
        )
        if name:
            self._bench.open_folder(Path(name))

    def screenshot(self) -> None:
        """Saves a picture of the window."""
        bench = self._bench
        picture = bench.window.grab()
        name, _chosen = QFileDialog.getSaveFileName(
            bench.window, "Save a picture", "yamnet_gui.png", "Pictures (*.png)"
        )
        if name and not picture.save(name, "PNG"):
            bench.show_error(UserError(name, "cannot be written", "choose another folder"))
