"""Exporting and importing rules as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import load_rules, save_rules
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.overwrite_guard import spare

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_PATTERN = "Rules (*.json);;All files (*)"


class RulesFiles:
    """Reads and writes rules files; errors are shown."""

    def __init__(self, context: Context) -> None:
        self._class_map = context.session.class_map
        self._rules = context.session.rules
        self._settings = context.session.settings
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window

    def export(self) -> None:
        """Asks for a file, and writes the current rules, which the command line can read, too."""
        folder = self._settings.folder("exports")
        start = str(Path(folder) / f"{self._rules.rule_set.name}.json")
        name, _chosen = QFileDialog.getSaveFileName(
            self._window, "Export the rules", start, _PATTERN
        )
        if name:
            self.write(Path(name))

    def write(self, path: Path) -> None:
        """Writes the current rules as JSON."""
        try:
            spare(path)
            save_rules(path, self._rules.rule_set, self._class_map.value)
        except UserError as error:
            self._show_error(error)
        except OSError as error:
            self._show_error(UserError(path, f"cannot be written ({error.strerror})"))
        else:
            self._settings.remember_folder(path.parent, "exports")
            text = f"Written: {path.name}. The command line reads it with --rules."
            self._notices.show_notice(NoticeKind.INFO, text, key="rules", seconds=8)

    def import_file(self) -> None:
        """Asks for a file, and switches to its rules."""
        name, _chosen = QFileDialog.getOpenFileName(
            self._window, "Import rules", self._settings.folder("exports"), _PATTERN
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Switches to the rules of a JSON file; the current ones stay if it cannot be read."""
        try:
            self._rules.set(load_rules(path, self._class_map.value, self._class_map.ontology))
        except UserError as error:
            self._show_error(error)
