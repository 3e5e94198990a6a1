"""The map as a picture and as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.gui.window_picture import save_picture

from .jobs import SaveMapJob
from .layout import MapLayout
from .panel import MapPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class MapFiles(QObject):
    """Saves what the map shows, once there is a layout."""

    def __init__(
        self, context: Context, panel: MapPanel, layout: MapLayout, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._layout = layout
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._background = LatestJob("map table", self, self._show_error)

    @property
    def busy(self) -> bool:
        return self._background.busy

    def close(self) -> None:
        """Ends the thread."""
        self._background.close()

    def save_picture(self, path: Path) -> None:
        """Writes the map as it is shown, with its legend and notes, as PNG."""
        try:
            save_picture(self._panel.picture(), path)
        except UserError as error:
            self._show_error(error)
        else:
            self._show_saved(path)

    def save_table(self, path: Path) -> None:
        """Writes every point with its place, label, state, score and coordinates as CSV."""
        layout = self._layout
        if layout.data is not None and layout.xy is not None:
            job = SaveMapJob(path, layout.data, layout.xy, layout.method)
            self._background.run(job, self._show_saved)

    def ask_picture(self) -> None:
        """Asks where to save the picture."""
        self._ask("Save the map as a picture", "map.png", "Pictures (*.png)", self.save_picture)

    def ask_table(self) -> None:
        """Asks where to save the table."""
        self._ask("Save the map as a table", "map.csv", "Tables (*.csv)", self.save_table)

    def _ask(self, title: str, name: str, kinds: str, save: Callable[[Path], None]) -> None:
        if self._layout.xy is None:
            return
        start = str(Path(self._settings.folder("exports")) / name)
        chosen, _filter = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if chosen:
            self._settings.remember_folder(Path(chosen).parent, "exports")
            save(Path(chosen))

    def _show_saved(self, path: Path) -> None:
        self._notices.show_notice(NoticeKind.INFO, f"Saved to {path}.", seconds=8)
