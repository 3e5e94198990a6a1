"""Text size: what follows it at once."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from tests.gui.support.pixels import pixels
from yamnet_gui.gui.panel_docks import _Dock
from yamnet_gui.gui.panels.welcome import WelcomePanel
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.theme import DARK
from yamnet_gui.gui.tracks.plot_view import AXIS_WIDTH
from yamnet_gui.gui.tracks.scores import HeatTrack
from yamnet_gui.gui.widgets.fonts import set_relative_font, set_text_size
from yamnet_gui.gui.widgets.notices import NoticeBar
from yamnet_gui.gui.widgets.tables import QuietTable


@pytest.fixture(autouse=True)
def usual_size(qtbot: QtBot) -> Iterator[None]:
    yield
    set_text_size(100)


def test_text_rows_and_headings_become_larger_at_once_and_usual_again(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    label, title, table = QLabel("text"), QLabel("title"), QuietTable()
    layout = QVBoxLayout(panel)
    for widget in (label, title, table):
        layout.addWidget(widget)
    set_relative_font(title, panel, 1.5)
    panel.ensurePolished()

    def sizes() -> tuple[float, float, int]:
        row = table.verticalHeader().defaultSectionSize()
        return label.font().pointSizeF(), title.font().pointSizeF(), row

    usual = sizes()
    assert usual[1] == pytest.approx(1.5 * usual[0])
    set_text_size(200)
    large = sizes()
    assert large[:2] == pytest.approx((2 * usual[0], 2 * usual[1]))
    assert large[2] > 1.5 * usual[2]
    set_text_size(100)
    assert sizes() == usual


def test_boxes_made_while_text_is_large_become_low_again_with_it(qtbot: QtBot) -> None:
    set_text_size(200)
    panel = QWidget()
    qtbot.addWidget(panel)
    box = QComboBox(panel)
    box.addItem("text")
    layout = QVBoxLayout(panel)
    layout.addWidget(box)
    panel.show()
    large = box.minimumSizeHint().height()
    set_text_size(100)
    assert box.minimumSizeHint().height() < large
    layout.activate()
    assert box.height() < large


def test_names_of_score_rows_stay_where_rows_are_lower_than_a_line(
    qtbot: QtBot, owners: Owners
) -> None:
    classes = ClassView(owners.parent)
    track = HeatTrack(
        classes, owners.class_map, owners.timeline, owners.document, owners.selection, DARK
    )
    qtbot.addWidget(track)
    track.resize(600, 140)
    classes.set_shown(tuple(range(10)))  # 14 pixels each
    set_text_size(200)
    track.show()
    track._name_rows()
    assert len(track.axis._marks) == 10
    assert AXIS_WIDTH < track.area.x() == 600 / 4


def test_the_first_page_scrolls_to_what_does_not_fit(qtbot: QtBot) -> None:
    set_text_size(200)
    page = WelcomePanel()
    qtbot.addWidget(page)
    page.resize(300, 300)
    page.show()
    bars = page.area.horizontalScrollBar(), page.area.verticalScrollBar()
    assert all(bar.maximum() > 0 for bar in bars)


def test_a_message_keeps_whole_lines_where_its_buttons_leave_no_room(qtbot: QtBot) -> None:
    under = QWidget()
    qtbot.addWidget(under)
    under.resize(420, 300)
    bar = NoticeBar()
    bar.lie_over(under)
    text = "New borders of three events were taken from the sound and can be undone"
    bar.show_notice("info", text, [("Keep all of these", print), ("Undo all of these", print)])
    under.show()
    (row,) = bar.notices
    assert row.label.width() >= 30 * row.label.fontMetrics().averageCharWidth()
    assert all(bar.rect().contains(b.mapTo(bar, b.rect().bottomRight())) for b in row.buttons)


def test_titles_of_panels_are_written_in_the_present_size(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    dock = _Dock("Recordings", window)
    dock.setWidget(QWidget())
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    window.resize(600, 300)
    window.show()

    def letters() -> int:
        title = pixels(dock.grab().toImage())[:40, : dock.width() - 60, :3]
        return int((title != title[0, 0]).any(axis=2).any(axis=0).nonzero()[0].max())

    usual = letters()
    set_text_size(200)
    layout = window.layout()
    assert layout is not None
    layout.activate()
    assert letters() > 1.6 * usual
