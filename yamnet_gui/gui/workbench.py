"""Wires owners, workers and panels to the window; the one place that knows them all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Slot

from yamnet_gui.audio.spectrogram import PRESETS
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology

from .actions import Needs
from .background.garbage import GarbageCollector
from .background.priority import ForegroundPriority
from .context import Context, Services, Session, Shell
from .controllers.analysis_controller import AnalysisController
from .controllers.appearance import Appearance
from .controllers.event_updater import EventUpdater
from .controllers.messages import Messages
from .controllers.navigation import Navigator
from .controllers.project_manager import ProjectManager
from .controllers.recording_loader import RecordingLoader
from .controllers.review import Asks, ReviewController
from .controllers.review_queue_controller import ReviewQueueController
from .controllers.transport import Controller
from .dialogs.class_picker import LabelChoice, near_classes
from .dialogs.questions import ask_label, confirm
from .features import Feature, Files, make_features
from .main_window import MainWindow
from .panels.classes import ClassesPanel
from .panels.events import EventsPanel
from .panels.inspector import InspectorPanel
from .panels.recordings import RecordingsPanel
from .panels.status import StatusBar
from .panels.welcome import WelcomePanel
from .playback import make_player
from .playback.audition import Audition
from .state.class_map import ClassMapState
from .state.class_view import ClassView
from .state.custom_classes import CustomClasses
from .state.document import Document
from .state.embeddings import Embeddings
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
from .theme import Theme, ThemeChoice
from .tracks.stack import TrackStack
from .widgets.notices import NoticeBar
from .widgets.toolbar import PresetBox, SpeedBox, ThresholdBox, VolumeBox

F = TypeVar("F", bound=Feature)


class Workbench(QObject):
    """One window with everything behind it. `close` ends all threads."""

    def __init__(self, settings: Settings | None = None, theme: ThemeChoice | None = None) -> None:
        super().__init__()
        way = ForegroundPriority()
        self._garbage = GarbageCollector(way, self)
        self.settings = settings or Settings(parent=self)
        self.class_map = ClassMapState(bundled_class_map())
        self.ontology = bundled_ontology()
        self.timeline = Timeline(self)
        self.document = Document(self.class_map.model_count, self)
        self.selection = EventSelection(self)
        self.sound = Sound(self)
        self.spectrogram = Spectrogram(self)
        self.classes = ClassView(self)
        self.rules = Rules(self)
        self.folding = Grouping(self.document, self.class_map, self.ontology, self)
        self.player = make_player(self)
        self.opener = RecordingLoader(
            self.document, self.timeline, self.sound, self.spectrogram, way, self
        )
        self.analysing = AnalysisController(self.document, self.settings, way, self)
        self.project = ProjectState(self)
        self.project.set_reviewer(self.settings.value("reviewer"))
        self.projects = ProjectManager(self.document, self.project, self)
        self.embeddings = Embeddings(self)
        self.taught = CustomClasses(self.class_map, self.document, self)
        self.audition = Audition(self.player, self.settings, lambda: make_player(self), self)
        self.deriver = EventUpdater(
            self.document,
            self.rules,
            self.classes,
            self.class_map,
            self.ontology,
            self.project,
            self,
        )
        self.controller = Controller(
            self.document,
            self.timeline,
            self.selection,
            self.settings,
            self.player,
            self.opener,
            self.analysing,
            self,
        )
        self.going = Navigator(
            self.document, self.timeline, self.project, self.opener, self.controller, self
        )
        self.reviewing = ReviewController(
            self.document,
            self.timeline,
            self.selection,
            self.classes,
            self.project,
            self.controller,
            self.settings,
            self.class_map,
            self.ontology,
            Asks(self._ask_label, self._confirm),
            self,
        )
        self.queue = ReviewQueue(self)
        self.walk = ReviewQueueController(
            self.queue,
            self.document,
            self.selection,
            self.project,
            self.projects,
            self.rules,
            self.controller,
            self.opener,
            self,
        )
        self.reviewing.walk_by(self.walk)
        self.label_sets = LabelSets(self.project, self)
        self.reviewing.label_by(self.label_sets)
        self._closed = False
        self.look = Appearance(self.settings, self.spectrogram, theme, self)
        self.window = MainWindow(self.settings)
        self._place()
        self._wire()
        self.context = self._make_context()
        self.session, self.services = self.context.session, self.context.services
        self.shell = self.context.shell
        self.features = make_features(self.context)
        for handlers in (self.controller.handlers(), self.reviewing.handlers()):
            self.window.connect_actions(handlers)
        for feature in self.features:
            self.window.connect_actions(feature.handlers())
        self._apply_theme(self.look.theme)
        self.opener.set_time_zone(self.settings.value("time_zone"))
        if self.settings.value("output_device"):
            self.player.sound.set_device(self.settings.value("output_device"))
        self._offer()
        self.window.restore_layout()
        self.projects.open_personal()
        self._garbage.keep_all()

    @property
    def busy(self) -> bool:
        """Whether anything is still on its way to the screen."""
        running = self.opener.busy or self.analysing.running or self.analysing.looking
        if running or self.deriver.waiting or self.spectrogram.waiting or self.projects.busy:
            return True
        return any(feature.busy for feature in self.features)

    def feature(self, kind: type[F]) -> F:
        """The one feature of a kind, for another one that builds on it."""
        return next(one for one in self.features if isinstance(one, kind))

    def open(self, path: Path) -> None:
        """Opens a recording, a folder into the list, a project or a table of labels."""
        self.feature(Files).open(path)

    def open_demo(self) -> None:
        """The recording that ships with the program, with its stored analysis."""
        self.feature(Files).open_demo()

    def close(self) -> None:
        """Stops everything; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.inspector.commit_note()
        for feature in self.features:
            feature.close()
        self.controller.leave()
        self.settings.flush()
        self.player.close()
        self.deriver.close()
        self.analysing.close()
        self.opener.close()
        self._garbage.close()
        self.projects.close()

    def _make_context(self) -> Context:
        return Context(
            Session(
                settings=self.settings,
                class_map=self.class_map,
                ontology=self.ontology,
                timeline=self.timeline,
                document=self.document,
                selection=self.selection,
                sound=self.sound,
                spectrogram=self.spectrogram,
                class_view=self.classes,
                rules=self.rules,
                grouping=self.folding,
                project=self.project,
                review_queue=self.queue,
                label_sets=self.label_sets,
                embeddings=self.embeddings,
                custom_classes=self.taught,
            ),
            Services(
                recording=self.opener,
                analysis=self.analysing,
                events=self.deriver,
                projects=self.projects,
                transport=self.controller,
                navigation=self.going,
                review=self.reviewing,
                queue_controller=self.walk,
                player=self.player,
                audition=self.audition,
                appearance=self.look,
            ),
            Shell(
                window=self.window,
                notices=self.notices,
                status=self.status,
                tracks=self.tracks,
                welcome=self.welcome,
                recordings=self.recordings,
                classes=self.classes_panel,
                events=self.events_panel,
                inspector=self.inspector,
                show_message=self.messages.show,
                show_error=self.messages.show_error,
            ),
        )

    # Placing

    def _place(self) -> None:
        window = self.window
        self.notices = NoticeBar()
        window.add_bar(self.notices)
        self.welcome = WelcomePanel(self.settings)
        self.tracks = TrackStack(
            self.timeline,
            self.document,
            self.selection,
            self.sound,
            self.spectrogram,
            self.classes,
            self.class_map,
            self.rules,
            self.folding,
            self.look.theme,
        )
        window.set_pages(self.welcome, self.tracks)
        self.recordings = RecordingsPanel()
        self.classes_panel = ClassesPanel(
            self.class_map, self.ontology, self.classes, self.rules, self.document
        )
        self.events_panel = EventsPanel(self.document, self.selection, self.folding)
        self.inspector = InspectorPanel(
            self.document,
            self.selection,
            self.timeline,
            self.class_map,
            self.ontology,
            self.folding,
        )
        window.add_panel("recordings", "Recordings", self.recordings, left=True)
        window.add_panel("classes", "Classes", self.classes_panel, left=True)
        window.add_panel("events", "Events", self.events_panel, left=False)
        window.add_panel("inspector", "Inspector", self.inspector, left=False)
        self.status = StatusBar(self.timeline)
        self.messages = Messages(self.document, self.notices, self.status)
        window.statusBar().addWidget(self.status, 1)
        window.statusBar().setSizeGripEnabled(False)
        self.speed = SpeedBox(self.settings.value("speed"))
        self.volume = VolumeBox(self.settings.value("volume"), self.player)
        self.threshold = ThresholdBox(self._default_threshold())
        self.preset = PresetBox([p.name for p in PRESETS])
        window.make_toolbar(
            {
                "speed": self.speed,
                "volume": self.volume,
                "threshold": self.threshold,
                "preset": self.preset,
            }
        )
        self.tracks.restore(self.settings.bytes("tracks"))
        view_menu = window.menus["View"]
        view_menu.addSeparator()
        for name, track in self.tracks.tracks.items():
            action = view_menu.addAction(f"Track: {track.title}")
            action.setCheckable(True)
            shown = self.settings.numbers(f"track-{name}") != [0.0]
            action.setChecked(shown)
            self.tracks.show_track(name, shown)
            action.toggled.connect(self._track_toggle(name))
        for name in ("follow", "loop", "keep_pitch", "autoplay"):
            window.actions_by_id[name].setChecked(self.settings.value(name))

    def _track_toggle(self, name: str):  # type: ignore[no-untyped-def]
        def toggle(shown: bool) -> None:
            self.tracks.show_track(name, shown)
            self.settings.set_numbers(f"track-{name}", [float(shown)])

        return toggle

    # Wiring

    def _wire(self) -> None:
        window, tracks, controller = self.window, self.tracks, self.controller
        actions = window.actions_by_id
        actions["loop"].toggled.connect(controller.set_loop)
        actions["keep_pitch"].toggled.connect(controller.set_keep_pitch)
        actions["follow"].toggled.connect(lambda on: self.settings.set("follow", on))
        actions["autoplay"].toggled.connect(lambda on: self.settings.set("autoplay", on))
        actions["full_screen"].toggled.connect(self._full_screen)
        self.speed.speed_chosen.connect(controller.set_speed)
        self.volume.volume_chosen.connect(controller.set_volume)
        controller.speed_changed.connect(self.speed.show_speed)
        self.threshold.threshold_chosen.connect(self._set_all)
        self.preset.preset_chosen.connect(self._use_preset)
        self.spectrogram.axis_changed.connect(
            lambda: self.preset.show_preset(self.spectrogram.preset)
        )
        tracks.seek_requested.connect(controller.seek)
        tracks.ruler.scrubbed.connect(controller.scrub)
        tracks.event_clicked.connect(controller.click_event)
        tracks.event_opened.connect(controller.open_event)
        tracks.threshold_moved.connect(self._on_threshold)
        self.classes_panel.threshold_requested.connect(self.rules.set_threshold)
        self.classes_panel.class_cleared.connect(self.rules.clear_class)
        self.events_panel.opened.connect(controller.open_event)
        self.inspector.class_clicked.connect(self.classes.choose)
        controller.follow(lambda: self.events_panel.shown_ids)
        self._wire_review()
        self.status.cancel_requested.connect(self.analysing.cancel)
        window.closing.connect(self._on_closing)
        for signal in (
            self.document.recording_changed,
            self.document.analysis_changed,
            self.document.events_changed,
            self.selection.changed,
            self.timeline.selection_changed,
        ):
            signal.connect(self._offer)
        self.rules.changed.connect(self._on_rules)
        self.settings.changed.connect(self._on_setting)
        self.look.theme_changed.connect(self._apply_theme)

    def _wire_review(self) -> None:
        reviewing, tracks = self.reviewing, self.tracks
        tracks.edge_moved.connect(reviewing.drag_edge)
        self.inspector.note_edited.connect(reviewing.set_note)
        self.inspector.relabel_requested.connect(reviewing.relabel_to)
        self.opener.leaving.connect(self.inspector.commit_note)

    # Answers to what happens

    def _ask_label(self, title: str, used: Sequence[str]) -> LabelChoice | None:
        own = [LabelChoice(x.name, x.class_index, x.mid) for x in self.label_sets.labels]
        event = self.controller.current_event()
        near = near_classes(self.ontology, event.class_index if event is not None else None)
        return ask_label(self.class_map.value, self.ontology, title, used, self.window, own, near)

    def _confirm(self, question: str, verb: str) -> bool:
        return confirm(question, verb, self.window)

    @Slot()
    def _offer(self) -> None:
        present = set()
        if self.document.recording is not None:
            present.add(Needs.RECORDING)
        if self.document.scores is not None:
            present.add(Needs.SCORES)
        if len(self.document.events):
            present.add(Needs.EVENTS)
        if self.selection.ids:
            present.add(Needs.EVENT)
        if self.timeline.selection is not None:
            present.add(Needs.SELECTION)
        self.window.offer(present)
        running = self.analysing.running
        actions = self.window.actions_by_id
        actions["analyse"].setEnabled(Needs.RECORDING in present and not running)
        actions["cancel"].setEnabled(running)

    @Slot(int, float, bool)
    def _on_threshold(self, class_index: int, value: float, _ended: bool) -> None:
        self.rules.set_threshold(class_index, value)

    @Slot(float)
    def _set_all(self, value: float) -> None:
        self.rules.set_threshold(None, value)

    @Slot()
    def _on_rules(self) -> None:
        self.threshold.show_value(self._default_threshold())

    @Slot(int)
    def _use_preset(self, index: int) -> None:
        self.spectrogram.use_preset(PRESETS[index])

    @Slot(bool)
    def _full_screen(self, on: bool) -> None:
        if on:
            self.window.showFullScreen()
        else:
            self.window.showNormal()

    @Slot()
    def _on_closing(self) -> None:
        self.settings.set_bytes("tracks", self.tracks.state())
        self.close()

    def _default_threshold(self) -> float:
        return self.rules.rule_set.default.on or 0.0

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "keys":
            self.window.apply_shortcuts()
        elif key == "output_device":
            self.player.sound.set_device(self.settings.value(key) or None)
        elif key == "time_zone":
            self.opener.set_time_zone(self.settings.value(key))
        elif key == "reviewer":
            self.project.set_reviewer(self.settings.value("reviewer"))

    @Slot(object)
    def _apply_theme(self, theme: Theme) -> None:
        self.tracks.set_theme(theme)
        self.window.tint_icons(theme.palette())
