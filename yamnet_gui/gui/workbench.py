"""The composition root: makes owners, services, window and features, and hands them on."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QAbstractScrollArea

from yamnet_gui.analysis import ResultCache
from yamnet_gui.core.handover import Claim
from yamnet_gui.core.resources import bundled_class_map

from .background.garbage import GarbageCollector
from .background.heartbeat import end_heartbeat
from .background.priority import ForegroundPriority
from .background.runner import FINISH_S, JobRunner
from .context import Context, Services, Session
from .controllers.action_availability import ActionAvailability
from .controllers.analysis_controller import AnalysisController
from .controllers.appearance import Appearance
from .controllers.applied_settings import AppliedSettings
from .controllers.automatic import AutomaticService, make_automatic
from .controllers.cursor_and_view import CursorAndView
from .controllers.dataset_questions import DatasetQuestions
from .controllers.dataset_recordings import DatasetRecordings
from .controllers.event_navigation import EventNavigation
from .controllers.event_updater import EventUpdater
from .controllers.focus_keys import FocusKeys
from .controllers.follow_selection import FollowSelection
from .controllers.model_choice import ModelChoice
from .controllers.navigation import Navigator
from .controllers.one_per_sound import OnePerSound
from .controllers.panel_focus import PanelFocus
from .controllers.project_manager import ProjectManager
from .controllers.queue_builder import QueueBuilder
from .controllers.recording_controller import RecordingController, StoredView
from .controllers.recording_loader import RecordingLoader
from .controllers.removed_recording import RemovedRecording
from .controllers.review import (
    Bounds,
    BulkSteps,
    Decisions,
    Drawing,
    EventEditor,
    GoOn,
    History,
    KeysTaken,
    Labels,
    Review,
    ReviewedSpans,
)
from .controllers.review.shown_event import ShownEvent
from .controllers.review_queue_controller import ReviewQueueController
from .controllers.shown_classes import ShownClasses
from .controllers.toolbar_controller import ToolbarController
from .controllers.track_visibility import TrackVisibility
from .controllers.transport import Transport
from .controllers.unavailable_keys import UnavailableKeys
from .controllers.weights import Weights
from .features import Feature, Files, TourFeature, make_features
from .instance.further_files import FurtherFiles
from .jobs.analysis_ahead import AnalysisAhead
from .playback import Player, make_player
from .playback.audition import Audition
from .shell import make_shell
from .state.calibrations import Calibrations
from .state.class_map import ClassMapState
from .state.class_view import ClassView
from .state.custom_classes import CustomClasses
from .state.datasets import Datasets
from .state.document import Document
from .state.embeddings import Embeddings
from .state.event_order import EventOrder
from .state.grouping import Grouping
from .state.label_sets import LabelSets
from .state.project import ProjectState
from .state.review_queue import ReviewQueue
from .state.rules import Rules
from .state.selection import EventSelection
from .state.settings import Settings
from .state.sound import Sound
from .state.spectrogram import Spectrogram
from .state.timeline import Timeline
from .state.undo_steps import UndoSteps
from .theme import ThemeChoice

F = TypeVar("F", bound=Feature)


class Workbench(QObject):
    """One window with everything behind it. `close` ends all threads.

    `ahead`: the analysis of a recording that will be opened at once, which runs already.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        theme: ThemeChoice | None = None,
        *,
        ahead: AnalysisAhead | None = None,
    ) -> None:
        super().__init__()
        self._closed = False
        self._further: FurtherFiles | None = None
        priority = ahead.job.way if ahead is not None else ForegroundPriority()
        self._garbage = GarbageCollector(priority, self)
        self.session = self._make_session(settings or Settings(parent=self))
        player = make_player(self)
        appearance = Appearance(self.session.settings, self.session.spectrogram, theme, self)
        self.shell = make_shell(self.session, player, appearance.theme)
        self.services = self._make_services(priority, player, appearance, ahead)
        self._connect()
        context = Context(self.session, self.services, self.shell)
        automatic = make_automatic(context)
        self.features = make_features(context)
        self._parts: tuple[AutomaticService | Feature, ...] = (*automatic, *self.features)
        for feature in self.features:
            self.shell.window.window_actions.connect_handlers(feature.handlers())
        self.shell.window.restore_layout()
        self.services.projects.open_personal()
        self._garbage.keep_all()

    @property
    def busy(self) -> bool:
        """Whether anything is still on its way to the screen."""
        services = self.services
        return (
            services.recording.busy
            or self.session.document.turns.busy
            or services.analysis.busy
            or services.events.waiting
            or self.session.spectrogram.waiting
            or services.projects.busy
            or services.datasets.busy
            or any(part.busy for part in self._parts)
        )

    def feature(self, kind: type[F]) -> F:
        """The one feature of a kind."""
        return next(one for one in self.features if isinstance(one, kind))

    def open(self, path: Path) -> None:
        """Opens a recording, a folder into the list, a project or a table of labels."""
        self.feature(Files).open(path)

    def open_all(self, paths: Sequence[Path]) -> None:
        """Opens the first of several files, as `open`, and lists the other recordings."""
        self.feature(Files).open_all(paths)

    def open_demo(self) -> None:
        """The recording that ships with the program, with its stored analysis."""
        self.feature(Files).open_demo()

    def take_further_files(self, claim: Claim) -> None:
        """From now on later starts of the program hand their files to this window."""
        if self._closed:
            return
        files = self.feature(Files)
        self._further = FurtherFiles(
            claim, self.session.settings, self.shell.window, files.open_all, files.open_demo
        )

    def offer_tour(self) -> None:
        """On the first start: the window in six steps."""
        self.feature(TourFeature).offer()

    @Slot()
    def close(self) -> None:
        """Stops everything; may be called twice."""
        if self._closed:
            return
        self._closed = True
        end_heartbeat()
        services = self.services
        with ExitStack() as last:  # in reverse order; all of them, whichever fails
            last.callback(services.projects.close)
            last.callback(self._garbage.close)
            last.callback(services.datasets.close)
            for service in (services.recording, services.weights, services.analysis):
                last.callback(service.close)
            last.callback(services.events.close)
            last.callback(services.player.close)
            last.callback(self.session.settings.flush)
            last.callback(services.recording_controller.store_view)
            for part in reversed(self._parts):
                last.callback(part.close)
            last.callback(self._end_jobs)
            last.callback(self.shell.inspector.commit_note)
            last.callback(self._shown.close)
            if self._further is not None:
                last.callback(self._further.close)

    def _end_jobs(self) -> None:
        """All that is being stored gets the same few moments to come to its end."""
        latest = time.monotonic() + FINISH_S
        for owner in (self, *self._parts):
            for runner in owner.findChildren(JobRunner):
                runner.end_by(latest)

    def _make_session(self, settings: Settings) -> Session:
        class_map = ClassMapState(bundled_class_map())
        document = Document(class_map.model_count, self)
        grouping = Grouping(document, class_map, self)
        project = ProjectState(self)
        class_view = ClassView(self)
        return Session(
            settings=settings,
            class_map=class_map,
            timeline=Timeline(self),
            document=document,
            selection=EventSelection(self),
            event_order=EventOrder(document, grouping),
            sound=Sound(self),
            spectrogram=Spectrogram(self),
            class_view=class_view,
            rules=Rules(self),
            grouping=grouping,
            project=project,
            undo_steps=UndoSteps(project, self),
            review_queue=ReviewQueue(self),
            label_sets=LabelSets(project, self),
            calibrations=Calibrations(document, project, self),
            embeddings=Embeddings(self),
            custom_classes=CustomClasses(class_map, document, class_view, self),
            datasets=Datasets(project, self),
        )

    def _make_services(
        self,
        priority: ForegroundPriority,
        player: Player,
        appearance: Appearance,
        ahead: AnalysisAhead | None,
    ) -> Services:
        s, shell = self.session, self.shell
        loader = RecordingLoader(s.document, s.timeline, s.sound, s.spectrogram, priority, self)
        cache = ahead.job.cache if ahead is not None else ResultCache()
        model = ahead.job.model if ahead is not None else None
        weights = Weights(cache, s.settings, priority, model, self)
        # before all that reads classes when a project is opened
        models = ModelChoice(
            s.project, s.document, s.custom_classes, weights, loader, s.class_map, self
        )
        models.failed.connect(shell.show_error)
        analysis = AnalysisController(s.document, s.settings, priority, weights, cache, ahead, self)
        projects = ProjectManager(s.document, s.project, s.rules, self)
        shown = ShownClasses(s.document, s.class_view, s.class_map, self)
        updater = EventUpdater(
            s.document, s.rules, s.class_map, s.project, s.calibrations, shown, self
        )
        transport = Transport(s.timeline, s.settings, player, self)
        view = StoredView(s.document, s.timeline, s.settings)
        recordings = RecordingController(
            s.document, s.selection, s.settings, player, loader, analysis, view
        )
        RemovedRecording(s.project, loader, recordings, self)
        events = EventNavigation(
            s.document, s.timeline, s.selection, s.event_order, s.grouping, transport, self
        )
        navigator = Navigator(s.document, s.project, loader, events, self)
        questions = DatasetQuestions(s.datasets, self)
        builder = QueueBuilder(
            s.review_queue, s.project, projects, s.rules, s.document, s.datasets, questions, self
        )
        queue = ReviewQueueController(
            s.review_queue, s.selection, s.project, builder, events, navigator, self
        )
        queue.failed.connect(shell.show_error)
        self._shown = ShownEvent(shell.window, s.document, s.selection, self)
        editor = EventEditor(
            s.document, s.selection, s.project, s.settings, s.event_order, projects, self
        )
        bounds = Bounds(editor, s.timeline, self)
        ask, go_on = shell.questions, GoOn(editor, events, queue)
        review = Review(
            editor=editor,
            decisions=Decisions(editor, events, queue, projects, ask, go_on),
            labels=Labels(editor, s.label_sets, s.class_map, ask, go_on),
            bounds=bounds,
            drawing=Drawing(editor, s.timeline, s.class_view, s.class_map, events, queue, ask),
            reviewed_spans=ReviewedSpans(editor, s.timeline, s.class_view, s.class_map),
            history=History(s.undo_steps, editor, s.timeline, navigator, ask, projects),
            keys=KeysTaken(editor, queue, loader, self._shown, bounds),
            bulk=BulkSteps(editor, projects, s.class_map),
        )
        editor.decided.connect(self._shown.step_made)
        AppliedSettings(s.settings, player, loader, s.project, self)
        available = ActionAvailability(
            shell.window, s.document, s.selection, s.timeline, queue, self
        )
        UnavailableKeys(shell.window, available.reason, shell.show_message, self)
        TrackVisibility(shell.tracks, shell.window, s.settings, self)
        ToolbarController(
            shell.toolbar, shell.window, s.settings, transport, s.rules, s.spectrogram, self
        )
        follow = FollowSelection(
            s.settings, s.document, s.selection, s.class_view, s.timeline, transport, self
        )
        shell.events.row_chosen.connect(follow.bring_into_view)
        OnePerSound(s.settings, s.document, s.selection, self)
        cursor = CursorAndView(s.timeline, transport)
        panels = PanelFocus(shell.window)
        FocusKeys(self)
        for part in (transport, recordings, analysis, cursor, events, queue, review, panels):
            shell.window.window_actions.connect_handlers(part.handlers())
        return Services(
            recording=loader,
            recording_controller=recordings,
            analysis=analysis,
            weights=weights,
            models=models,
            events=updater,
            shown_classes=shown,
            projects=projects,
            transport=transport,
            event_navigation=events,
            navigation=navigator,
            review=review,
            queue_controller=queue,
            player=player,
            audition=Audition(player, s.settings, lambda: make_player(self), self),
            appearance=appearance,
            datasets=questions,
            dataset_recordings=DatasetRecordings(s.datasets, self),
        )

    @Slot()
    def _show_colors(self) -> None:
        """Draws everything in the present colours of the classes."""
        self.shell.tracks.set_theme(self.services.appearance.theme)
        self.shell.inspector.show_colors()
        for area in self.shell.window.findChildren(QAbstractScrollArea):
            area.viewport().update()

    def _connect(self) -> None:
        """What the user does in tracks and panels goes to the owners and services."""
        session, services, shell = self.session, self.services, self.shell
        transport, events, review = services.transport, services.event_navigation, services.review
        tracks, inspector = shell.tracks, shell.inspector
        tracks.seek_requested.connect(transport.seek)
        tracks.ruler.scrubbed.connect(transport.scrub)
        tracks.event_clicked.connect(events.click_event)
        tracks.event_opened.connect(events.open_event)
        tracks.box_moved.connect(review.bounds.drag_box)
        tracks.threshold_moved.connect(
            lambda class_index, value, _ended: session.rules.set_threshold(class_index, value)
        )
        shell.classes.threshold_requested.connect(session.rules.set_threshold)
        shell.classes.class_cleared.connect(session.rules.clear_class)
        shell.events.opened.connect(events.open_event)
        inspector.class_clicked.connect(session.class_view.choose)
        inspector.note_edited.connect(review.labels.set_note)
        inspector.relabel_requested.connect(review.labels.relabel_to)
        services.recording.leaving.connect(inspector.commit_note)
        shell.status.cancel_requested.connect(services.analysis.cancel)
        shell.status.cancel_requested.connect(services.weights.cancel_preparing)
        services.appearance.theme_changed.connect(tracks.set_theme)
        services.appearance.theme_changed.connect(shell.window.window_actions.set_theme)
        shell.classes.order_changed.connect(services.appearance.keep_apart)
        services.appearance.colors_changed.connect(self._show_colors)
        shell.window.window_actions.set_theme(services.appearance.theme)
        shell.window.closing.connect(self.close)
