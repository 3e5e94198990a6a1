"""Recordings, notices, status line and welcome."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyleOptionViewItem, QToolButton, QVBoxLayout, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.gui.features.review_queue.progress_model import ProgressColumn, ProgressModel
from yamnet_gui.gui.panels.classes_at_cursor import ClassesAtCursor
from yamnet_gui.gui.panels.recording_table_model import NAME
from yamnet_gui.gui.panels.recordings import RecordingsPanel
from yamnet_gui.gui.panels.status import StatusBar, time_left
from yamnet_gui.gui.panels.welcome import WelcomePanel
from yamnet_gui.gui.widgets.notices import NoticeBar, NoticeKind, reading_s
from yamnet_gui.labels.project import ClassCounts

A, B, C = Path("/x/a.wav"), Path("/x/b.wav"), Path("/y/c.flac")


@pytest.fixture
def recordings(qtbot: QtBot) -> RecordingsPanel:
    panel = RecordingsPanel()
    qtbot.addWidget(panel)
    panel.set_files([A, B, A])
    return panel


def texts(panel: RecordingsPanel) -> list[tuple[str, str]]:
    model = panel.table.model()
    return [(model.index(r, 0).data(), model.index(r, 2).data()) for r in range(model.rowCount())]


def test_recordings_are_listed_once_with_their_state(
    recordings: RecordingsPanel, qtmodeltester: ModelTester
) -> None:
    recordings.set_state(B, "214 events")
    recordings.add_file(C)
    recordings.add_file(B)
    assert texts(recordings) == [("a.wav", ""), ("b.wav", "214 events"), ("c.flac", "")]
    assert recordings.count.text() == "3 recordings"
    qtmodeltester.check(recordings.model)


def test_names_are_whole_beside_the_states_of_a_review(recordings: RecordingsPanel) -> None:
    names = [Path(f"4-102844-{take}-49.flac") for take in "ABC"]
    recordings.set_files(names)
    recordings.set_events(dict.fromkeys(names, 4))
    recordings.set_states(dict.fromkeys(names, ("analysed", "")))
    recordings.set_state(names[0], "1 reviewed")
    recordings.set_current(names[0])
    recordings.resize(272, 300)  # as beside a scroll bar on a laptop
    recordings.show()
    room = recordings.table.columnWidth(NAME)
    assert recordings.table.fontMetrics().horizontalAdvance(names[1].name) + 6 <= room


def test_the_name_of_the_open_recording_is_bold_only_where_it_is_whole(
    recordings: RecordingsPanel,
) -> None:
    names = [Path(f"4-102844-{take}-49.flac") for take in "ABC"]
    recordings.set_files(names)
    recordings.set_current(names[0])
    recordings.show()

    def is_bold(width: int) -> bool:
        recordings.table.setColumnWidth(NAME, width)
        index = recordings.table.model().index(0, NAME)
        option = QStyleOptionViewItem()
        option.widget = recordings.table
        option.rect = QRect(0, 0, width, 20)
        recordings.table.itemDelegateForIndex(index).initStyleOption(option, index)
        return option.font.bold()

    usual = recordings.table.fontMetrics().horizontalAdvance(names[0].name)
    assert is_bold(2 * usual)
    assert not is_bold(usual + 8)


def test_states_outlive_a_new_list(recordings: RecordingsPanel) -> None:
    recordings.set_state(B, "done")
    recordings.set_files([B, C])
    assert texts(recordings) == [("b.wav", "done"), ("c.flac", "")]


def test_a_filtered_recording_is_opened_by_enter(recordings: RecordingsPanel, qtbot: QtBot) -> None:
    recordings.search.setText("B.W")
    assert recordings.count.text() == "2 recordings · 1 shown"
    qtbot.keyClick(recordings.search, Qt.Key.Key_Return)
    with qtbot.waitSignal(recordings.open_requested) as asked:
        qtbot.keyClick(recordings.table, Qt.Key.Key_Return)
    assert asked.args == [B]


def test_stepping_asks_for_the_neighbour(recordings: RecordingsPanel, qtbot: QtBot) -> None:
    recordings.set_current(A)
    with qtbot.waitSignal(recordings.open_requested) as asked:
        recordings.step(1)
    assert asked.args == [B]
    with qtbot.assertNotEmitted(recordings.open_requested):
        recordings.step(-1)


@pytest.fixture
def bar(qtbot: QtBot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def _elsewhere() -> QPoint:
    return QPoint(-1_000, -1_000)


def shown(bar: NoticeBar) -> list[str]:
    return [notice.text for notice in bar.notices]


def test_the_bar_shows_itself_only_with_messages(bar: NoticeBar) -> None:
    assert bar.isHidden()
    bar.show_notice("info", "Exported.")
    assert not bar.isHidden()
    bar.notices[0].close_notice()
    assert bar.isHidden()


def test_the_same_text_or_key_stands_once(bar: NoticeBar) -> None:
    bar.show_notice("error", "a.wav: is empty")
    bar.show_notice("error", "a.wav: is empty")
    bar.show_notice("info", "10 %", key="download")
    bar.show_notice("info", "20 %", key="download")
    assert shown(bar) == ["20 %", "a.wav: is empty"]
    bar.clear("download")
    assert shown(bar) == ["a.wav: is empty"]


def test_a_long_message_is_shown_to_its_last_line(bar: NoticeBar, qtbot: QtBot) -> None:
    long = "The project is open elsewhere: close it there, or open it here to read only. " * 4
    bar.resize(500, 600)
    bar.show()
    qtbot.waitExposed(bar)
    bar.show_notice("error", long, [("Open read-only", lambda: None)], key="k")
    label = bar.notices[0].label
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()) > 30)
    bar.notices[0].set_text(long * 2)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


def test_errors_outlast_milder_messages(bar: NoticeBar) -> None:
    for kind, text in (("error", "1"), ("info", "2"), ("warning", "3"), ("info", "4")):
        bar.show_notice(kind, text)
    assert shown(bar) == ["4", "3", "1"]


def test_an_action_is_taken_and_closes_its_message(bar: NoticeBar, qtbot: QtBot) -> None:
    taken: list[str] = []
    bar.show_notice("warning", "No weights.", [("Download…", lambda: taken.append("download"))])
    qtbot.mouseClick(bar.notices[0].buttons[0], Qt.MouseButton.LeftButton)
    assert taken == ["download"]
    assert shown(bar) == []


def test_an_action_may_show_the_next_message(bar: NoticeBar) -> None:
    bar.show_notice("info", "one", [("Go", lambda: bar.show_notice("info", "two"))], key="k")
    bar.notices[0].buttons[0].click()
    assert shown(bar) == ["two"]


def test_details_are_copied_along(bar: NoticeBar) -> None:
    bar.show_notice(NoticeKind.ERROR, "It failed.", details="ValueError: 3")
    bar.notices[0].copy()
    assert QGuiApplication.clipboard().text() == "It failed.\n\nValueError: 3"


def test_a_passing_message_closes_by_itself(bar: NoticeBar, qtbot: QtBot) -> None:
    middle = QWidget()  # a window of its own would have the focus
    qtbot.addWidget(middle)
    bar.lie_over(middle)
    bar.pointer = _elsewhere
    bar.show_notice("info", "Saved.", seconds=0.05)
    qtbot.waitUntil(lambda: shown(bar) == [])


def test_messages_leave_once_they_can_have_been_read(bar: NoticeBar, qtbot: QtBot) -> None:
    info, warning = NoticeKind.INFO, NoticeKind.WARNING
    assert 6 < reading_s(info, "Saved.") < reading_s(info, "Saved. " * 20) < 20
    assert reading_s(warning, "Saved.") > reading_s(info, "Saved.")
    assert reading_s(NoticeKind.ERROR, "It failed.") == 0.0
    bar.show()
    bar.show_notice("info", "Restore?", [("Restore", lambda: None)])
    bar.show_notice("error", "It failed.")
    bar.show_notice("info", "Done.", [("Undo", lambda: None)], seconds=0.05)
    bar.activateWindow()
    bar.notices[0].buttons[0].setFocus()
    qtbot.waitUntil(bar.notices[0].buttons[0].hasFocus)
    assert [notice._later is not None for notice in bar.notices] == [True, False, False]
    bar.notices[0].leave()
    assert shown(bar)[0] == "Done."  # somebody is about to press its button
    bar.notices[0].buttons[0].clearFocus()
    qtbot.waitUntil(lambda: shown(bar) == ["It failed.", "Restore?"])


def test_messages_lie_over_the_tracks_and_move_nothing(qtbot: QtBot) -> None:
    middle = QWidget()
    qtbot.addWidget(middle)
    tracks, bar = QWidget(), NoticeBar()
    QVBoxLayout(middle).addWidget(tracks)
    bar.lie_over(middle)
    bar.pointer = _elsewhere
    middle.resize(900, 400)
    middle.show()
    before = tracks.geometry()
    bar.show_notice("warning", "A long story. " * 30)
    bar.show_notice("info", "Done.", [("Undo", lambda: None)])
    assert tracks.geometry() == before
    for width in (900, 320):
        middle.resize(width, 400)
        assert middle.rect().contains(bar.geometry())
        lowest = bar.notices[1]
        assert lowest.geometry().bottom() <= bar.height()
        assert lowest.label.height() >= lowest.label.heightForWidth(lowest.label.width())


def test_messages_leave_the_overview_in_sight_while_it_is_shown(qtbot: QtBot) -> None:
    middle, overview, tracks, bar = QWidget(), QWidget(), QWidget(), NoticeBar()
    qtbot.addWidget(middle)
    overview.setFixedHeight(60)
    column = QVBoxLayout(middle)
    column.addWidget(overview)
    column.addWidget(tracks, 1)
    bar.lie_over(middle)
    bar.pointer = _elsewhere
    bar.leave_free(overview)
    middle.resize(900, 1000)
    middle.show()
    bar.show_notice("info", "Done.", [("Undo", lambda: None)])
    assert bar.geometry().top() > overview.geometry().bottom()
    overview.hide()  # as on the start page
    assert bar.geometry().top() < 60
    overview.show()
    overview.setFixedHeight(90)
    qtbot.waitUntil(lambda: bar.geometry().top() > overview.geometry().bottom() >= 90)
    middle.resize(900, 160)
    assert middle.rect().contains(bar.geometry())


def test_messages_do_not_hide_what_is_reviewed_where_the_tracks_are_low(qtbot: QtBot) -> None:
    middle, overview, bar = QWidget(), QWidget(), NoticeBar()
    qtbot.addWidget(middle)
    overview.setFixedHeight(74)
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(overview)
    column.addWidget(QWidget(), 1)
    bar.lie_over(middle)
    bar.pointer = _elsewhere
    bar.leave_free(overview)
    middle.resize(1190, 990)  # most of 1920 × 1080
    middle.show()
    bar.show_notice("info", "Analysed.", [("Undo", lambda: None)])
    assert bar.geometry().top() > overview.geometry().bottom()
    waveform = (990 - 74) * 3 / 19
    assert bar.geometry().bottom() - overview.geometry().bottom() < waveform / 3
    middle.resize(1190, 600)  # with a panel below the tracks, or on a laptop
    assert bar.geometry().bottom() <= overview.geometry().bottom()


def test_on_low_tracks_messages_hide_no_events_but_where_the_pointer_is_on_the_overview(
    qtbot: QtBot,
) -> None:
    middle, overview, bar = QWidget(), QWidget(), NoticeBar()
    qtbot.addWidget(middle)
    overview.setFixedHeight(74)
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(overview)
    column.addWidget(QWidget(), 1)
    bar.lie_over(middle)
    bar.leave_free(overview)
    middle.resize(700, 400)
    middle.show()
    for y, low in ((150, False), (10, True)):  # on the waveform, on the overview
        bar.pointer = lambda y=y: middle.mapToGlobal(QPoint(350, y))
        bar.clear()
        bar.show_notice("info", "Analysed.", [("Undo", lambda: None)])
        assert (bar.geometry().top() > 200) == low


def test_a_remark_leaves_the_status_bar_but_not_what_came_after_it(
    owners: Owners, qtbot: QtBot
) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    bar._leave.set_delay(20)
    bar.show_message("Undone: accept Dog")
    qtbot.waitUntil(lambda: bar.message.text() == "")
    bar.show_message("Undone: accept Dog")
    bar.set_progress("Analysing", 0.5)
    qtbot.waitUntil(lambda: not bar._leave.active)
    assert bar.message.text() == "Analysing"


def test_a_remark_that_is_too_long_takes_the_place_of_the_pointer(
    owners: Owners, qtbot: QtBot
) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    bar.resize(760, 24)
    bar.show()
    qtbot.waitExposed(bar)
    bar.set_pointer("0:04.0   1,200 Hz   −42 dB")
    bar.show_message("Undone.")
    assert bar.pointer.isVisible()
    text = "Next event: there are no events; analyse the recording or draw one."
    bar.show_message(text)
    assert not bar.pointer.isVisible()
    layout = bar.layout()
    assert layout is not None
    layout.activate()
    assert bar.message.width() >= bar.message.sizeHint().width() - 2
    bar._clear_remark()
    assert bar.pointer.isVisible()


def test_model_and_project_are_named_whole_where_there_is_room(
    owners: Owners, qtbot: QtBot
) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    bar.set_model("stored analysis · weights d7a99c8f2da8")
    bar.set_saved("saved in personal project")
    bar.resize(960, 24)
    bar.show()
    qtbot.waitExposed(bar)
    for label in (bar.model, bar.saved):
        assert label.shown_text() == label.text()
    bar.resize(480, 24)
    bar.set_progress("Analysing the recordings of the project", 0.25, 84)
    qtbot.waitUntil(lambda: bar.width() == 480 and bar.message.width() > 20)


def test_every_button_has_a_name(bar: NoticeBar) -> None:
    bar.show_notice("error", "It failed.", [("Again", lambda: None)])
    for button in bar.findChildren(QToolButton):
        assert button.accessibleName()


def test_progress_shows_time_left_and_can_be_cancelled(owners: Owners, qtbot: QtBot) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    assert bar.cancel.isHidden()
    bar.set_progress("Analysing", 0.25, 84)
    assert (bar.bar.value(), bar.bar.maximum(), bar.left.text()) == (250, 1000, "2 min left")
    with qtbot.waitSignal(bar.cancel_requested):
        qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    bar.set_progress("Opening")
    assert bar.bar.maximum() == 0
    bar.clear_progress("Done")
    assert bar.cancel.isHidden()
    assert bar.message.text() == "Done"


def test_the_status_line_tells_the_cursor(owners: Owners, qtbot: QtBot) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    assert bar.cursor_time.text() == ""
    owners.open(4000.0)
    owners.timeline.set_cursor(3723.5)
    assert bar.cursor_time.text() == "1:02:03.500"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (2, "a few seconds left"),
        (11, "15 s left"),
        (60, "1 min left"),
        (61, "2 min left"),
        (3700, "1 h 2 min left"),
        (float("inf"), ""),
        (-1, ""),
    ],
)
def test_time_left_is_rough(seconds: float, expected: str) -> None:
    assert time_left(seconds) == expected


def test_the_welcome_lists_recent_files(qtbot: QtBot) -> None:
    panel = WelcomePanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.projects.isHidden()
    assert panel.recordings.isHidden()
    panel.set_recent([A], [C, A])
    assert [row.path for row in panel.recordings.rows] == [C, A]
    panel.set_missing({C})
    first, second = (row.link for row in panel.recordings.rows)
    assert (first.missing, second.missing) == (True, False)
    assert "missing" in first.accessibleName()
    assert str(C) in first.toolTip()
    with qtbot.waitSignal(panel.recent_requested) as asked:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert asked.args == [C]
    with qtbot.waitSignal(panel.recent_requested) as asked:
        qtbot.keyClick(second, Qt.Key.Key_Return)
    assert asked.args == [A]
    with qtbot.waitSignal(panel.forget_requested) as asked:
        qtbot.keyClick(first, Qt.Key.Key_Delete)
    assert asked.args == [C]
    with qtbot.waitSignal(panel.forget_requested) as asked:
        panel.recordings.rows[1].remove.click()
    assert asked.args == [A]
    with qtbot.waitSignals([panel.open_requested, panel.demo_requested]):
        panel.open.click()
        panel.demo.click()


def test_recordings_are_filtered_by_state(qtbot: QtBot) -> None:
    panel = RecordingsPanel()
    qtbot.addWidget(panel)
    panel.set_files([A, B, C])
    panel.set_states({A: ("3 of 7", ""), B: ("failed", "broken"), C: ("", "")})

    def shown() -> list[str]:
        model = panel.table.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    for state, names in (
        ("Partly reviewed", [A.name]),
        ("Failed", [B.name]),
        ("Not analysed", [C.name]),
        ("Reviewed", []),
        ("All states", [A.name, B.name, C.name]),
    ):
        panel.stages.setCurrentText(state)
        assert shown() == names
    panel.stages.setCurrentText("Failed")
    assert panel.count.text() == "3 recordings · 1 shown"
    panel.set_state(C, "failed", "empty")
    assert shown() == [B.name, C.name]
    panel.set_events({A: 7, B: None, C: 1234})
    assert [panel.model.events_of(path) for path in (A, B, C)] == [7, None, 1234]
    panel.set_listed({A: 2})
    assert [panel.model.events_of(path) for path in (A, B, C)] == [2, 0, 0]


def test_a_remark_stands_in_the_status_line_while_something_runs_which_keeps_its_bar(
    owners: Owners, qtbot: QtBot
) -> None:
    bar = StatusBar(owners.timeline)
    qtbot.addWidget(bar)
    bar._leave.set_delay(60)
    bar.set_progress("Analysing", 0.2)
    bar.show_message("Drag a box over the spectrogram")
    bar.set_progress("Analysing", 0.6)
    assert bar.message.text() == "Drag a box over the spectrogram"
    assert bar.bar.value() == 600
    assert not bar.cancel.isHidden()
    qtbot.waitUntil(lambda: bar.message.text() == "Analysing")


def test_a_message_comes_where_the_pointer_does_not_work(qtbot: QtBot) -> None:
    under = QWidget()
    qtbot.addWidget(under)
    under.resize(600, 400)
    under.show()
    bar = NoticeBar()
    bar.lie_over(under)
    for height, above in ((100, False), (300, True)):
        bar.pointer = lambda height=height: under.mapToGlobal(QPoint(300, height))
        bar.show_notice("info", "Borders were moved")
        assert (bar.geometry().center().y() < 200) is above
        bar.clear()


def test_a_click_that_only_selects_a_recording_is_answered(
    recordings: RecordingsPanel, qtbot: QtBot
) -> None:
    recordings._once.set_delay(20)
    recordings.set_files([Path("/a.wav"), Path("/b.wav")])
    with qtbot.waitSignal(recordings.only_selected) as selected:
        recordings.table.selectRow(1)
        recordings.table.clicked.emit(recordings.table.model().index(1, 0))
    assert selected.args == [Path("/b.wav")]
    recordings.table.clicked.emit(recordings.table.model().index(1, 0))
    with qtbot.assertNotEmitted(recordings.only_selected, wait=60):
        recordings.table.entered_row.emit(recordings.table.model().index(1, 0))


def test_the_first_page_opens_folders(qtbot: QtBot) -> None:
    page = WelcomePanel()
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.open_folder_requested):
        page.open_folder.click()


class _Layouts(QObject):
    """Counts how often a widget is laid out."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


