"""Chooses events of one channel; there only where channels were analysed each on its own."""

from collections.abc import Collection

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from yamnet_gui.core.channels import channel_name, in_order

_ALL = "All channels"


class ChannelBox(QComboBox):
    """All channels, the mix, or one of them."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels: list[int | None] = []
        self.setAccessibleName("Filter by channel")
        self.setToolTip("Show only events of this channel")
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.addItem(_ALL)
        self.currentIndexChanged.connect(self.chosen)
        self.hide()

    @property
    def value(self) -> frozenset[int | None] | None:
        """The channel whose events are wanted (None in it: the mix); None for all."""
        place = self.currentIndex() - 1
        return frozenset([self._channels[place]]) if place >= 0 else None

    def offer(self, channels: Collection[int | None]) -> None:
        """What events are of. Of the mix alone nothing is to be chosen; all are shown then, and
        where the chosen channel is no longer there."""
        offered = in_order(channels) if set(channels) - {None} else []
        if offered == self._channels:
            return
        before = self.value
        with QSignalBlocker(self):
            self.clear()
            self.addItem(_ALL)
            self.addItems([channel_name(channel) for channel in offered])
            self._channels = offered
            if before is not None and before <= set(offered):
                self.setCurrentIndex(offered.index(next(iter(before))) + 1)
        self.setVisible(bool(offered))
        if self.value != before:
            self.chosen.emit()

    def choose_all(self) -> None:
        """Shows the events of all channels again."""
        self.setCurrentIndex(0)
