"""The recordings of a project in the window: taken in, analysed, missed and found again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QFileDialog, QMenu

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.batch_run import BatchRun, BatchState
from yamnet_gui.gui.jobs.project import CountJob, RecordingCount
from yamnet_gui.gui.jobs.recordings import (
    LIST_SUFFIXES,
    Added,
    AddRecordingsJob,
    BatchStep,
    FindMissingJob,
    Found,
)
from yamnet_gui.gui.jobs.runner import JobRunner
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.state.project import Keeping
from yamnet_gui.labels.project import Recording, remove_recordings

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_COUNT_MS = 150
_SHOWN_PROBLEMS = 3


class Dataset(Feature):
    """Keeps the list of recordings true to the project and runs analyses over all of it."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        self.run = BatchRun(bench.project, bench.rules, bench.analysing, bench.class_map, bench)
        self._files = JobRunner("recordings of the project", bench)
        self._closed = False
        self._later = QTimer(bench)
        self._later.setSingleShot(True)
        self._later.setInterval(_COUNT_MS)
        self._later.timeout.connect(self.count)
        self.run.changed.connect(self._show_run)
        self.run.step.connect(self._on_step)
        self.run.failed.connect(bench.show_error)
        self.run.finished.connect(self._on_finished)
        panel = bench.recordings
        panel.run_requested.connect(self.analyse_or_pause)
        panel.stop_requested.connect(self.run.cancel)
        panel.menu_requested.connect(self._menu)
        bench.project.recordings_changed.connect(self._soon)
        bench.projects.counted.connect(self._show_counts)
        bench.opener.leaving.connect(self._soon)
        self._show_run()

    @property
    def busy(self) -> bool:
        running = self.run.state is BatchState.RUNNING
        return running or self._files.busy or self._later.isActive()

    def close(self) -> None:
        self._closed = True
        self._later.stop()
        self.run.close()
        self._files.close()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "add_recordings": self.ask_files,
            "add_folder": self.ask_folder,
            "find_missing": self.ask_missing,
            "analyse_all": self.analyse_or_pause,
            "cancel_all": self.run.cancel,
        }

    # Taking in

    def ask_files(self) -> None:
        """Lets a person choose recordings or lists of them."""
        patterns = " ".join(f"*{suffix}" for suffix in (*sorted(SOUND_SUFFIXES), *LIST_SUFFIXES))
        names, _chosen = QFileDialog.getOpenFileNames(
            self._bench.window,
            "Add recordings to the project",
            self._bench.settings.folder(),
            f"Recordings and lists ({patterns});;All files (*)",
        )
        if names:
            self.add([Path(name) for name in names])

    def ask_folder(self) -> None:
        """Lets a person choose a folder."""
        name = QFileDialog.getExistingDirectory(
            self._bench.window, "Add a folder to the project", self._bench.settings.folder()
        )
        if name:
            self._bench.settings.remember_folder(Path(name))
            self.add([Path(name)])

    def add(
        self, paths: Sequence[Path], then: Callable[[tuple[str, ...]], None] | None = None
    ) -> None:
        """Takes files, folders and lists into the project; `then` gets the ids of all of them."""
        project = self._bench.project.project
        if project is None:
            self._bench.reviewing.told.emit("One moment: the project is still being opened.")
            return

        def take(news: Added) -> None:
            if news.ids is None:
                said = f"Reading recordings: {news.done} of {news.total}"
                self._bench.recordings.show_note(said)
                return
            self._bench.recordings.show_note("")
            self._tell_added(news)
            if then is not None:
                then(news.ids)

        self._files.submit(
            AddRecordingsJob(project, tuple(paths)), on_result=take, on_failed=self._fail
        )

    def _tell_added(self, news: Added) -> None:
        bench = self._bench
        if news.new:
            many = "1 recording" if news.new == 1 else f"{news.new} recordings"
            bench.reviewing.told.emit(f"Added {many} to the project.")
        elif not news.problems:
            bench.reviewing.told.emit("The project has all of these already.")
        if news.problems:
            shown = "; ".join(news.problems[:_SHOWN_PROBLEMS])
            more = len(news.problems) - _SHOWN_PROBLEMS
            tail = f"; and {more} more" if more > 0 else ""
            details = "\n".join(news.problems)
            bench.notices.show_notice(NoticeKind.WARNING, shown + tail, details=details)

    def remove(self, recordings: Sequence[Recording]) -> None:
        """Takes recordings with their events out of the project, as one step of undo."""
        try:
            self._bench.project.apply(remove_recordings(recordings))
        except UserError as error:
            self._bench.show_error(error)
            return
        many = recordings[0].name if len(recordings) == 1 else f"{len(recordings)} recordings"
        self._bench.reviewing.told.emit(f"Removed {many} from the project; undo brings it back.")

    # Analysing

    def analyse_or_pause(self) -> None:
        """Starts a run over all recordings of the list, pauses it, or goes on."""
        match self.run.state:
            case BatchState.RUNNING:
                self.run.pause()
            case BatchState.PAUSED:
                self.run.resume()
            case BatchState.IDLE:
                self.analyse(self._bench.recordings.files)

    def analyse(self, paths: Sequence[Path]) -> None:
        """Analyses these recordings; those that the project lacks are taken in before."""
        if not paths:
            self._bench.reviewing.told.emit("There are no recordings in the list.")
        elif self._bench.analysing.weights_path is None:
            self._bench.analysing.weights_missing.emit()
        else:
            self._bench.projects.store_detections()
            self.add(paths, self.run.start)

    def _on_step(self, step: BatchStep) -> None:
        if step.error:
            self._bench.recordings.set_state(step.path, "failed", step.error)
        elif step.finished:
            self._bench.recordings.set_state(step.path, "analysed")
        else:
            self._bench.recordings.set_state(step.path, "analysing")

    def _on_finished(self, good: int, failed: int) -> None:
        self.count()
        bench = self._bench
        if failed:
            many = "1 recording" if failed == 1 else f"{failed} recordings"
            bench.notices.show_notice(
                NoticeKind.WARNING,
                f"{good} analysed; {many} could not be: the list has the reasons.",
                key="batch",
            )
        else:
            bench.reviewing.told.emit(f"All {good} recordings are analysed.")

    def _show_run(self) -> None:
        run = self.run
        if run.state is not BatchState.RUNNING:
            self._soon()
        failed = f", {run.failures} failed" if run.failures else ""
        self._bench.recordings.show_batch(
            running=run.state is BatchState.RUNNING,
            paused=run.state is BatchState.PAUSED,
            fraction=run.fraction,
            words=f"{run.done} of {run.total}{failed}",
            left_s=run.left_s,
        )
        actions = self._bench.window.actions_by_id
        actions["analyse_all"].setText(
            {
                BatchState.IDLE: "Analyse all &recordings",
                BatchState.RUNNING: "Pause analysing all &recordings",
                BatchState.PAUSED: "Go on analysing all &recordings",
            }[run.state]
        )
        actions["cancel_all"].setEnabled(run.state is not BatchState.IDLE)

    # Missing

    def ask_missing(self) -> None:
        """Lets a person choose where to look for recordings that are not in their place."""
        name = QFileDialog.getExistingDirectory(
            self._bench.window,
            "Look for missing recordings below this folder",
            self._bench.settings.folder(),
        )
        if name:
            self.find(Path(name))

    def find(self, folder: Path) -> None:
        """Looks below a folder for missing recordings by their content."""
        project = self._bench.project.project
        if project is not None:
            self._files.submit(
                FindMissingJob(project, folder), on_result=self._on_found, on_failed=self._fail
            )

    def _on_found(self, news: Found) -> None:
        panel = self._bench.recordings
        if news.moved is None:
            panel.show_note(f"Looked at {news.looked} files")
            return
        panel.show_note("")
        said = f"Found {news.moved} of {news.missing} missing recordings."
        self._bench.reviewing.told.emit(said if news.missing else "No recording is missing.")

    def _fail(self, error: UserError) -> None:
        self._bench.recordings.show_note("")
        self._bench.show_error(error)

    # The list

    def count(self) -> None:
        """Looks how far every recording is, and whether its file is there."""
        project = self._bench.project.project
        if project is not None and not self._closed:

            def failed(error: UserError) -> None:
                if project is self._bench.project.project:  # else it was closed meanwhile
                    self._bench.show_error(error)

            self._files.submit(CountJob(project), on_result=self._show_counts, on_failed=failed)

    def _soon(self) -> None:
        # a run changes a recording every few moments; all of them are counted at its end
        if not self._closed and self.run.state is not BatchState.RUNNING:
            self._later.start()

    def _show_counts(self, counts: Sequence[RecordingCount]) -> None:
        """Lists what the project has now, unless it is one that holds everything ever opened."""
        bench = self._bench
        files = [c.path for c in counts]
        own = bench.project.keeping in (Keeping.PROJECT, Keeping.READ_ONLY)
        if own and files != bench.recordings.files:
            bench.recordings.set_files(files)
            bench.recordings.set_current(bench.opener.path)
        # how far the open recording is may not have reached the project yet
        told = [c for c in counts if c.words or c.tip or c.path != bench.opener.path]
        bench.recordings.set_states({c.path: (c.words, c.tip) for c in told})
        listed = set(bench.recordings.files)
        missing = sum(c.missing and c.path in listed for c in counts)
        if missing:
            one = missing == 1
            bench.notices.show_notice(
                NoticeKind.WARNING,
                "1 recording is not where the project has it."
                if one
                else f"{missing} recordings are not where the project has them.",
                [("Find…", self.ask_missing)],
                key="missing",
            )
        else:
            bench.notices.clear("missing")

    def _menu(self, at: QPoint, paths: Sequence[Path]) -> None:
        bench, project = self._bench, self._bench.project.project
        menu = QMenu(bench.window)
        if paths:
            menu.addAction("Open", lambda: bench.opener.open(paths[0]))
            action = menu.addAction("Analyse", lambda: self.analyse(paths))
            action.setEnabled(self.run.state is BatchState.IDLE)
        found = [r for r in map(project.recording_at, paths) if r] if project else []
        if found:
            menu.addAction("Remove from the project", lambda: self.remove(found))
        menu.addSeparator()
        for name in ("add_recordings", "add_folder", "find_missing", "|", "analyse_all"):
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(bench.window.actions_by_id[name])
        menu.popup(at)
