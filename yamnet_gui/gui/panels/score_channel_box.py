"""Chooses whose scores are shown, where channels were analysed each on its own."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from yamnet_gui.core.channels import channel_name
from yamnet_gui.gui.state.document import Document


class ScoreChannelBox(QComboBox):
    """One entry for each channel; hidden while the scores are those of the mix."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._offered: tuple[int | None, ...] = ()
        self.setAccessibleName("Channel of the scores")
        self.setToolTip("Whose scores are shown: in this list, the score tracks and the inspector")
        self.setMinimumContentsLength(8)
        self.activated.connect(self._on_activated)
        document.scores_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        channels = self._document.channels
        if channels != self._offered:
            self._offered = channels
            self.clear()
            self.addItems([f"Scores of {channel_name(c).lower()}" for c in channels])
        self.setVisible(len(channels) > 1)
        if channels:
            self.setCurrentIndex(channels.index(self._document.channel))

    @Slot(int)
    def _on_activated(self, place: int) -> None:
        self._document.show_channel(self._offered[place])
