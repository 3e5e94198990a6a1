"""Wires owners, workers and panels to the window; the one place that knows them all."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, Slot
from PySide6.QtGui import QAction, QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from yamnet_gui.assets import class_map_path, resource_path
from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.audio.spectrogram import PRESETS
from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.labels.project import PROJECT_SUFFIX

from .actions import Needs
from .analysing import Analysing
from .asking import Asking
from .controller import Controller
from .demo import demo_analysis, demo_recording
from .deriving import Deriver
from .dialogs.class_picker import LabelChoice
from .dialogs.review import ask_label, confirm
from .garbage import GarbageCollector
from .main_window import MainWindow
from .opening import Opener
from .panels.classes import ClassesPanel
from .panels.events import EventsPanel
from .panels.inspector import InspectorPanel
from .panels.notices import NoticeBar, NoticeKind
from .panels.recordings import RecordingsPanel
from .panels.status import StatusBar
from .panels.welcome import WelcomePanel
from .playback import make_player
from .project_menu import ProjectMenu
from .projects import Projects
from .reviewing import Asks, Reviewing
from .state.class_view import ClassView
from .state.document import AnalysisState, Document
from .state.project import ProjectState
from .state.rules import Rules
from .state.score_buffer import ScoreBuffer
from .state.selection import EventSelection
from .state.settings import Settings
from .state.sound import Sound
from .state.spectrogram import Spectrogram
from .state.timeline import Timeline
from .theme import ThemeChoice, theme_for
from .times import clock, length, wall_clock
from .toolbar import PresetBox, SpeedBox, ThresholdBox, VolumeBox
from .tracks.stack import TrackStack

_NO_WEIGHTS = "Without YAMNet's weights nothing can be analysed; everything else works."


class Workbench(QObject):
    """One window with everything behind it. `close` ends all threads."""

    def __init__(self, settings: Settings | None = None, theme: ThemeChoice | None = None) -> None:
        super().__init__()
        self._garbage = GarbageCollector(self)
        self.settings = settings or Settings(parent=self)
        self._forced_theme = theme
        self.class_map = ClassMap.from_csv(class_map_path())
        self.ontology = Ontology.from_csv(resource_path("audioset_ontology.csv"))
        self.timeline = Timeline(self)
        self.document = Document(len(self.class_map), self)
        self.selection = EventSelection(self)
        self.sound = Sound(self)
        self.spectrogram = Spectrogram(self)
        self.classes = ClassView(self)
        self.rules = Rules(self)
        self.player = make_player(self)
        self.opener = Opener(
            self.document, self.timeline, self.sound, self.spectrogram, parent=self
        )
        self.analysing = Analysing(self.document, self.settings, self)
        self.project = ProjectState(self)
        self.project.set_reviewer(self.settings.value("reviewer"))
        self.projects = Projects(self.document, self.project, self)
        self.deriver = Deriver(
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
            self.rules,
            self.settings,
            self.player,
            self.opener,
            self.analysing,
            self,
        )
        self.reviewing = Reviewing(
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
        self._closed = False
        self._starting = QTimer(self)
        self._starting.setSingleShot(True)
        self._starting.setInterval(0)
        self._starting.timeout.connect(self._first_scores)
        self.theme = theme_for(self._theme_choice())
        self._apply_palette()
        self.window = MainWindow(self.settings)
        self._place()
        self._wire()
        self.asking = Asking(self)
        self.project_menu = ProjectMenu(self)
        self.window.connect_actions(
            {
                **self.controller.handlers(),
                **self.asking.handlers(),
                **self.reviewing.handlers(),
                **self.project_menu.handlers(),
            }
        )
        self._apply_theme()
        self.opener.set_time_zone(self.settings.value("time_zone"))
        if self.settings.value("output_device"):
            self.player.set_device(self.settings.value("output_device"))
        self._offer()
        self._show_recording()
        self.window.restore_layout()
        self.projects.open_personal()

    @property
    def busy(self) -> bool:
        """Whether anything is still on its way to the screen."""
        running = self.opener.busy or self.analysing.running or self.deriver.waiting
        if running or self.spectrogram.waiting or self.asking.busy or self.projects.busy:
            return True
        return self._starting.isActive()

    def open(self, path: Path) -> None:
        """Opens a recording, or a folder into the list."""
        if path.is_dir():
            self.open_folder(path)
        elif path.suffix == PROJECT_SUFFIX:
            self.projects.open(path)
        else:
            self.opener.open(path)

    def open_folder(self, folder: Path) -> None:
        """Lists the recordings of a folder."""
        try:
            found = sorted(
                p for p in folder.iterdir() if p.suffix.lower() in SOUND_SUFFIXES and p.is_file()
            )
        except OSError as error:
            self.show_error(UserError(folder, f"cannot be read ({error.strerror})"))
            return
        self.settings.remember_folder(folder)
        if not found:
            self.notices.show_notice(
                NoticeKind.INFO, f"{folder.name}: there are no recordings in this folder."
            )
        self.recordings.set_files(found)

    def open_demo(self) -> None:
        """The recording that ships with the program, with its stored analysis."""
        try:
            self.opener.open(demo_recording())
        except UserError as error:
            self.show_error(error)

    def close(self) -> None:
        """Stops everything; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.inspector.commit_note()
        self.asking.close()
        self.controller.leave()
        self.settings.flush()
        self.player.close()
        self.deriver.close()
        self.analysing.close()
        self.opener.close()
        self._garbage.close()
        self.projects.close()

    def show_error(self, error: UserError) -> None:
        """A bar that names what failed and why."""
        self.notices.show_notice(NoticeKind.ERROR, str(error))

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
            self.theme,
        )
        window.set_pages(self.welcome, self.tracks)
        self.recordings = RecordingsPanel()
        self.classes_panel = ClassesPanel(
            self.class_map, self.ontology, self.classes, self.rules, self.document
        )
        self.events_panel = EventsPanel(self.document, self.selection, self.class_map)
        self.inspector = InspectorPanel(
            self.document, self.selection, self.timeline, self.class_map, self.ontology
        )
        window.add_panel("recordings", "Recordings", self.recordings, left=True)
        window.add_panel("classes", "Classes", self.classes_panel, left=True)
        window.add_panel("events", "Events", self.events_panel, left=False)
        window.add_panel("inspector", "Inspector", self.inspector, left=False)
        self.status = StatusBar(self.timeline)
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
        self._channels = window.menus["Play"].addMenu("C&hannel")
        self._channels.setEnabled(False)
        self._channels.triggered.connect(self._choose_channel)
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
        actions["clock_time"].toggled.connect(self._write_times)
        actions["full_screen"].toggled.connect(self._full_screen)
        self.speed.speed_chosen.connect(controller.set_speed)
        self.volume.volume_chosen.connect(controller.set_volume)
        controller.speed_changed.connect(self.speed.show_speed)
        self.threshold.threshold_chosen.connect(self._set_all)
        self.preset.preset_chosen.connect(self._use_preset)
        tracks.seek_requested.connect(controller.seek)
        tracks.ruler.scrubbed.connect(controller.scrub)
        tracks.event_clicked.connect(controller.click_event)
        tracks.event_opened.connect(controller.open_event)
        tracks.menu_requested.connect(self._track_menu)
        tracks.pointer_moved.connect(self._show_pointer)
        tracks.threshold_moved.connect(self._on_threshold)
        self.classes_panel.threshold_requested.connect(controller.set_threshold)
        self.classes_panel.class_cleared.connect(controller.clear_threshold)
        self.events_panel.opened.connect(controller.open_event)
        self.events_panel.menu_requested.connect(self._event_menu)
        self.inspector.class_clicked.connect(self.classes.choose)
        controller.follow(lambda: self.events_panel.shown_ids)
        self._wire_review()
        self.recordings.open_requested.connect(self.opener.open)
        self.status.cancel_requested.connect(self.analysing.cancel)
        self.welcome.open_requested.connect(lambda: self.asking.open())
        self.welcome.demo_requested.connect(self.open_demo)
        self.welcome.recent_requested.connect(self.opener.open)
        window.files_dropped.connect(self._dropped)
        window.closing.connect(self._on_closing)
        self.opener.opened.connect(self._on_opened)
        self.opener.failed.connect(self.show_error)
        self.analysing.failed.connect(self._on_analysis_failed)
        self.analysing.progress.connect(self._show_progress)
        self.analysing.finished.connect(self._on_finished)
        self.analysing.weights_changed.connect(self._on_weights)
        self.player.notice.connect(self._on_player_notice)
        self.document.recording_changed.connect(self._show_recording)
        self.document.analysis_changed.connect(self._show_analysis)
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
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def _wire_review(self) -> None:
        reviewing, tracks = self.reviewing, self.tracks
        tracks.edge_moved.connect(reviewing.drag_edge)
        self.inspector.note_edited.connect(reviewing.set_note)
        self.inspector.relabel_requested.connect(reviewing.relabel_to)
        self.opener.leaving.connect(self.inspector.commit_note)
        reviewing.failed.connect(self.show_error)
        reviewing.told.connect(self._tell)
        reviewing.edge_dragged.connect(self._show_length)
        reviewing.show_class.connect(lambda: self.asking.find_class())

    # Answers to what happens

    def _ask_label(self, title: str, used: Sequence[str]) -> LabelChoice | None:
        return ask_label(self.class_map, self.ontology, title, used, self.window)

    def _confirm(self, question: str, verb: str) -> bool:
        return confirm(question, verb, self.window)

    @Slot(str)
    def _tell(self, text: str) -> None:
        """A short remark on what a key did; it must not push the tracks down."""
        if self.analysing.running:
            self.notices.show_notice(NoticeKind.INFO, text, key="review", seconds=5)
        else:
            self.status.clear_progress(text)

    @Slot(float)
    def _show_length(self, seconds: float) -> None:
        QToolTip.showText(QCursor.pos(), length(seconds), self.tracks)

    @Slot(object)
    def _on_opened(self, path: Path) -> None:
        self.notices.clear("analysis")
        self.recordings.add_file(path)
        self.recordings.set_current(path)
        self.tracks.waveform.setFocus()  # single keys act on the recording, not on a text field
        recording = self.document.recording
        if recording is not None:
            for warning in recording.warnings:
                self.notices.show_notice(NoticeKind.WARNING, f"{path.name}: {warning}")
            if recording.zone_assumed and recording.info.recorded_at is not None:
                self.notices.show_notice(
                    NoticeKind.INFO,
                    f"Began {recording.info.recorded_at:%Y-%m-%d %H:%M:%S}, taken as this "
                    "computer's time zone.",
                    [("Another…", self.asking.change_settings)],
                    key="zone",
                )
        self._starting.start()

    @Slot()
    def _first_scores(self) -> None:
        """Once a recording stands on the screen: its stored scores, or an analysis."""
        recording = self.document.recording
        if recording is None or self.document.state is not AnalysisState.NONE:
            return
        try:
            if recording.info.path == demo_recording():
                stored = demo_analysis()
                self.document.set_model(stored.model)
                self.document.set_scores((ScoreBuffer.of_table(stored.table),))
                return
        except UserError as error:
            self.show_error(error)
        if self.analysing.weights_path is None:
            self._offer_weights()
        elif self.settings.value("analyse_on_open"):
            self.analysing.start()

    @Slot()
    def _on_weights(self) -> None:
        self.notices.clear("weights")
        if self.document.recording is not None and self.document.state is AnalysisState.NONE:
            self.analysing.start()

    def _offer_weights(self) -> None:
        self.notices.show_notice(
            NoticeKind.INFO,
            _NO_WEIGHTS,
            [("Get the weights…", self.asking.weights)],
            key="weights",
        )

    @Slot(object)
    def _on_analysis_failed(self, error: UserError) -> None:
        if self.analysing.weights_path is None:
            self._offer_weights()
        else:
            self.notices.show_notice(NoticeKind.ERROR, str(error), key="analysis")

    @Slot(float, float)
    def _show_progress(self, fraction: float, left_s: float) -> None:
        text = "Analysing" if fraction > 0 else "Loading the network"
        shown = fraction if fraction > 0 else None
        self.status.set_progress(text, shown, left_s if left_s >= 0 else None)

    @Slot()
    def _on_finished(self) -> None:
        self.status.clear_progress()
        self._show_analysis()

    @Slot(str)
    def _on_player_notice(self, text: str) -> None:
        self.notices.show_notice(NoticeKind.WARNING, text, key="sound")

    @Slot()
    def _show_recording(self) -> None:
        recording = self.document.recording
        self.window.show_tracks(recording is not None)
        if recording is None:
            self.window.setWindowTitle("yamnet_gui")
            self.window.setWindowFilePath("")
            return
        info = recording.info
        rate = f"{info.sample_rate_hz / 1000:g} kHz"
        channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
        lasts = clock(info.duration_s, 1)
        self.window.setWindowTitle(
            f"{info.path.name} — {lasts}, {rate}, {channels}, {recording.encoding} — yamnet_gui"
        )
        known = info.recorded_at is not None
        self._offer_channels(info.channels)
        clock_time = self.window.actions_by_id["clock_time"]
        clock_time.setVisible(known)
        self._write_times(known and clock_time.isChecked())

    def _offer_channels(self, count: int) -> None:
        """Which channel is heard: all of them as they are, or one."""
        self._channels.clear()
        self._channels.setEnabled(count > 1)
        names = {2: ("Left", "Right")}.get(count, tuple(f"Channel {i + 1}" for i in range(count)))
        for index, name in enumerate(("All", *names)):
            action = self._channels.addAction(name)
            action.setCheckable(True)
            action.setChecked(index == 0)
            action.setData(None if index == 0 else index - 1)

    def _choose_channel(self, chosen: QAction) -> None:
        for action in self._channels.actions():
            action.setChecked(action is chosen)
        self.player.set_channel(chosen.data())

    @Slot()
    def _show_analysis(self) -> None:
        model, state = self.document.model, self.document.state
        words = {
            AnalysisState.NONE: "",
            AnalysisState.RUNNING: "",
            AnalysisState.STOPPED: " · stopped",
            AnalysisState.COMPLETE: "",
        }[state]
        if not model.name:
            self.status.set_model("not analysed" if self.document.recording else "")
            return
        note = "" if model.known else " · unknown weights"
        self.status.set_model(f"{model.name}{note}{words}", f"Weights with SHA-256 {model.sha256}")
        recording = self.document.recording
        if recording is not None:
            said = {
                AnalysisState.NONE: "",
                AnalysisState.RUNNING: "analysing",
                AnalysisState.STOPPED: "stopped",
                AnalysisState.COMPLETE: "analysed",
            }[state]
            self.recordings.set_state(recording.info.path, said)

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

    @Slot(float, float, str)
    def _show_pointer(self, time_s: float, hertz: float, _track: str) -> None:
        if time_s < 0 or self.timeline.duration_s <= 0:
            self.status.set_pointer("")
            return
        text = clock(time_s)
        if hertz >= 0:
            text += f"   {hertz:,.0f} Hz"
            level = self.spectrogram.level_at(time_s, hertz)
            if level is not None:
                text += f"   {level:.0f} dB"
        self.status.set_pointer(text)

    @Slot(int, float, bool)
    def _on_threshold(self, class_index: int, value: float, _ended: bool) -> None:
        self.controller.set_threshold(class_index, value)

    @Slot(float)
    def _set_all(self, value: float) -> None:
        self.controller.set_threshold(None, value)

    @Slot()
    def _on_rules(self) -> None:
        self.threshold.show_value(self._default_threshold())

    @Slot(int)
    def _use_preset(self, index: int) -> None:
        self.spectrogram.use_preset(PRESETS[index])

    @Slot(bool)
    def _write_times(self, by_clock: bool) -> None:
        recording = self.document.recording
        start = recording.info.recorded_at if recording else None
        if by_clock and start is not None:
            self.tracks.ruler.set_writing(lambda s, decimals: wall_clock(start, s, decimals))
        else:
            self.tracks.ruler.set_writing(clock)

    @Slot(bool)
    def _full_screen(self, on: bool) -> None:
        if on:
            self.window.showFullScreen()
        else:
            self.window.showNormal()

    @Slot(QPoint, float, str)
    def _track_menu(self, at: QPoint, time_s: float, event_id: str) -> None:
        if event_id:
            self._event_menu(at, event_id)
            return
        actions = self.window.actions_by_id
        menu = QMenu(self.window)
        menu.addAction("Play from here", lambda: self._play_from(time_s))
        for name in ("draw", "play_selected", "zoom_event", "zoom_all", "clear_selection"):
            menu.addAction(actions[name])
        menu.popup(at)

    @Slot(QPoint, str)
    def _event_menu(self, at: QPoint, event_id: str) -> None:
        if event_id and event_id not in self.selection.ids:
            self.selection.select((event_id,))
        menu = QMenu(self.window)
        for name in (
            *("accept", "reject", "uncertain", "unreview", "|", "find_class", "split", "merge"),
            *("delete", "|", "accept_above", "reject_below", "|", "play_selected", "zoom_event"),
        ):
            if name == "|":
                menu.addSeparator()
            else:
                menu.addAction(self.window.actions_by_id[name])
        event = self.controller.current_event()
        if event is not None and event.class_index is not None:
            index = event.class_index
            menu.addAction("Show the class's score", lambda: self.classes.choose(index))
        menu.popup(at)

    def _play_from(self, time_s: float) -> None:
        self.controller.seek(time_s)
        self.player.play(None)

    @Slot(list)
    def _dropped(self, names: list[str]) -> None:
        paths = [Path(name) for name in names]
        for path in paths[1:]:
            if path.is_file():
                self.recordings.add_file(path)
        self.open(paths[0])

    @Slot()
    def _on_closing(self) -> None:
        self.settings.set_bytes("tracks", self.tracks.state())
        self.close()

    # Look

    def _theme_choice(self) -> ThemeChoice:
        return self._forced_theme or ThemeChoice(self.settings.value("theme"))

    def _default_threshold(self) -> float:
        return self.rules.rule_set.default.on or 0.0

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "theme":
            self._change_theme()
        elif key == "colormap":
            self._apply_colormap()
        elif key == "keys":
            self.window.apply_shortcuts()
        elif key == "output_device":
            self.player.set_device(self.settings.value(key) or None)
        elif key == "time_zone":
            self.opener.set_time_zone(self.settings.value(key))
        elif key == "reviewer":
            self.project.set_reviewer(self.settings.value("reviewer"))

    @Slot()
    def _on_scheme(self) -> None:
        if self._theme_choice() is ThemeChoice.SYSTEM:
            self._change_theme()

    def _change_theme(self) -> None:
        self.theme = theme_for(self._theme_choice())
        self._apply_palette()
        self._apply_theme()

    def _apply_palette(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(self.theme.palette())

    def _apply_theme(self) -> None:
        self.tracks.set_theme(self.theme)
        self.window.tint_icons(self.theme.palette())
        self._apply_colormap()

    def _apply_colormap(self) -> None:
        look = replace(self.spectrogram.look, colormap=self.settings.value("colormap"))
        self.spectrogram.set_look(look, automatic=self.spectrogram.automatic)
