"""Corrects the start times of recordings in the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.labels.project import Project, Recording, set_starts

from .start_time_shift import StartRequest, new_starts
from .start_times_dialog import StartTimesDialog

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


@dataclass(frozen=True, slots=True)
class SetStartsJob:
    """Changes start times as one step of undo; yields how many differ. Raises ProjectError."""

    project: Project
    recordings: tuple[Recording, ...]
    request: StartRequest

    def run(self) -> Iterator[int]:
        paths = [self.project.recordings.locate(r) for r in self.recordings]
        starts = new_starts(self.recordings, paths, self.request)
        changed = [
            (recording, moment, source)
            for recording, (moment, source) in zip(self.recordings, starts, strict=True)
            if (moment, source) != (recording.recorded_at, recording.start_source)
        ]
        if changed:
            self.project.apply(set_starts(changed))
        yield len(changed)


class StartTimes(QObject):
    """Asks for corrections, makes them, and shows the start of the open recording."""

    def __init__(self, context: Context, jobs: JobRunner, parent: Feature) -> None:
        super().__init__(parent)
        self._open_dialog = parent.open_dialog
        self._project = context.session.project
        self._document = context.session.document
        self._settings = context.session.settings
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._changed_many = context.services.review.editor.changed_many.emit
        self._recordings_panel = context.shell.recordings
        self._window = context.shell.window
        self._jobs = jobs
        self._project.recordings_changed.connect(self._follow)

    def ask_chosen(self) -> None:
        """Asks about the recordings selected in the list, or the one that is open."""
        project = self._project.project
        paths = self._recordings_panel.chosen
        recordings = [r for r in map(project.recordings.at, paths) if r] if project else []
        if not recordings and project is not None:
            known = project.recordings.get(self._project.recording_id)
            recordings = [known] if known is not None else []
        if recordings:
            self.ask(recordings)
        else:
            self._show_message("Select recordings in the list, or open one, to set start times.")

    def ask(self, recordings: Sequence[Recording]) -> None:
        """Asks how the start times of these change, and changes them."""
        project = self._project.project
        if project is None:
            return
        paths = [project.recordings.locate(r) for r in recordings]
        zone = self._settings.value("time_zone")
        dialog = StartTimesDialog(recordings, paths, zone, self._window)

        def on_accepted() -> None:
            if dialog.request is not None:
                self.change(recordings, dialog.request)

        self._open_dialog(dialog, on_accepted)

    def change(self, recordings: Sequence[Recording], request: StartRequest) -> None:
        """Changes them in the background; undo restores what was there."""
        project = self._project.project
        if project is not None:
            self._jobs.submit(
                SetStartsJob(project, tuple(recordings), request),
                on_result=self._show_changed,
                on_failed=self._on_failed,
            )

    def _show_changed(self, count: int) -> None:
        many = counted(count, "recording")
        self._changed_many(f"Changed the start time of {many}.")

    def _on_failed(self, error: UserError) -> None:
        self._show_error(error)

    @Slot()
    def _follow(self) -> None:
        """The open recording shows the start that the project has for it."""
        project, recording = self._project.project, self._document.recording
        known = project.recordings.get(self._project.recording_id) if project else None
        if known is not None and recording is not None:
            self._document.set_start(known.recorded_at, known.start_source)
