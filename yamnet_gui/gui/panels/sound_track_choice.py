"""Which sound track of the open recording's file is shown, where it holds several."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from yamnet_gui.audio import path_of_track
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.widgets.labels import heading
from yamnet_gui.gui.widgets.plain_text import PlainLabel

from .choice_box import ChoiceBox


class SoundTrackChoice(QWidget):
    """A list of the sound tracks; hidden where there is only one."""

    chosen = Signal(object)  # Path: the recording that is this track

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.box = ChoiceBox("Sound track", "Each sound track is a recording of its own", self)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.chosen.connect(self._on_chosen)
        self.note = PlainLabel("Events and scores belong to the track that is shown.", self)
        self.note.setWordWrap(True)
        self.note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(4)
        for widget in (heading("Sound track", self), self.box, self.note):
            column.addWidget(widget)
        document.recording_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        recording = self._document.recording
        tracks = recording.tracks if recording is not None else ()
        self.setVisible(len(tracks) > 1)
        if recording is not None and len(tracks) > 1:
            titles = [(str(t.number), f"{t.number} · {t.text}") for t in tracks]
            self.box.show_choices([titles], str(recording.track))

    @Slot(str)
    def _on_chosen(self, number: str) -> None:
        recording = self._document.recording
        if recording is None or number == str(recording.track):
            return
        self._show()  # the present one, until the other one is open
        self.chosen.emit(path_of_track(recording.info.path, recording.tracks, int(number)))
