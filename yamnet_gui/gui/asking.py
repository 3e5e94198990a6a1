"""Actions that need an answer: dialogs, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.yamnet import WeightsFile

from .actions import ACTIONS
from .jobs.analysing import FetchProgress
from .jobs.runner import JobRunner
from .panels.notices import NoticeKind
from .state.rules import Rules

if TYPE_CHECKING:
    from .dialogs.spectrogram import SpectrogramDialog
    from .workbench import Workbench


class Asking:
    """Opens dialogs over the window. Each is imported when it is first wanted: the window stands
    a fifth of a second sooner without them."""

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench
        self._exports = JobRunner("export", workbench)
        self._export_format = ""
        self._spectrogram: SpectrogramDialog | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {
            "open": self.open,
            "open_folder": self.open_folder,
            "demo": self._bench.open_demo,
            "export": self.export,
            "screenshot": self.screenshot,
            "quit": self._bench.window.close,
            "settings": self.change_settings,
            "go_to": self.go_to,
            "spectrogram": self.spectrogram,
            "louder_wave": lambda: self._magnify(2.0),
            "softer_wave": lambda: self._magnify(0.5),
            "reset_rules": self.reset_rules,
            "weights": self.weights,
            "find_class": self.find_class,
            "clear_cache": self.clear_cache,
            "shortcuts": self.shortcuts,
            "about": self.about,
        }

    @property
    def busy(self) -> bool:
        """Whether an export is being written."""
        return self._exports.busy

    def close(self) -> None:
        """Lets an export that runs come to its end."""
        self._exports.close()

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

    def export(self) -> None:
        """Writes events in a format and to a place that a person chooses."""
        from .dialogs.export import ExportDialog
        from .jobs.exporting import ExportJob

        bench = self._bench
        recording = bench.document.recording
        if recording is None:
            return
        labelled = LabelledRecording(
            recording.info,
            bench.document.events,
            bench.document.reviewed,
            bench.document.model.sha256,
        )
        folder = bench.settings.folder("exports") or QDir.homePath()
        dialog = ExportDialog(
            [labelled],
            bench.class_map,
            Path(folder),
            selected=bench.selection.ids,
            listed=bench.events_panel.shown_ids,
            ticked=bench.classes.ticked,
            format_name=self._export_format,
            parent=bench.window,
        )
        if self._run(dialog) and dialog.request is not None:
            request = dialog.request
            self._export_format = request.format_name
            bench.settings.remember_folder(request.path.parent, "exports")
            self._exports.submit(
                ExportJob(request.format_name, request.recordings, request.path, request.options),
                on_result=self._exported,
                on_failed=bench.show_error,
            )

    def _exported(self, written: list[Path]) -> None:
        names = ", ".join(path.name for path in written[:3])
        more = f" and {len(written) - 3} more" if len(written) > 3 else ""
        folder = written[0].parent if written else ""
        self._bench.notices.show_notice(
            NoticeKind.INFO, f"Written to {folder}: {names}{more}.", key="export", seconds=12
        )

    def screenshot(self) -> None:
        """Saves a picture of the window."""
        bench = self._bench
        picture = bench.window.grab()
        name, _chosen = QFileDialog.getSaveFileName(
            bench.window, "Save a picture", "yamnet_gui.png", "Pictures (*.png)"
        )
        if name and not picture.save(name, "PNG"):
            bench.show_error(UserError(name, "cannot be written", "choose another folder"))

    def change_settings(self) -> None:
        from .dialogs.settings import SettingsDialog

        bench = self._bench
        devices = (("", "The system's own"), *((d.id, d.name) for d in bench.player.devices()))
        dialog = SettingsDialog(bench.settings, {"output_device": devices}, parent=bench.window)
        self._run(dialog)

    def spectrogram(self) -> None:
        """Opens the dialog of the spectrogram beside the window, once."""
        from .dialogs.spectrogram import SpectrogramDialog

        bench = self._bench
        if self._spectrogram is not None:
            self._spectrogram.close()
        recording = bench.document.recording
        channels = recording.info.channels if recording else 0
        self._spectrogram = SpectrogramDialog(
            bench.spectrogram, bench.settings, channels, bench.window
        )
        self._spectrogram.show()

    def go_to(self) -> None:
        from .dialogs.go_to import GoToDialog

        bench = self._bench
        dialog = GoToDialog(bench.timeline.duration_s, bench.timeline.cursor_s, parent=bench.window)
        if self._run(dialog):
            bench.controller.seek(dialog.time_s)

    def find_class(self) -> None:
        """Chooses a class by typing, and shows its score."""
        from .dialogs.class_picker import ClassPickerDialog

        bench = self._bench
        dialog = ClassPickerDialog(
            bench.class_map,
            bench.ontology,
            title="Show the score of",
            own_labels=False,
            parent=bench.window,
        )
        if self._run(dialog) and dialog.choice is not None:
            index = dialog.choice.class_index
            if index is not None:
                bench.classes.tick(index, True)
                bench.classes.choose(index)

    def reset_rules(self) -> None:
        """Every class follows the default again, and the default its first value."""
        self._bench.rules.set(Rules().rule_set)

    def clear_cache(self) -> None:
        freed = self._bench.analysing.clear_cache()
        self._bench.notices.show_notice(
            NoticeKind.INFO, f"Stored results removed: {freed / 1e6:.0f} MB are free.", seconds=8
        )

    def shortcuts(self) -> None:
        from .dialogs.shortcuts import ShortcutRow, ShortcutsDialog

        bench = self._bench
        rows = []
        for spec in ACTIONS:
            key = bench.window.actions_by_id[spec.id].shortcut()
            shown = key.toString(QKeySequence.SequenceFormat.PortableText)
            usual = spec.keys[0] if spec.keys else ""
            title = spec.title.replace("&", "").rstrip("…")
            rows.append(ShortcutRow(spec.id, title, shown, spec.menu, usual))
        dialog = ShortcutsDialog(rows, bench.window)
        dialog.key_changed.connect(bench.settings.set_shortcut)
        self._run(dialog)

    def about(self) -> None:
        from .dialogs.about import AboutDialog

        self._run(AboutDialog(self._bench.window))

    def weights(self) -> None:
        """Shows where the weights are; fetches or takes them."""
        from .dialogs.weights import WeightsDialog

        analysing = self._bench.analysing
        dialog = WeightsDialog(self._bench.window)
        path = analysing.weights_path
        if path is not None:
            dialog.show_checking(path)
            analysing.check_weights()

        def show(found: WeightsFile | UserError) -> None:
            if isinstance(found, UserError):
                dialog.show_problem(str(found))
            else:
                dialog.show_file(found)

        def progress(step: FetchProgress) -> None:
            if step.total:
                dialog.show_progress(step.done, step.total)
            else:
                dialog.show_progress(step.done)

        analysing.weights_checked.connect(show)
        analysing.fetch_progress.connect(progress)
        analysing.fetch_failed.connect(show)
        dialog.download_requested.connect(analysing.fetch_weights)
        dialog.cancel_requested.connect(analysing.cancel_fetch)
        dialog.file_chosen.connect(analysing.use_weights)
        try:
            self._run(dialog)
        finally:
            analysing.weights_checked.disconnect(show)
            analysing.fetch_progress.disconnect(progress)
            analysing.fetch_failed.disconnect(show)

    def _magnify(self, factor: float) -> None:
        wave = self._bench.tracks.waveform
        wave.set_gain(wave.gain * factor)

    def _run(self, dialog: QDialog) -> bool:
        """Shows a dialog until it is answered; False where it was dismissed."""
        try:
            return dialog.exec() == QDialog.DialogCode.Accepted
        finally:
            dialog.deleteLater()
