"""Chooses in which order events are reviewed, and shows how far it is."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QProgressBar, QToolButton, QWidget

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.widgets.channel_box import ChannelBox
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.searched_box import SearchedBox
from yamnet_gui.labels.project import QueueKind

_KINDS: tuple[tuple[str, QueueKind | None, str], ...] = (
    ("As listed", None, "N and P step through the table in its order"),
    ("Highest score first", QueueKind.SCORE, "Most confident first"),
    ("Least certain first", QueueKind.UNCERTAINTY, "Closest to the threshold first"),
    ("By time", QueueKind.TIME, "In the order of the recording"),
    (
        "Random",
        QueueKind.RANDOM,
        "Shuffled, so that the precision so far is an estimate for all events",
    ),
    (
        "Spread over scores",
        QueueKind.STRATIFIED,
        "Shuffled, alternating between ten equal score ranges",
    ),
    (
        "Random samples for counting",
        QueueKind.SAMPLE,
        "Drawn at random to estimate how many events there are (yamnet-gui estimate). Accept a"
        " segment only if the sound begins in it and is not that of an event beside it",
    ),
    (
        "Where reviewers disagree",
        QueueKind.DISAGREEMENTS,
        "Where two reviewers decided differently (yamnet-gui agreement --settle)",
    ),
    (
        "Least stable first",
        QueueKind.STABILITY,
        "Of the events scored again (Review › Score again), those whose score varies most",
    ),
)
_ALL = "All classes"
_OWN = 2
"""Scopes of the project itself, before those of datasets."""


class _ListedBox(QComboBox):
    """Arrows open its list: each of them would choose the next entry, which begins a review."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)


class QueueBar(QWidget):
    """A row to choose the queue by; a second one with class and progress while there is one."""

    request_changed = Signal(object)  # QueueRequest
    all_events_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = _ListedBox(self)
        self.kind.setAccessibleName("Review order")
        for place, (text, _kind, tip) in enumerate(_KINDS):
            self.kind.addItem(text)
            self.kind.setItemData(place, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.kind.setToolTip("Order in which events are reviewed")
        self.scope = _ListedBox(self)
        self.scope.setAccessibleName("Recordings to review")
        for name in ("This recording", "All recordings"):
            self.scope.addItem(name, None)
        self.scope.setToolTip(
            "Whether the review goes through the open recording, all of the project, or the next\n"
            "events of a dataset; the table below lists the open recording in any case"
        )
        self.all_events = QToolButton(self)
        self.all_events.setText("List the events of all recordings")
        self.all_events.setToolTip(
            "The table below lists the open recording alone, also while the review goes on"
            " to others;\nthis opens the table of all: Review › Events of all recordings"
        )
        self.all_events.setAutoRaise(True)
        self.all_events.clicked.connect(self.all_events_requested)
        self.label = SearchedBox(self)
        self.label.setAccessibleName("Class to review")
        self.label.setToolTip("Review only events of this class; type to search")
        self.label.addItem(_ALL, "")
        self.channel = ChannelBox(self)
        self.channel.setToolTip("Review only events of this channel")
        self.channel.chosen.connect(self._on_chosen)  # also where there is no such channel any more
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(3)
        self.bar.setAccessibleName("Progress of the review queue")
        self.status = ElidedLabel("", self, dim=True, align=Qt.AlignmentFlag.AlignRight)
        for box in (self.kind, self.scope, self.label):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.activated.connect(self._on_chosen)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.kind, 0, 0)
        layout.addWidget(self.scope, 0, 1)
        layout.addWidget(self.label, 1, 0)
        layout.addWidget(self.status, 1, 1)
        layout.addWidget(self.channel, 2, 0)
        layout.addWidget(self.all_events, 3, 0, 1, 2)
        layout.addWidget(self.bar, 4, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        layout.setColumnStretch(1, 1)
        self.show_request(QueueRequest())

    @property
    def request(self) -> QueueRequest:
        """What is chosen."""
        kind = _KINDS[self.kind.currentIndex()][1]
        dataset = self.scope.currentData()
        return QueueRequest(
            kind,
            self.scope.currentIndex() > 0,
            str(self.label.currentData() or ""),
            self.channel.value if kind is not None else None,
            Path(dataset) if dataset is not None else None,
        )

    def set_datasets(self, datasets: Sequence[tuple[str, Path]]) -> None:
        """Name and folder of those whose next events can be reviewed."""
        chosen = self.scope.currentData()
        at = self.scope.currentIndex()
        while self.scope.count() > _OWN:
            self.scope.removeItem(_OWN)
        for name, folder in datasets:
            self.scope.addItem(f"Next of {name}", str(folder))
        place = self.scope.findData(chosen) if chosen is not None else at
        self.scope.setCurrentIndex(place if place >= 0 else _OWN - 1)

    def show_request(self, request: QueueRequest) -> None:
        """Shows a request that came from elsewhere, without a signal."""
        kinds = [kind for _text, kind, _tip in _KINDS]
        self.kind.setCurrentIndex(kinds.index(request.kind))
        place = self.scope.findData(str(request.dataset)) if request.dataset is not None else -1
        self.scope.setCurrentIndex(place if place >= 0 else int(request.everywhere))
        if self.label.findData(request.label) < 0:
            self.label.addItem(request.label, request.label)
        self.label.setCurrentIndex(self.label.findData(request.label))
        on = request.kind is not None
        self.all_events.setVisible(request.everywhere)
        if request.channels is None:
            with QSignalBlocker(self.channel):
                self.channel.choose_all()
        for widget in (self.label, self.status, self.bar):
            widget.setVisible(on)
        self.channel.setVisible(on and self.channel.count() > 1)

    def set_classes(self, classes: Sequence[tuple[str, int]]) -> None:
        """Classes to choose from, with how many events of each are not reviewed yet."""
        chosen = self.request.label
        self.label.clear()
        self.label.addItem(_ALL, "")
        for name, left in classes:
            self.label.addItem(f"{name} · {grouped(left)}", name)
        if self.label.findData(chosen) < 0:
            self.label.addItem(chosen, chosen)
        self.label.setCurrentIndex(self.label.findData(chosen))

    def set_channels(self, channels: frozenset[int | None]) -> None:
        """What the events to review are of."""
        self.channel.offer(channels)
        self.channel.setVisible(self.request.kind is not None and self.channel.count() > 1)

    def show_progress(self, place: int | None, left: int, total: int) -> None:
        """Where the review stands: `place` from 0, and how many are not reviewed yet."""
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(total - left)
        if not total:
            self.status.setText("nothing to review")
        elif not left:
            self.status.setText(f"all {grouped(total)} reviewed")
        else:
            at = "" if place is None else f"{grouped(place + 1)} of {grouped(total)} · "
            self.status.setText(
                f"{at}{grouped(left)} left", f"{grouped(left)} of {grouped(total)} not reviewed yet"
            )

    def _on_chosen(self) -> None:
        request = self.request
        self.show_request(request)
        self.request_changed.emit(request)
