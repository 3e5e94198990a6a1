"""Tools › Models: which model the project is made with; models come, go and are exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.labels.project.project_model import ProjectModel
from yamnet_gui.yamnet import WeightsFile, find_weights

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.yamnet.exports import Exported, ExportFormat
    from yamnet_gui.yamnet.model_library import ListedModel

    from .dialog import ModelRow, ModelsDialog

_FILTER = "Model files (*.h5 *.hdf5);;All files (*)"


class ModelsFeature(Feature):
    """One dialog; what it asks for runs in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._models = context.services.models
        self._project = context.session.project
        self._window = context.shell.window
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._runner = JobRunner("models", self)
        self._export: JobHandle | None = None
        self._open: ModelsDialog | None = None
        self._shown: Path | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"models": self.show}

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        self.close_dialog()
        self._runner.cancel_all()
        self._runner.close()

    def show(self, model: Path | None = None) -> None:
        """Opens the list; `model` is the file that is shown first."""
        from .dialog import ModelsDialog  # the window starts without what is not shown yet

        dialog = ModelsDialog(self._window)
        dialog.use_requested.connect(self._use)
        dialog.add_requested.connect(self._ask_file)
        dialog.remove_requested.connect(self._remove)
        dialog.export_requested.connect(self._ask_export)
        dialog.stop_requested.connect(self._stop)
        dialog.finished.connect(self._on_closed)
        self._open, self._shown = dialog, model
        self.open_dialog(dialog, lambda: None)
        self._list()

    def add(self, path: Path) -> None:
        """Adds a model file to the user's models, and shows it in the list."""
        from .jobs import AddModelJob

        self._runner.submit(AddModelJob(path), on_result=self._on_added, on_failed=self._on_failed)

    def use(self, file: WeightsFile) -> None:
        """Chooses a model for the open project."""
        assert file.model is not None
        chosen = ProjectModel(file.identity, file.model.name, file.model.class_map)
        self._choose(chosen, file.model.name)

    def _list(self) -> None:
        from .jobs import ListModelsJob

        self._runner.submit(ListModelsJob(), on_result=self._show_rows, on_failed=self._on_failed)

    def _show_rows(self, listed: list[ListedModel]) -> None:
        if self._open is None:
            return
        from .dialog import rows_of

        path = find_weights()
        yamnet = path if path is not None and path.exists() else None
        chosen = self._models.chosen
        self._open.show_rows(rows_of(listed, yamnet), chosen.identity if chosen else "")
        if self._shown is not None:
            self._open.choose(self._shown)
            self._shown = None

    def _use(self, row: ModelRow) -> None:
        chosen = None
        if row.info is not None:
            chosen = ProjectModel(row.identity, row.name, row.info.class_map)
        self._choose(chosen, row.name)
        self._list()

    def _choose(self, chosen: ProjectModel | None, name: str) -> None:
        try:
            self._models.choose(chosen)
        except UserError as error:
            self._on_failed(error)
            return
        self._show_message(f"This project is made with {name}")

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._open, "Add a model", "", _FILTER)
        if name:
            self.add(Path(name))

    def _on_added(self, file: WeightsFile) -> None:
        self._shown = file.path
        if self._open is None:
            self.show(file.path)
        else:
            self._open.show_idle(f"Added: {file.name}")
            self._list()

    def _remove(self, row: ModelRow) -> None:
        from .jobs import RemoveModelJob

        if row.path is not None:
            self._runner.submit(
                RemoveModelJob(row.path), on_result=self._on_removed, on_failed=self._on_failed
            )

    def _on_removed(self, path: Path) -> None:
        if self._open is not None:
            self._open.show_idle(f"Removed: {path.name}")
            self._list()

    def _ask_export(self, row: ModelRow, form: ExportFormat) -> None:
        from .jobs import ExportModelJob

        if row.path is None:
            return
        stem = row.name if row.info is not None else "yamnet"
        kind = f"{form.title} (*{form.suffix})" if form.suffix else "Folder (*)"
        name, _ = QFileDialog.getSaveFileName(
            self._open, f"Export as {form.title}", f"{stem}{form.suffix}", kind
        )
        if not name:
            return
        out = Path(name)
        if form.suffix and out.suffix.lower() != form.suffix:
            out = out.with_name(out.name + form.suffix)
        self._export = self._runner.submit(
            ExportModelJob(row.path, out, form),
            on_result=self._on_export,
            on_failed=self._on_failed,
        )

    def _on_export(self, step: float | Exported) -> None:
        from yamnet_gui.yamnet.exports import Exported

        if isinstance(step, Exported):
            self._export = None
            text = f"{step.path.name}: {step.format.title}, {step.sentence}"
            if self._open is not None:
                self._open.show_idle(text)
            else:
                self._show_message(text)
        elif self._open is not None:
            self._open.show_progress("Exporting, and comparing the scores…", step)

    def _stop(self) -> None:
        self._cancel_export()
        if self._open is not None:
            self._open.show_idle("Export stopped.")

    def _on_failed(self, error: UserError) -> None:
        self._export = None
        if self._open is not None:
            self._open.show_idle(str(error))
        else:
            self._show_error(error)

    def _on_closed(self) -> None:
        self._cancel_export()
        self._open = None

    def _cancel_export(self) -> None:
        if self._export is not None:
            self._export.cancel()
            self._export = None
