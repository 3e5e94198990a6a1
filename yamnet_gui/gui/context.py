"""What a feature of the window may be given: what is open, what acts on it, where it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.ontology import Ontology

if TYPE_CHECKING:
    from .controllers.analysis_controller import AnalysisController
    from .controllers.appearance import Appearance
    from .controllers.dataset_questions import DatasetQuestions
    from .controllers.dataset_recordings import DatasetRecordings
    from .controllers.event_navigation import EventNavigation
    from .controllers.event_updater import EventUpdater
    from .controllers.model_choice import ModelChoice
    from .controllers.navigation import Navigator
    from .controllers.project_manager import ProjectManager
    from .controllers.recording_controller import RecordingController
    from .controllers.recording_loader import RecordingLoader
    from .controllers.review import Review
    from .controllers.review_queue_controller import ReviewQueueController
    from .controllers.shown_classes import ShownClasses
    from .controllers.transport import Transport
    from .controllers.weights import Weights
    from .dialogs.questions import Questions
    from .main_window import MainWindow
    from .panels.classes import ClassesPanel
    from .panels.events import EventsPanel
    from .panels.inspector import InspectorPanel
    from .panels.recordings import RecordingsPanel
    from .panels.status import StatusBar
    from .panels.welcome import WelcomePanel
    from .playback import Player
    from .playback.audition import Audition
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
    from .tracks.stack import TrackStack
    from .widgets.notices import NoticeBar
    from .widgets.toolbar import ToolbarBoxes


@dataclass(frozen=True, slots=True)
class Session:
    """The owners of the state of one window."""

    settings: "Settings"
    class_map: "ClassMapState"
    timeline: "Timeline"
    document: "Document"
    selection: "EventSelection"
    event_order: "EventOrder"
    sound: "Sound"
    spectrogram: "Spectrogram"
    class_view: "ClassView"
    rules: "Rules"
    grouping: "Grouping"
    project: "ProjectState"
    undo_steps: "UndoSteps"
    review_queue: "ReviewQueue"
    label_sets: "LabelSets"
    calibrations: "Calibrations"
    embeddings: "Embeddings"
    custom_classes: "CustomClasses"
    datasets: "Datasets"

    @property
    def ontology(self) -> Ontology:
        """The ontology with the outputs of the present model."""
        return self.class_map.ontology


@dataclass(frozen=True, slots=True)
class Services:
    """What changes the state: each does one kind of work for every feature."""

    recording: "RecordingLoader"
    recording_controller: "RecordingController"
    analysis: "AnalysisController"
    weights: "Weights"
    models: "ModelChoice"
    events: "EventUpdater"
    shown_classes: "ShownClasses"
    projects: "ProjectManager"
    transport: "Transport"
    event_navigation: "EventNavigation"
    navigation: "Navigator"
    review: "Review"
    queue_controller: "ReviewQueueController"
    player: "Player"
    audition: "Audition"
    appearance: "Appearance"
    datasets: "DatasetQuestions"
    dataset_recordings: "DatasetRecordings"


@dataclass(frozen=True, slots=True)
class Shell:
    """Where features show themselves: the window, its panels, and how messages are shown."""

    window: "MainWindow"
    notices: "NoticeBar"
    status: "StatusBar"
    tracks: "TrackStack"
    welcome: "WelcomePanel"
    recordings: "RecordingsPanel"
    classes: "ClassesPanel"
    events: "EventsPanel"
    inspector: "InspectorPanel"
    toolbar: "ToolbarBoxes"
    questions: "Questions"
    show_message: Callable[[str], None]
    show_error: Callable[[UserError], None]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a feature may ask for; it names what it uses where it is made."""

    session: Session
    services: Services
    shell: Shell
