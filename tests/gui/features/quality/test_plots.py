import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from yamnet_gui.detection import Review, calibrate, reliability
from yamnet_gui.detection.evaluation import PrecisionRecall
from yamnet_gui.gui.features.quality.plots import PrecisionRecallPlot, ReliabilityPlot
from yamnet_gui.gui.theme import DARK, LIGHT

CURVE = PrecisionRecall(
    np.array([0.9, 0.5, 0.1]), np.array([1.0, 0.8, 0.3]), np.array([0.2, 0.6, 1])
)


def test_the_nearest_point_of_the_curve_gives_the_threshold(qtbot: QtBot) -> None:
    plot = PrecisionRecallPlot()
    qtbot.addWidget(plot)
    assert plot.nearest(0.5, 0.5) is None
    plot.show_curve(CURVE, 1)
    assert plot.nearest(0.95, 0.35) == 0.1
    assert plot.nearest(0.0, 1.0) == 0.9
    plot.show_curve(None)
    assert not plot.getPlotItem().listDataItems()


def test_plots_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    reviews = [Review(0, s / 100, s % 3 > 0) for s in range(5, 95)]
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.show_class(calibrate(reviews)[0], reliability(reviews), 0.25)
    before = qapp.palette()
    try:
        for theme in (DARK, LIGHT):
            qapp.setPalette(theme.palette())
            QApplication.sendPostedEvents()
            corner = plot.grab().toImage().pixelColor(2, 2)
            assert corner == QColor(theme.base)
    finally:
        qapp.setPalette(before)


@pytest.mark.parametrize("count", [0, 3])
def test_without_a_calibration_only_the_diagonal_is_shown(qtbot: QtBot, count: int) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.show_class(None, reliability([Review(0, 0.5, True)] * count), None)
    assert len(plot.getPlotItem().listDataItems()) == 1
