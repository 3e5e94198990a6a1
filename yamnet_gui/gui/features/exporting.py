"""Writing events to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir

from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.gui.jobs.runner import JobRunner
from yamnet_gui.gui.panels.notices import NoticeKind

from .feature import Feature, run_dialog

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench


class Exporting(Feature):
    """Asks what to export and where to, and writes it in the background."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._exports = JobRunner("export", workbench)
        self._export_format = ""

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"export": self.export}

    @property
    def busy(self) -> bool:
        return self._exports.busy

    def close(self) -> None:
        """Lets an export that runs come to its end."""
        self._exports.close()

    def export(self) -> None:
        """Writes events in a format and to a place that a person chooses."""
        from yamnet_gui.gui.dialogs.export import ExportDialog
        from yamnet_gui.gui.jobs.exporting import ExportJob

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
        if run_dialog(dialog) and dialog.request is not None:
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
