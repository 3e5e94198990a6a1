"""The recordings of a project in the window: listed, analysed, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QMenu

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.controllers.one_per_sound import ONE_PER_SOUND
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.jobs.project import OTHER_MODEL, CountJob, FoundRecording, RecordingCount
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import EventFilter, Recording, is_waiting, remove_recordings

from .batch_analysis import BatchRun, BatchState
from .jobs import BatchStep
from .recording_files import RecordingFiles
from .start_times import StartTimes

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_COUNT_MS = 150


class DatasetFeature(Feature):
    """Keeps the list of recordings up to date and analyses all of them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._project = context.session.project
        self._rules = context.session.rules
        self._settings = context.session.settings
        self._analysis = context.services.analysis
        self._weights = context.services.weights
        self._changed_many = context.services.review.editor.changed_many.emit
        self._project_manager = context.services.projects
        self._recording_loader = context.services.recording
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._window = context.shell.window
        shown = self._document.shown
        self.run = BatchRun(
            self._project, self._rules, self._analysis, self._class_map, shown, self
        )
        self._jobs = JobRunner("recordings of the project", self)
        self.files = RecordingFiles(context, self._jobs, self)
        self.start_times = StartTimes(context, self._jobs, self)
        self._closed = False
        self._missing: frozenset[Path] = frozenset()  # as counted last
        self._later = Debounced(self, _COUNT_MS, self.count)
        self.run.changed.connect(self._show_run)
        self.run.step.connect(self._on_step)
        self.run.failed.connect(self._show_error)
        self.run.finished.connect(self._on_finished)
        panel = self._recordings_panel
        panel.run_requested.connect(self.analyse_or_pause)
        panel.stop_requested.connect(self.run.cancel)
        panel.menu_requested.connect(self._menu)
        panel.only_selected.connect(
            lambda path: self._show_message(f"A double click or Enter opens {path.name}.")
        )
        self._project.recordings_changed.connect(self._soon)
        self._settings.changed.connect(self._on_setting)
        self._project_manager.counted.connect(self._show_counts)
        self._project_manager.recording_found.connect(self._on_recording_found)
        self._recording_loader.leaving.connect(self._soon)
        self._model_changed = False  # and nobody has been told yet what that leaves behind
        context.services.models.changed.connect(self._on_model)
        self._show_run()

    @property
    def busy(self) -> bool:
        running = self.run.state is BatchState.RUNNING
        return running or self._jobs.busy or self._later.active

    def close(self) -> None:
        self._closed = True
        self._later.stop()
        self.run.close()
        self._jobs.close()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "add_recordings": self.files.ask_files,
            "add_folder": self.files.ask_folder,
            "add_address": self.files.ask_address,
            "find_missing": self.files.ask_missing,
            "start_times": self.start_times.ask_chosen,
            "analyse_all": self.analyse_or_pause,
            "analyse_rest": self.analyse_rest,
            "cancel_all": self.run.cancel,
        }

    def remove(self, recordings: Sequence[Recording]) -> None:
        """Removes recordings with their events from the project, as one step of undo."""
        project = self._project.project
        if project is None:
            return
        try:
            ids = frozenset(recording.id for recording in recordings)
            events = project.events.count(EventFilter(recording_ids=ids))
            self._project.apply(remove_recordings(recordings))
        except UserError as error:
            self._show_error(error)
            return
        one = len(recordings) == 1
        many = recordings[0].name if one else counted(len(recordings), "recording")
        holding = f" with {counted(events, 'event')}" if events else ""
        self._changed_many(f"Removed {many}{holding} from the project.")

    @Slot(object)
    def _on_recording_found(self, result: FoundRecording) -> None:
        """A named project does not grow unsaid, as by a file that another program hands over."""
        project, recording = self._project.project, result.recording
        if not result.added or project is None or not self._project.has_own_list:
            return

        self._notices.show_notice(
            NoticeKind.INFO,
            f"{recording.name} was added to the project {short_name(project.path.stem)}.",
            [("Remove from project", lambda: self.remove([recording]))],
            key="added",
            seconds=20,
        )

    # Analysing

    def analyse_or_pause(self) -> None:
        """Starts a run over all recordings of the list, pauses it, or resumes it."""
        match self.run.state:
            case BatchState.RUNNING:
                self.run.pause()
            case BatchState.PAUSED:
                self.run.resume()
            case BatchState.IDLE:
                self.analyse(self._recordings_panel.files)

    def analyse_rest(self) -> None:
        """Analyses what the project counts as waiting: what no model has analysed, and is there."""
        project = self._project.project
        if project is None or self.run.state is not BatchState.IDLE:
            return
        waiting = [
            path
            for recording in project.recordings.all()
            if is_waiting(recording)
            and (path := project.recordings.locate(recording)) not in self._missing
        ]
        if waiting:
            self.analyse(waiting)
        else:
            self._show_message("All recordings are analysed; Analyse all recordings does it again.")

    def analyse(self, paths: Sequence[Path]) -> None:
        """Analyses these recordings; those that the project lacks are added first."""
        if not paths:
            self._show_message("There are no recordings in the list.")
        elif self._weights.path is None:
            self._weights.missing.emit()
        else:
            self._project_manager.store_detections()
            self.files.add(paths, self.run.start)

    def _on_step(self, step: BatchStep) -> None:
        if step.error:
            self._recordings_panel.set_state(step.path, "failed", step.error)
        elif step.finished:
            self._recordings_panel.set_state(step.path, "analysed")
            if step.events is not None and step.path != self._recording_loader.path:
                self._recordings_panel.set_events({step.path: step.events})
        else:
            self._recordings_panel.set_state(step.path, "analysing")

    def _on_finished(self, good: int, failed: int) -> None:
        self.count()
        if failed:
            many = counted(failed, "recording")
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{grouped(good)} analysed, {many} failed; the list shows the reasons.",
                key="batch",
            )
        else:
            self._show_message(f"All {counted(good, 'recording')} analysed.")

    def _show_run(self) -> None:
        run = self.run
        if run.state is not BatchState.RUNNING:
            self._soon()
        failed = f", {grouped(run.failures)} failed" if run.failures else ""
        self._recordings_panel.show_batch(
            running=run.state is BatchState.RUNNING,
            paused=run.state is BatchState.PAUSED,
            fraction=run.fraction,
            text=f"{grouped(run.done)} of {grouped(run.total)}{failed}",
            left_s=run.left_s,
        )
        actions = self._window.actions_by_id
        actions["analyse_all"].setText(
            {
                BatchState.IDLE: "Analyse all &recordings",
                BatchState.RUNNING: "Pause analysing all &recordings",
                BatchState.PAUSED: "Resume analysing all &recordings",
            }[run.state]
        )
        actions["analyse_rest"].setEnabled(run.state is BatchState.IDLE)
        actions["cancel_all"].setEnabled(run.state is not BatchState.IDLE)

    # The list

    def count(self) -> None:
        """Counts the reviewed events of every recording, and checks that its file exists."""
        project = self._project.project
        if project is not None and not self._closed:

            def failed(error: UserError) -> None:
                if project is self._project.project:  # else it was closed meanwhile
                    self._show_error(error)

            job = CountJob(project, self._document.shown.one_per_sound)
            self._jobs.submit(job, on_result=self._show_counts, on_failed=failed)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == ONE_PER_SOUND:
            self._soon()

    @Slot()
    def _on_model(self) -> None:
        self._model_changed = True
        self._soon()

    def _soon(self) -> None:
        # a run changes a recording every few moments; all of them are counted at its end
        if not self._closed and self.run.state is not BatchState.RUNNING:
            self._later.start()

    def _show_counts(self, counts: Sequence[RecordingCount]) -> None:
        """Lists the recordings, except of the personal project, which has all ever opened."""
        others = self._of_other_models(counts)
        counts = [_with_other_model(c) if c.path in others else c for c in counts]
        if self._model_changed:
            self._model_changed = False
            self._offer_analysis([c.path for c in counts if c.path in others])
        self._missing = frozenset(c.path for c in counts if c.missing)
        files = [c.path for c in counts]
        if self._project.has_own_list and files != self._recordings_panel.files:
            self._recordings_panel.set_files(files)
            self._recordings_panel.set_current(self._recording_loader.path)
        # how far the open recording is may not have reached the project yet
        opened = self._recording_loader.path
        changed = [c for c in counts if c.words or c.tip or c.path != opened]
        self._recordings_panel.set_states({c.path: (c.words, c.tip) for c in changed})
        document = self._document
        known = document.state is AnalysisState.COMPLETE and not document.loading_events
        numbers = {c.path: c.events for c in counts}
        if known and opened in numbers:  # counted as the window has them, not as they were stored
            numbers[opened] = len(document.shown.counted)
        self._recordings_panel.set_events(numbers)
        listed = set(self._recordings_panel.files)
        missing = sum(c.missing and c.path in listed for c in counts)
        if missing:
            one = missing == 1
            self._notices.show_notice(
                NoticeKind.WARNING,
                "1 recording is not where the project expects it."
                if one
                else f"{counted(missing, 'recording')} are not where the project expects them.",
                [("Find…", self.files.ask_missing)],
                key="missing",
            )
        else:
            self._notices.clear("missing")

    def _offer_analysis(self, others: Sequence[Path]) -> None:
        """After another model was chosen; the open recording is analysed by it at once."""
        opened = self._recording_loader.opening or self._recording_loader.path
        rest = [path for path in others if path != opened]
        if not rest or not self._project.has_own_list:
            self._notices.clear(OTHER_MODEL)
            return
        which = "1 recording has" if len(rest) == 1 else f"{counted(len(rest), 'recording')} have"
        self._notices.show_notice(
            NoticeKind.INFO,
            f"{which} events of another model than the one in use, until analysed again.",
            [("Analyse them" if len(rest) > 1 else "Analyse it", lambda: self.analyse(rest))],
            key=OTHER_MODEL,
        )

    def _of_other_models(self, counts: Sequence[RecordingCount]) -> frozenset[Path]:
        """The recordings that another model than the one in use analysed."""
        if self._weights.path is None or not any(count.model for count in counts):
            return frozenset()
        try:
            present = self._weights.model().sha256
        except UserError:
            return frozenset()
        return frozenset(c.path for c in counts if c.model and c.model != present and not c.missing)

    def _menu(self, at: QPoint, paths: Sequence[Path]) -> None:
        project = self._project.project
        menu = QMenu(self._window)
        if paths:
            menu.addAction("Open", lambda: self._recording_loader.open(paths[0]))
            action = menu.addAction("Analyse", lambda: self.analyse(paths))
            action.setEnabled(self.run.state is BatchState.IDLE)
        recordings = [r for r in map(project.recordings.at, paths) if r] if project else []
        if recordings:
            menu.addAction("Start time…", lambda: self.start_times.ask(recordings))
            menu.addAction("Remove from project", lambda: self.remove(recordings))
        menu.addSeparator()
        for name in ("add_recordings", "add_folder", "find_missing", "|", "analyse_all"):
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(self._window.actions_by_id[name])
        menu.popup(at)


def _with_other_model(count: RecordingCount) -> RecordingCount:
    """What was analysed by another model than the present one says so, with its name."""
    unreviewed = count.words in ("analysed", "no events")
    tip = f"Analysed by {count.model_name}, not by the model in use\n{count.tip}".strip()
    return replace(count, words=OTHER_MODEL if unreviewed else count.words, tip=tip)
