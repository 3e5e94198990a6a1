"""The classes that score best at the cursor."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.state.top_classes import top_classes
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.labels import RunningLabel
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.score_bars import ScoreBars, ScoreRow

_COUNT = 8
_AT_MOST_EVERY_MS = 66


class ClassesAtCursor(QWidget):
    """Follows cursor, scores and recording; the bars are read a few times a second."""

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        class_map: ClassMapState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._class_map = class_map
        self.title = RunningLabel("At the cursor", self, dim=True)
        self.bars = ScoreBars("Top classes at the cursor", self)
        self.none = PlainLabel(self)
        self.none.setWordWrap(True)
        self.none.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(4)
        for widget in (self.title, self.bars, self.none):
            layout.addWidget(widget)
        self._later = Debounced(self, _AT_MOST_EVERY_MS, self.refresh)
        document.scores_changed.connect(self._soon)
        document.recording_changed.connect(self._soon)
        timeline.cursor_changed.connect(self._soon)
        timeline.time_text_changed.connect(self._soon)
        self.refresh()

    @Slot()
    def _soon(self) -> None:
        self._later.start_once()

    def refresh(self) -> None:
        """Shows the place of the cursor in the present colours of the classes."""
        scores = self._document.scores
        time_s = self._timeline.cursor_s
        at = scores.at(time_s) if scores is not None else None
        self.bars.setVisible(at is not None)
        self.none.setVisible(at is None)
        is_open = self._document.recording is not None
        place = f"  {self._timeline.time_text(time_s)}" if is_open else ""
        note = self._document.channel_note
        self.title.setText(f"At the cursor{place}" + (f"  ·  {note}" if note else ""))
        if at is not None:
            rows = score_rows(self._class_map, at, None, _COUNT)
            self.bars.set_rows(rows, _COUNT, self._timeline.time_text(time_s))
        elif not is_open:
            self.none.setText("No recording is open.")
        else:
            self.none.setText("Not analysed here yet.")


def score_rows(
    class_map: ClassMapState,
    scores: NDArray[np.float32],
    second: NDArray[np.float32] | None,
    count: int,
) -> list[ScoreRow]:
    """The best classes of scores (classes,), best first, with a second figure of each."""
    return [
        ScoreRow(
            int(i),
            class_map.value[int(i)].name,
            float(scores[i]),
            class_color(int(i)),
            None if second is None else float(second[i]),
        )
        for i in top_classes(scores, count)
    ]