@pytest.mark.parametrize("make", [
    lambda owners: StatusBar(owners.timeline),
    lambda owners: ClassesAtCursor(owners.document, owners.timeline, owners.class_map),
], ids=["status line", "classes at the cursor"])  # fmt: skip
def test_a_cursor_that_moves_lays_nothing_out(
    owners: Owners, qtbot: QtBot, make: Callable[[Owners], QWidget]
) -> None:
    owners.open(60.0)
    owners.score({(3, 0): 0.9})
    owners.timeline.set_cursor(1.5)
    widget = make(owners)
    qtbot.addWidget(widget)
    widget.resize(900, 300)
    widget.show()
    qtbot.waitExposed(widget)
    qtbot.wait(80)
    layouts = _Layouts(widget)
    for cursor_s in (1.516, 2.111, 3.888):
        owners.timeline.set_cursor(cursor_s)
        qtbot.wait(1)
    if isinstance(widget, ClassesAtCursor):
        widget.refresh()
        qtbot.wait(1)
        assert "3.888" in widget.title.text()
    assert layouts.count == 0


@pytest.mark.parametrize(
    ("accepted", "rejected", "shown"), [(1, 0, "1 of 1"), (5, 4, "5 of 9"), (9, 1, "90% (")]
)
def test_precision_is_a_share_only_of_enough_decisions(
    accepted: int, rejected: int, shown: str
) -> None:
    model = ProgressModel()
    model.set_counts([ClassCounts("Dog", 3, accepted, rejected, 0)])
    text = model.index(0, ProgressColumn.PRECISION).data()
    assert text.startswith(shown)
