"""Saves a table of metrics as CSV where the user wants it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.files import replacing
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.overwrite_guard import spare

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class CsvSaver:
    """Asks for a file next to the other exports; a notice shows the path, or the error."""

    def __init__(self, context: Context) -> None:
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error

    def ask(self, parent: QWidget | None, name: str, text: str) -> None:
        """Asks where to save the table `name` (without a suffix), and saves it there."""
        start = str(Path(self._settings.folder("exports")) / f"{name}.csv")
        chosen, _filter = QFileDialog.getSaveFileName(
            parent, "Save the table", start, "CSV (*.csv)"
        )
        if chosen:
            self.write(Path(chosen), text)

    def write(self, path: Path, text: str) -> None:
        """Writes the table; an error is shown instead of raised."""
        try:
            spare(path)
            with replacing(path) as beside:
                beside.write_text(text, encoding="utf-8")
        except UserError as error:
            self._show_error(error)
            return
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            self._show_error(UserError(path, reason, "choose another folder"))
            return
        self._settings.remember_folder(path.parent, "exports")
        self._notices.show_notice(
            NoticeKind.INFO, f"Written to {path}.", key="evaluation", seconds=8
        )
