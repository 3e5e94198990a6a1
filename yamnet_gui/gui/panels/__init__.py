"""The panels around the tracks: they read from owners and ask by signals."""

from yamnet_gui.gui.widgets.notices import NoticeBar, NoticeKind

from .classes import ClassesPanel
from .events import EventsPanel
from .inspector import InspectorPanel
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
