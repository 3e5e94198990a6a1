"""The map: what lies where, who is pointed at, what a lasso holds."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPolygonF
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.embedding_map.plot import MapPlot, Tool
from yamnet_gui.gui.features.embedding_map.points import MapView, PointPicture, Shape, fitting

RED, BLUE = 0xFFFF0000, 0xFF0000FF


@pytest.fixture
def plot(qtbot: QtBot) -> MapPlot:
    """Four points at the corners of a square and one in its middle."""
    plot = MapPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    qtbot.waitExposed(plot)
    corners = [(-1, -1), (1, -1), (-1, 1), (1, 1), (0, 0)]
    plot.set_points(np.array(corners, np.float32))
    return plot


def middle(plot: MapPlot, index: int) -> QPoint:
    return plot.place_of(index).toPoint()


class TestPicture:
    def test_a_point_is_painted_where_it_lies_and_nowhere_else(self):
        picture = PointPicture(50, 40)
        at = np.array([20.5], np.float32), np.array([10.5], np.float32)
        seen = picture.paint(*at, np.array([RED], np.uint32), BLUE)
        inner = picture.pixels[picture.margin : -picture.margin, picture.margin : -picture.margin]
        rows, columns = np.nonzero(inner != BLUE)
        assert seen == 1
        assert inner[10, 20] == RED
        assert abs(rows.mean() - 10) < 0.01
        assert abs(columns.mean() - 20) < 0.01
        assert (columns.max() - columns.min()) <= 10

    def test_points_beyond_every_border_do_no_harm(self):
        picture = PointPicture(50, 40)
        rng = np.random.default_rng(2)
        across = rng.uniform(-1e6, 1e6, 5000).astype(np.float32)
        down = rng.uniform(-60, 100, 5000).astype(np.float32)
        across[:2500] = rng.uniform(-20, 70, 2500)
        colors = np.full(5000, RED, np.uint32)
        seen = picture.paint(across, down, colors, BLUE, 2.0)
        assert 0 < seen < 2500
        assert set(np.unique(picture.pixels >> 24)) == {0xFF}

    def test_emphasised_points_lie_above_the_others(self):
        picture = PointPicture(50, 40)
        place = np.full(2, 20, np.float32)
        colors = np.array([RED, 0xFF00FF00], np.uint32)
        picture.paint(place, place, colors, BLUE, emphasised=np.array([True, False]))
        assert picture.pixels[20 + picture.margin, 20 + picture.margin] == RED

    @pytest.mark.parametrize("ratio", [1.0, 2.0])
    def test_rings_have_a_hole_dots_are_small_and_both_lie_above_discs(self, ratio: float):
        picture = PointPicture(50, 40)
        places = np.array([20.0, 20.0, 40.0, 5.0], np.float32)
        colors = np.array([RED, 0xFF00FF00, RED, RED], np.uint32)
        shapes = np.array([Shape.RING, Shape.DISC, Shape.DISC, Shape.DOT], np.int8)
        picture.paint(places, places / 2, colors, BLUE, ratio, shapes=shapes)
        row = picture.pixels[10 + picture.margin, picture.margin :]
        assert row[20] == BLUE
        assert row[20 - round(3.4 * ratio**0.5)] == RED
        assert 0xFF00FF00 not in row[15:26]
        assert picture.pixels[20 + picture.margin, 40 + picture.margin] == RED
        sizes = [(picture.pixels[y + picture.margin] == RED).sum() for y in (2, 20)]
        assert 0 < sizes[0] < sizes[1]


class TestView:
    def test_zooming_keeps_what_is_under_the_pointer(self):
        view = MapView(2.0, -1.0, 30.0)
        before = view.to_plane(310, 44, 400, 300)
        after = view.zoomed(3.0, 310, 44, 400, 300).to_plane(310, 44, 400, 300)
        assert after == pytest.approx(before)

    def test_plane_and_pixels_undo_each_other(self):
        view = MapView(2.0, -1.0, 30.0)
        point = np.array([[3.5, 0.25]], np.float32)
        across, down = view.to_pixels(point, 400, 300)
        assert view.to_plane(across[0], down[0], 400, 300) == pytest.approx((3.5, 0.25), abs=1e-5)

    @pytest.mark.parametrize("xy", [np.zeros((0, 2)), np.zeros((1, 2)), np.ones((5, 2)) * 1e6])
    def test_odd_sets_of_points_have_a_view(self, xy: np.ndarray):
        assert np.isfinite(fitting(xy.astype(np.float32), 400, 300).scale)


class TestMouse:
    def test_all_points_are_seen_at_first(self, plot: MapPlot):
        for index in range(plot.count):
            assert plot.rect().contains(middle(plot, index))

    def test_a_click_chooses_the_point_under_it(self, plot: MapPlot, qtbot: QtBot):
        with qtbot.waitSignal(plot.chosen) as chosen:
            qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=middle(plot, 3) + QPoint(3, -2))
        assert chosen.args == [3]

    def test_a_click_next_to_all_points_clears_the_lasso(self, plot: MapPlot, qtbot: QtBot):
        with qtbot.waitSignal(plot.lassoed) as lassoed:
            qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
        assert len(lassoed.args[0]) == 0

    def test_a_lasso_selects_the_points_inside(self, plot: MapPlot, qtbot: QtBot):
        a, b = middle(plot, 2), middle(plot, 3)  # the upper two
        outline = [
            a + QPoint(-10, -10),
            b + QPoint(10, -10),
            b + QPoint(10, 12),
            a + QPoint(-10, 12),
        ]
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=outline[0])
        for place in outline[1:]:
            qtbot.mouseMove(plot, place)
        with qtbot.waitSignal(plot.lassoed) as lassoed:
            qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=outline[-1])
        assert sorted(lassoed.args[0]) == [2, 3]

    def test_escape_ends_a_lasso_and_leaves_what_was_chosen(self, plot: MapPlot, qtbot: QtBot):
        lassoed: list[object] = []
        plot.lassoed.connect(lassoed.append)
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        for x in (60, 120):
            qtbot.mouseMove(plot, QPoint(x, 20))
        qtbot.keyClick(plot, Qt.Key.Key_Escape)
        qtbot.mouseMove(plot, QPoint(60, 140))
        qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(10, 150))
        assert lassoed == []

    def test_points_out_of_sight_are_in_no_lasso(self, plot: MapPlot):
        plot.zoom(20)
        whole = QPolygonF([QPointF(-1e4, -1e4), QPointF(1e4, -1e4), QPointF(0, 2e4)])
        assert list(plot.points.inside(whole, plot.view, plot.width(), plot.height())) == [4]

    def test_the_hand_moves_the_points_with_the_pointer(self, plot: MapPlot, qtbot: QtBot):
        plot.tool = Tool.PAN
        plot.zoom(2)
        before = plot.place_of(4)
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
        qtbot.mouseMove(plot, QPoint(230, 140))
        qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(230, 140))
        moved = plot.place_of(4) - before
        assert (moved.x(), moved.y()) == pytest.approx((30, -10), abs=0.5)

    def test_pointing_names_the_point_and_leaving_it_none(self, plot: MapPlot, qtbot: QtBot):
        with qtbot.waitSignal(plot.pointed) as pointed:
            qtbot.mouseMove(plot, middle(plot, 1))
        assert pointed.args == [1]
        with qtbot.waitSignal(plot.pointed) as pointed:
            qtbot.mouseMove(plot, QPoint(200, 60))
        assert pointed.args == [-1]


class TestKeys:
    def test_arrows_go_from_point_to_point(self, plot: MapPlot, qtbot: QtBot):
        plot.setFocus()
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        assert plot.current == 4  # the first step starts in the middle
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        assert plot.current in (1, 3)
        qtbot.keyClick(plot, Qt.Key.Key_Left)
        assert plot.current in (0, 2, 4)

    def test_enter_chooses_and_space_plays(self, plot: MapPlot, qtbot: QtBot):
        plot.set_current(2)
        with qtbot.waitSignal(plot.chosen) as chosen:
            qtbot.keyClick(plot, Qt.Key.Key_Return)
        with qtbot.waitSignal(plot.play_requested) as played:
            qtbot.keyClick(plot, Qt.Key.Key_Space)
        assert chosen.args == played.args == [2]

    def test_panning_and_zooming_stop_at_the_points(self, plot: MapPlot, qtbot: QtBot):
        for _ in range(100):
            qtbot.keyClick(plot, Qt.Key.Key_Plus)
        for _ in range(50):
            qtbot.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert plot.view.x <= 1
        qtbot.keyClick(plot, Qt.Key.Key_0)
        assert all(plot.rect().contains(middle(plot, i)) for i in range(plot.count))


def test_emphasis_lets_the_others_step_back(plot: MapPlot):
    plot.set_colors(np.full(5, RED, np.uint32))
    plot.set_emphasis(np.array([True, False, False, False, False]))
    picture = plot.grab().toImage()
    strong, faint = (QColor(picture.pixel(middle(plot, i))) for i in (0, 1))
    assert strong.hsvSaturation() > faint.hsvSaturation() or strong.value() > faint.value()
    plot.set_emphasis(np.zeros(5, bool))  # an empty choice is the same as none
    picture = plot.grab().toImage()
    assert picture.pixel(middle(plot, 0)) == picture.pixel(middle(plot, 1))
