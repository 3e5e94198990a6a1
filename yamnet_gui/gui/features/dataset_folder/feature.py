"""File › Open dataset: looks through results of very many recordings, and takes some to review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.dataset import DatasetEvent
    from yamnet_gui.gui.context import Context

    from .dialog import DatasetDialog
    from .jobs import Opened, Page, Taken

_TYPING_MS = 120


class DatasetFolder(Feature):
    """One dialog; the dataset is open as long as it is."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._project = context.session.project
        self._settings = context.session.settings
        self._navigator = context.services.navigation
        self._window = context.shell.window
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._jobs = JobRunner("dataset", self)
        self._later = Debounced(self, _TYPING_MS, self._list)
        self._opened: Opened | None = None
        self._listing: JobHandle | None = None
        self._shown: DatasetDialog | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"open_dataset": self.ask}

    @property
    def busy(self) -> bool:
        return self._jobs.busy or self._later.active

    def close(self) -> None:
        self._later.stop()
        self.close_dialog()
        self._jobs.close()

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Opens a folder that is a dataset, if it comes alone."""
        from yamnet_gui.dataset.info import is_dataset

        if len(paths) == 1 and is_dataset(paths[0]):
            self.show(paths[0])
            return []
        return paths

    def ask(self) -> None:
        """Lets the user choose the folder of a dataset."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Open dataset", self._settings.folder()
        )
        if name:
            self.show(Path(name))

    def show(self, folder: Path) -> None:
        """Opens a dataset and lists its events, the highest scores first."""
        from .dialog import DatasetDialog
        from .jobs import OpenDatasetJob

        dialog = DatasetDialog(self._window)
        dialog.query_changed.connect(self._list)
        dialog.typed.connect(self._later.start)
        dialog.take_requested.connect(self._take)
        dialog.finished.connect(self._on_closed)
        self.open_dialog(dialog, lambda: None)
        self._shown = dialog
        self._jobs.submit(
            OpenDatasetJob(folder), on_result=self._on_opened, on_failed=self._on_unopened
        )

    def _on_opened(self, opened: Opened) -> None:
        if self._shown is None:  # closed meanwhile
            self._close_dataset(opened)
            return
        self._opened = opened
        self._shown.show_summary(opened.summary, opened.problem)
        self._list()

    def _on_unopened(self, error: UserError) -> None:
        self.close_dialog()
        self._show_error(error)

    def _list(self) -> None:
        from .jobs import ListEventsJob

        if self._opened is None or self._shown is None:
            return
        if self._listing is not None:
            self._listing.cancel()
        job = ListEventsJob(self._opened.events, self._shown.filter, self._shown.sort)
        self._listing = self._jobs.submit(job, on_result=self._show_page, on_failed=self._on_failed)

    def _show_page(self, page: Page) -> None:
        if self._shown is not None:
            self._shown.show_page(page)

    def _on_failed(self, error: UserError) -> None:
        if self._shown is not None:
            self._shown.show_problem(str(error))

    def _take(self, chosen: list[DatasetEvent]) -> None:
        from .jobs import TakeJob

        project = self._project.project
        if self._opened is None or project is None:
            self._show_message("The project is still being opened; try again in a moment.")
            return
        self._jobs.submit(
            TakeJob(project, self._opened, tuple(chosen)),
            on_result=self._on_taken,
            on_failed=self._on_failed,
        )

    def _on_taken(self, taken: Taken) -> None:
        self.close_dialog()
        if taken.recordings:
            events = counted(taken.events, "event")
            words = f"Copied {counted(taken.recordings, 'recording')} with {events} to the project."
        else:
            words = "The project has these recordings already; its events are shown."
        self._show_message(words)
        event = taken.event
        self._navigator.go(
            Destination(
                taken.recording_id,
                Path(event.file),
                TimeSpan(event.onset_s, event.offset_s),
                label=event.label,
            )
        )

    def _on_closed(self) -> None:
        self._later.stop()
        self._shown = None
        if self._opened is not None:
            self._close_dataset(self._opened)
            self._opened = None

    def _close_dataset(self, opened: Opened) -> None:
        from .jobs import CloseDatasetJob

        self._jobs.submit(CloseDatasetJob(opened))
