"""The application itself: settings, weights, shortcuts, stored results, about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.log import log_path
from yamnet_gui.core.text import megabytes
from yamnet_gui.gui.actions import ACTIONS
from yamnet_gui.gui.jobs.analysis import FetchProgress
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.yamnet import WeightsFile

from .feature import Feature, run_dialog

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.dialogs.guide import GuideWindow


class ApplicationDialogs(Feature):
    """Dialogs about the application, not about a recording."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._settings = context.session.settings
        self._analysis = context.services.analysis
        self._weights = context.services.weights
        self._player = context.services.player
        self._notices = context.shell.notices
        self._questions = context.shell.questions
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        self._guide: GuideWindow | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "settings": self.change_settings,
            "weights": self.weights,
            "clear_cache": self.clear_cache,
            "guide": lambda: self.guide("guide.md"),
            "glossary": lambda: self.guide("glossary.md"),
            "shortcuts": self.shortcuts,
            "show_log": self.show_log,
            "about": self.about,
        }

    def change_settings(self) -> None:
        from yamnet_gui.gui.dialogs.settings import SettingsDialog

        devices = (
            ("", "System default"),
            *((d.id, d.name) for d in self._player.sound.devices()),
        )
        dialog = SettingsDialog(self._settings, {"output_device": devices}, parent=self._window)
        run_dialog(dialog)

    def clear_cache(self) -> None:
        """Deletes the analyses that are stored to save time, after a question."""
        size = self._analysis.stored_bytes()
        if not size:
            self._show_message("No analyses are stored.")
            return
        again = "Recordings are analysed again when they are needed, which takes its time."
        if self._weights.path is None:
            again = "Without weights, which are missing here, recordings cannot be analysed again."
        question = (
            f"Delete the scores of all analysed recordings, {megabytes(size)}?\n\n{again}\n\n"
            "All projects, with their events, labels and decisions, and your classes and models"
            " stay."
        )
        if self._questions.confirm(question, "Delete analyses"):
            freed = self._analysis.clear_cache()
            text = f"Stored analyses deleted: {megabytes(freed)} freed."
            self._notices.show_notice(NoticeKind.INFO, text, seconds=8)

    def shortcuts(self) -> None:
        from yamnet_gui.gui.dialogs.shortcuts import ShortcutRow, ShortcutsDialog

        rows = []
        for spec in ACTIONS:
            key = self._window.actions_by_id[spec.id].shortcut()
            shown = key.toString(QKeySequence.SequenceFormat.PortableText)
            usual = spec.keys[0] if spec.keys else ""
            title = spec.name
            rows.append(ShortcutRow(spec.id, title, shown, spec.menu, usual))
        dialog = ShortcutsDialog(rows, self._window)
        dialog.key_changed.connect(self._settings.set_shortcut)
        run_dialog(dialog)

    def guide(self, page: str) -> None:
        """Opens a page of the guide in a window that may stay open."""
        from yamnet_gui.gui.dialogs.guide import GuideWindow

        if self._guide is None:
            try:
                self._guide = GuideWindow(self._window)
            except UserError as error:
                self._show_error(error)
                return
        self._guide.show_page(page)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()
        self._guide.search.setFocus()

    def close(self) -> None:
        if self._guide is not None:
            self._guide.close()

    def show_log(self) -> None:
        """Opens the folder with the log file in the system's file manager."""
        folder = log_path().parent
        if not (folder.is_dir() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))):
            self._show_error(UserError(folder, "cannot be shown", "open it in a file manager"))

    def about(self) -> None:
        from yamnet_gui.gui.dialogs.about import AboutDialog

        run_dialog(AboutDialog(self._window))

    def weights(self) -> None:
        """Shows which weights are in use; downloads them or opens a file."""
        from yamnet_gui.gui.dialogs.weights import WeightsDialog

        weights = self._weights
        dialog = WeightsDialog(self._window)
        path = weights.path
        if path is not None:
            dialog.show_checking(path)
            weights.check()

        def show(result: WeightsFile | UserError) -> None:
            if isinstance(result, UserError):
                dialog.show_problem(result.problem)
            else:
                dialog.show_file(result)

        def progress(step: FetchProgress) -> None:
            if step.total:
                dialog.show_progress(step.done, step.total)
            else:
                dialog.show_progress(step.done)

        weights.checked.connect(show)
        weights.fetch_progress.connect(progress)
        weights.fetch_failed.connect(show)
        dialog.download_requested.connect(weights.fetch)
        dialog.cancel_requested.connect(weights.cancel_fetch)
        dialog.file_chosen.connect(weights.use)
        try:
            run_dialog(dialog)
        finally:
            weights.checked.disconnect(show)
            weights.fetch_progress.disconnect(progress)
            weights.fetch_failed.disconnect(show)
