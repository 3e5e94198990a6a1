"""How exported files were made, written beside them where that is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.provenance import PROVENANCE_BEGINNING, provenance_path
from yamnet_gui.gui.widgets.buttons import TickBox
from yamnet_gui.labels.exchange.export import ExportChoice
from yamnet_gui.labels.exchange.export_provenance import (
    ExportOrigin,
    ExportSource,
    project_source,
    write_export_provenance,
)
from yamnet_gui.labels.overwrite_guard import check_companion
from yamnet_gui.labels.project import Project


@dataclass(frozen=True, slots=True)
class ProvenanceRequest:
    """What the file beside an export has to say. `output`: the table, report or folder."""

    output: Path
    recordings: tuple[LabelledRecording, ...]
    choice: ExportChoice
    project: Project | None
    format_name: str = ""

    @property
    def path(self) -> Path:
        return provenance_path(self.output)

    def check(self) -> None:
        """Raises LabelsError where the file would replace one that the program did not write."""
        check_companion(self.path, PROVENANCE_BEGINNING)

    def write(self, written: Sequence[Path]) -> Path:
        """Writes it. Raises LabelsError or SettingsError."""
        self.check()
        choice = self.choice
        if choice.recordings is None:  # the open one, or all that the project had by then
            paths = frozenset(r.recording.path for r in self.recordings)
            choice = replace(choice, recordings=paths)
        source = project_source(self.project) if self.project is not None else ExportSource(None)
        options = {"format": self.format_name} if self.format_name else {}
        origin = ExportOrigin(("yamnet-gui", "(window)"), source, choice, options)
        return write_export_provenance(origin, self.recordings, written, self.path)


class ProvenanceBox(TickBox):
    """Asks whether that file is wanted."""

    def __init__(self, project: Project | None, parent: QWidget) -> None:
        super().__init__("Also write how the results were made (provenance)", parent)
        self._project = project
        self.setToolTip(
            "OUT.provenance.json: versions, checksums of recordings, models, rules and events;\n"
            "`yamnet-gui rerun` repeats the export and shows what differs"
        )

    def request(
        self,
        output: Path,
        recordings: tuple[LabelledRecording, ...],
        choice: ExportChoice,
        format_name: str = "",
    ) -> ProvenanceRequest | None:
        """What is to be written beside an export; None where it is not wanted."""
        if not self.isChecked():
            return None
        return ProvenanceRequest(output, recordings, choice, self._project, format_name)
