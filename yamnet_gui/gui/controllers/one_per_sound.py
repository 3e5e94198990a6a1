"""One event for one sound, or all of them: follows the setting and the selection."""

from PySide6.QtCore import QObject, Slot

from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.settings import Settings

ONE_PER_SOUND = "one_per_sound"
"""The setting and the action."""


class OnePerSound(QObject):
    """What is selected is shown in any case: a search or a queue of its class may lead to it."""

    def __init__(
        self,
        settings: Settings,
        document: Document,
        selection: EventSelection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._document = document
        self._selection = selection
        settings.changed.connect(self._on_setting)
        selection.changed.connect(self._on_selection)
        self._on_setting(ONE_PER_SOUND)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == ONE_PER_SOUND:
            self._document.shown.set_one_per_sound(bool(self._settings.value(key)))

    @Slot()
    def _on_selection(self) -> None:
        self._document.shown.ask_for(self._selection.ids)
