"""The panel of the map: its plot and the options of points, layout and colours."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.fonts import follow_font, set_relative_font
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

from .colors import CUSTOM, Coloring
from .legend import MapLegend, ScoreScale
from .plot import MapPlot, Tool

_KINDS = (("frames", "Frames"), ("events", "Events"), ("recordings", "Recordings"))
_METHODS = (
    ("pca", "PCA", "At once: the two directions of the largest variance"),
    ("tsne", "t-SNE", "Groups similar sounds; takes a while"),
    (
        "umap",
        "UMAP",
        "Groups similar sounds, and preserves more of the overall structure; takes a while",
    ),
)
COLORS = (
    ("class", "by class"),
    ("state", "by state"),
    ("recording", "by recording"),
    ("score", "by score"),
)
_NOTHING = "Every analysed sound of the project as a point, similar ones close together."


class MapPanel(QWidget):
    """The plot with its options and its legend."""

    kind_changed = Signal(str)
    method_changed = Signal(str)
    color_changed = Signal(str)
    cancel_requested = Signal()
    refresh_requested = Signal()
    picture_requested = Signal()
    table_requested = Signal()
    enlarge_requested = Signal()
    gallery_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._coloring: Coloring | None = None
        self._build()
        self.set_progress(None)
        self.set_notes("")

    @property
    def kind(self) -> str:
        return str(self.what.currentData())

    @property
    def method(self) -> str:
        return str(self.how.currentData())

    @property
    def color(self) -> str:
        return str(self.colored.currentData())

    def set_custom_classes(self, labels: Sequence[str]) -> None:
        """Custom classes whose score can colour the points."""
        before = self.color
        self.colored.blockSignals(True)
        while self.colored.count() > len(COLORS):
            self.colored.removeItem(len(COLORS))
        for label in labels:
            self.colored.addItem(f"by score of {label}", f"{CUSTOM}{label}")
        place = self.colored.findData(before)
        self.colored.setCurrentIndex(max(place, 0))
        self.colored.blockSignals(False)
        if place < 0:
            self.color_changed.emit(self.color)

    def set_method(self, method: str) -> None:
        """Shows which layout is drawn, without asking for it."""
        self.how.blockSignals(True)
        self.how.setCurrentIndex(max(self.how.findData(method), 0))
        self.how.blockSignals(False)

    def set_coloring(self, coloring: Coloring) -> None:
        """Colours the points and shows what the colours mean."""
        self._coloring = coloring
        self.plot.set_colors(coloring.colors, coloring.shapes)
        self.legend.set_kinds(coloring.kinds or ())
        self.scale.setVisible(coloring.kinds is None)
        self.scale.set_title(coloring.title)

    def set_progress(self, share: float | None, text: str = "") -> None:
        """How far the layout is; None when nothing is running."""
        running = share is not None
        for widget in (self.bar, self.cancel, self.doing):
            widget.setVisible(running)
        self.doing.setText(text)
        if share is not None:
            self.bar.setValue(round(1000 * share))

    def set_notes(self, text: str) -> None:
        """How to read the axes."""
        self.notes.setText(text)
        self.notes.setVisible(bool(text))

    def picture(self, ratio: float = 2.0) -> QImage:
        """The plot with its legend and notes, for a file."""
        parts: list[QWidget] = [self.plot]
        if self.legend.kinds:
            parts.append(self.legend)
        else:
            parts.append(self.scale)
        if self.notes.text():
            parts.append(self.notes)
        width = self.plot.width()
        height = sum(part.height() for part in parts) + 6 * (len(parts) - 1)
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(self.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(image)
        at = 0
        for part in parts:
            part.render(painter, QPoint(0, at))
            at += part.height() + 6
        painter.end()
        return image

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def _build(self) -> None:
        self.what = self._choice("Points", [(k, w, "") for k, w in _KINDS])
        self.how = self._choice("Layout method", _METHODS)
        self.colored = self._choice("Colour of the points", [(k, w, "") for k, w in COLORS])
        self.what.currentIndexChanged.connect(lambda: self.kind_changed.emit(self.kind))
        self.how.currentIndexChanged.connect(lambda: self.method_changed.emit(self.method))
        self.colored.currentIndexChanged.connect(lambda: self.color_changed.emit(self.color))
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self.what, 1)
        first.addWidget(self.how, 1)
        first.addWidget(self.colored, 1)
        self.plot = MapPlot(self)
        self.plot.set_message(_NOTHING)
        self.pointed = ElidedLabel("", self, dim=True)
        self.pointed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self.lasso = self._tool("Lasso", "Drag around points to select them (right button pans)")
        self.lasso.setChecked(True)
        self.hand = self._tool("Hand", "Drag to move the map; the wheel zooms")
        self.lasso.toggled.connect(self._on_tool)
        self.hand.toggled.connect(lambda on: self.lasso.setChecked(not on))
        self.hear = self._tool("Hear", "Play the point under the pointer")
        self.hear.setChecked(True)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for button in (self.lasso, self.hand, self.hear):
            tools.addWidget(button)
        tools.addStretch(1)
        for name, sign, tip, signal in (
            ("zoom-fit", "▢", "Show all points (0)", None),
            ("undo", "⟳", "Update the map", self.refresh_requested),
            ("gallery", "▤", "Show what is selected in the gallery", self.gallery_requested),
            ("spectrogram", "▦", "Save as a picture…", self.picture_requested),
            ("export", "⇩", "Save as a table…", self.table_requested),
            ("expand", "⤢", "Show in a separate window", self.enlarge_requested),
        ):
            button = IconButton(name, sign, tip, self)
            button.clicked.connect(self.plot.fit if signal is None else signal)
            tools.addWidget(button)

        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        follow_font(self, lambda: self.bar.setFixedHeight(max(6, self.fontMetrics().height() // 2)))
        self.cancel = IconButton("stop", "✗", "Stop the layout", self)
        self.cancel.clicked.connect(self.cancel_requested)
        self.doing = PlainLabel(self)
        self.doing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        running = QHBoxLayout()
        running.setSpacing(4)
        running.addWidget(self.doing)
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)

        self.legend = MapLegend(self)
        self.legend.kind_chosen.connect(self._on_kind)
        self.scale = ScoreScale(self)
        self.notes = PlainLabel(self)
        self.notes.setWordWrap(True)
        self.notes.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        set_relative_font(self.notes, self, 0.9)
        self.notes.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(tools)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.pointed)
        layout.addLayout(running)
        layout.addWidget(self.legend)
        layout.addWidget(self.scale)
        layout.addWidget(self.notes)
        self.scale.hide()

    def _choice(self, name: str, entries: Sequence[tuple[str, str, str]]) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setToolTip(plain_tip(name))
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for key, text, tip in entries:
            box.addItem(text, key)
            if tip:
                box.setItemData(box.count() - 1, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        return box

    def _tool(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(plain_tip(tip))
        button.setCheckable(True)
        button.setAutoRaise(True)
        return button

    def _on_tool(self, lasso: bool) -> None:
        self.hand.setChecked(not lasso)
        self.plot.tool = Tool.LASSO if lasso else Tool.PAN

    def _on_kind(self, code: int | None) -> None:
        coloring = self._coloring
        if coloring is None or code is None:
            self.plot.set_emphasis(None)
        else:
            self.plot.set_emphasis(coloring.codes == code)

    def emphasise(self, points: NDArray[np.intp]) -> None:
        """Dims all but these points; none: shows all alike."""
        self.legend.clearSelection()
        which = np.zeros(self.plot.count, bool)
        which[points] = True
        self.plot.set_emphasis(which)
