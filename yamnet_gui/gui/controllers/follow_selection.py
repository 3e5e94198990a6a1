"""What is on the screen is about the selected event."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.timeline import Timeline

from .transport import Transport


class FollowSelection(QObject):
    """Shows the class of the selected event as curve and first row, by the scores of its channel,
    and the event itself in view.

    A switch turns both off. What was clicked in a track is in view already, and stays where it is.
    """

    def __init__(
        self,
        settings: Settings,
        document: Document,
        selection: EventSelection,
        class_view: ClassView,
        timeline: Timeline,
        transport: Transport,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._document = document
        self._selection = selection
        self._class_view = class_view
        self._timeline = timeline
        self._transport = transport
        selection.changed.connect(self._show_class)
        document.events_changed.connect(self._on_events)
        settings.changed.connect(self._on_setting)

    @property
    def on(self) -> bool:
        return bool(self._settings.value("follow_selection"))

    @Slot(str)
    def bring_into_view(self, event_id: str) -> None:
        """For an event that was chosen in a table; the cursor goes along unless sound plays."""
        event = self._document.events.get(event_id)
        if event is not None and self.on:
            self._timeline.reveal(event.span)
            if not self._transport.playing:
                self._transport.seek(event.onset_s)

    @property
    def _class(self) -> int | None:
        """The class of the selected event; None without one, or where it has no scores."""
        event = self._selection.current_in(self._document.events)
        index = event.class_index if event is not None else None
        return index if index is not None and index < self._document.class_count else None

    @Slot()
    def _show_class(self) -> None:
        index = self._class
        event = self._selection.current_in(self._document.events)
        if event is not None and event.channel is not None and self.on:
            self._document.show_channel(event.channel)
        if index is not None and self.on:
            self._class_view.set_lead(index)
            self._class_view.choose(index)

    @Slot()
    def _on_events(self) -> None:
        """The selected event may have another class now; a curve chosen by hand stays."""
        if self._class_view.lead is not None and self._class != self._class_view.lead:
            self._show_class()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "follow_selection":
            self._class_view.set_lead(None)
            self._show_class()
