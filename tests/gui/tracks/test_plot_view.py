"""The axis of a track."""

import numpy as np
from pytestqt.qtbot import QtBot

from tests.gui.support.pixels import pixels
from yamnet_gui.gui.theme import DARK
from yamnet_gui.gui.tracks.plot_view import AXIS_WIDTH, PlotView


def _rows_with_ink(view: PlotView) -> np.ndarray:
    """Rows of pixels in which the axis has more than its line."""
    picture = pixels(view.grab().toImage())[:, : AXIS_WIDTH - 2, :3].astype(int)
    return np.flatnonzero(np.ptp(picture, axis=1).max(axis=1) > 40)


def test_labels_stand_at_their_heights_and_none_is_cut_off(qtbot: QtBot) -> None:
    view = PlotView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    qtbot.waitExposed(view)
    view.axis.set_theme(DARK)
    assert view.area.width() == 400 - AXIS_WIDTH
    view.axis.set_marks([(0.0, "0"), (0.75, "5 kHz"), (1.0, "1")])
    rows = _rows_with_ink(view)
    assert len(rows)
    assert abs(rows.mean() - 50) < 5
    view.axis.set_marks([(0.0, "0"), (1.0, "1")])
    assert not len(_rows_with_ink(view))


def test_the_area_follows_the_size_of_the_view(qtbot: QtBot) -> None:
    view = PlotView()
    qtbot.addWidget(view)
    view.resize(300, 80)
    view.show()
    qtbot.waitExposed(view)
    with qtbot.waitSignal(view.area.resized):
        view.resize(500, 120)
    place = view.area.sceneBoundingRect()
    assert (place.left(), place.right(), place.height()) == (AXIS_WIDTH, 500, 120)
    view.resize(60, 40)  # narrower than the axis
    assert view.area.width() == 0
