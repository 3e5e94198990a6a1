"""Curves about how good detections are: reliability of scores, precision against recall."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from yamnet_gui.detection import Bin, ClassCalibration
from yamnet_gui.detection.evaluation import PrecisionRecall

_LINE_WIDTH = 1  # wider pens are very slow without OpenGL
_STEPS = 101
Floats = NDArray[np.float64]


class _Square(pg.PlotWidget):
    """Two axes from 0 to 1 in the colours of the palette; nothing moves by the mouse."""

    def __init__(self, name: str, across: str, up: str, parent: QWidget | None = None) -> None:
        self._built = False  # palette changes arrive before there is anything to paint
        super().__init__(parent)
        self.setAccessibleName(name)
        self._across, self._up = across, up
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.getViewBox().setRange(xRange=(0, 1), yRange=(0, 1), padding=0.03)
        item.getViewBox().disableAutoRange()
        item.showGrid(True, True, 0.15)
        self.setMinimumSize(220, 200)
        self._built = True
        self._tint()

    def changeEvent(self, event):  # type: ignore[no-untyped-def]
        super().changeEvent(event)
        if self._built and event.type() == event.Type.PaletteChange:
            self._tint()

    def color(self, role: QPalette.ColorRole) -> QColor:
        application = QApplication.instance()
        palette = application.palette() if isinstance(application, QApplication) else self.palette()
        return palette.color(role)

    def pen(self, role: QPalette.ColorRole, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> object:
        return pg.mkPen(self.color(role), width=_LINE_WIDTH, style=style)

    def _tint(self) -> None:
        self.setBackground(self.color(QPalette.ColorRole.Base))
        for side, text in (("bottom", self._across), ("left", self._up)):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(self.pen(QPalette.ColorRole.Mid))
            axis.setTextPen(self.color(QPalette.ColorRole.Text))
            axis.setLabel(text, color=self.color(QPalette.ColorRole.Text).name())
        self._draw()

    def _draw(self) -> None:
        """Paints the data in the current colours."""


class ReliabilityPlot(_Square):
    """Score of a class against how often it was right: reviews in groups with their interval, and
    the calibrated probability with its band. The dashed line is where a score would be one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._calibration: ClassCalibration | None = None
        self._bins: tuple[Bin, ...] = ()
        self._threshold: float | None = None
        super().__init__(
            "Reliability: score against how often it was right", "Score", "Share that was right",
            parent,
        )  # fmt: skip

    def show_class(
        self, calibration: ClassCalibration | None, bins: Sequence[Bin], threshold: float | None
    ) -> None:
        """Shows the calibration of a class and the threshold of its rule. None: nothing."""
        self._calibration, self._bins, self._threshold = calibration, tuple(bins), threshold
        self._draw()

    def _draw(self) -> None:
        item = self.getPlotItem()
        item.clear()
        role = QPalette.ColorRole
        item.plot([0, 1], [0, 1], pen=self.pen(role.PlaceholderText, Qt.PenStyle.DashLine))
        if self._calibration is not None:
            scores = np.linspace(0.0, 1.0, _STEPS)
            low, high = self._calibration.interval(scores)
            faint = self.color(role.Highlight)
            faint.setAlpha(45)
            edge = pg.mkPen(faint)
            ends = [item.plot(scores, heights, pen=edge) for heights in (low, high)]
            item.addItem(pg.FillBetweenItem(*ends, brush=faint))
            item.plot(scores, self._calibration.probability(scores), pen=self.pen(role.Highlight))
        if self._threshold is not None:
            line = pg.InfiniteLine(
                self._threshold, pen=self.pen(role.PlaceholderText, Qt.PenStyle.DotLine)
            )
            item.addItem(line)
        if self._bins:
            x = np.array([b.score for b in self._bins])
            y = np.array([b.share for b in self._bins])
            below = y - np.array([b.low for b in self._bins])
            above = np.array([b.high for b in self._bins]) - y
            error = pg.ErrorBarItem(
                x=x, y=y, top=above, bottom=below, beam=0.015, pen=self.pen(role.Text)
            )
            item.addItem(error)
            item.plot(
                x, y, pen=None, symbol="o", symbolSize=7, symbolPen=None,
                symbolBrush=self.color(role.Text),
            )  # fmt: skip


class PrecisionRecallPlot(_Square):
    """Precision against recall as the threshold moves, and where it stands. A click on the curve
    asks for the threshold there."""

    threshold_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._curve: PrecisionRecall | None = None
        self._place: int | None = None
        super().__init__("Precision against recall", "Recall", "Precision", parent)
        self.scene().sigMouseClicked.connect(self._on_click)

    def show_curve(self, curve: PrecisionRecall | None, place: int | None = None) -> None:
        """Shows a curve and the current threshold (an index into it). None: nothing."""
        self._curve, self._place = curve, place
        self._draw()

    def nearest(self, recall: float, precision: float) -> float | None:
        """The threshold of the point of the curve that is nearest."""
        if self._curve is None or not len(self._curve.thresholds):
            return None
        away = np.hypot(self._curve.recall - recall, self._curve.precision - precision)
        return float(self._curve.thresholds[int(np.argmin(away))])

    def _draw(self) -> None:
        item = self.getPlotItem()
        item.clear()
        curve = self._curve
        if curve is None:
            return
        role = QPalette.ColorRole
        item.plot(
            curve.recall, curve.precision, pen=self.pen(role.Highlight), symbol="o", symbolSize=5,
            symbolPen=None, symbolBrush=self.color(role.Highlight),
        )  # fmt: skip
        if self._place is None:
            return
        x, y = float(curve.recall[self._place]), float(curve.precision[self._place])
        item.plot(
            [x], [y], pen=None, symbol="d", symbolSize=13,
            symbolPen=self.pen(role.Text), symbolBrush=self.color(role.Base),
        )  # fmt: skip
        text = pg.TextItem(
            f"threshold {curve.thresholds[self._place]:.2f}",
            color=self.color(role.Text),
            anchor=(1.05 if x > 0.5 else -0.05, -0.3 if y > 0.5 else 1.3),
        )
        text.setPos(x, y)
        item.addItem(text)

    def _on_click(self, event):  # type: ignore[no-untyped-def]
        at = self.getPlotItem().getViewBox().mapSceneToView(event.scenePos())
        threshold = self.nearest(at.x(), at.y())
        if threshold is not None:
            self.threshold_chosen.emit(threshold)
