"""The panels around the tracks: they read from owners and ask by signals."""

from .classes import ClassesPanel
from .events import EventsPanel
from .inspector import InspectorPanel
from .notices import NoticeBar, NoticeKind
from .recordings import RecordingsPanel
from .status import StatusBar
from .welcome import WelcomePanel

__all__ = [
    "ClassesPanel",
    "EventsPanel",
    "InspectorPanel",
    "NoticeBar",
    "NoticeKind",
    "RecordingsPanel",
    "StatusBar",
    "WelcomePanel",
]
