"""Makes the window with its bars, pages, panels and tracks, and puts each in its place."""

from yamnet_gui.audio.spectrogram import PRESETS

from .context import Session, Shell
from .controllers.messages import Messages
from .dialogs.questions import Questions
from .main_window import MainWindow
from .panels.classes import ClassesPanel
from .panels.events import EventsPanel
from .panels.inspector import InspectorPanel
from .panels.recordings import RecordingsPanel
from .panels.status import StatusBar
from .panels.welcome import WelcomePanel
from .playback import Player
from .theme import Theme
from .tracks.stack import TrackSources, TrackStack
from .widgets.notices import NoticeBar
from .widgets.toolbar import PresetBox, SpeedBox, ThresholdBox, ToolbarBoxes, VolumeBox


def make_shell(session: Session, player: Player, theme: Theme) -> Shell:
    """Everything of the window that several features use, before any of it is shown."""
    settings, rules = session.settings, session.rules
    window = MainWindow(settings)
    notices, welcome = NoticeBar(), WelcomePanel()
    notices.lie_over(window.middle)
    tracks = TrackStack(
        TrackSources(
            session.timeline,
            session.document,
            session.selection,
            session.sound,
            session.spectrogram,
            session.class_view,
            session.class_map,
            rules,
            session.grouping,
        ),
        theme,
    )
    window.set_pages(welcome, tracks)
    notices.leave_free(tracks.ruler)
    recordings = RecordingsPanel()
    classes = ClassesPanel(session.class_map, session.class_view, rules, session.document)
    events = EventsPanel(
        session.document,
        session.selection,
        session.grouping,
        session.event_order,
        session.timeline,
    )
    inspector = InspectorPanel(
        session.document,
        session.selection,
        session.timeline,
        session.class_map,
        session.grouping,
    )
    window.add_panel("recordings", "Recordings", recordings, left=True)
    window.add_panel("classes", "Classes", classes, left=True)
    window.add_panel("events", "Events", events, left=False)
    window.add_panel("inspector", "Inspector", inspector, left=False)
    status = StatusBar(session.timeline)
    window.statusBar().addWidget(status, 1)
    window.statusBar().setSizeGripEnabled(False)
    toolbar = ToolbarBoxes(
        SpeedBox(settings.value("speed")),
        VolumeBox(settings.value("volume"), player),
        ThresholdBox(rules.rule_set.default.on or 0.0),
        PresetBox([preset.name for preset in PRESETS]),
    )
    window.make_toolbar(toolbar.by_name())
    messages = Messages(
        notices,
        status,
        lambda: window.actions_by_id["weights"].trigger(),
        lambda: window.actions_by_id["models"].trigger(),
    )
    return Shell(
        window=window,
        notices=notices,
        status=status,
        tracks=tracks,
        welcome=welcome,
        recordings=recordings,
        classes=classes,
        events=events,
        inspector=inspector,
        toolbar=toolbar,
        questions=Questions(
            session.document,
            session.selection,
            session.label_sets,
            session.class_map,
            window,
        ),
        show_message=messages.show,
        show_error=messages.show_error,
    )
