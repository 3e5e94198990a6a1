"""A key counts for the event that was on the screen when it was pressed."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWindow
from PySide6.QtWidgets import QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.gui.controllers.review.list_keys import ListKeys
from yamnet_gui.gui.controllers.review.shown_event import ShownEvent

SYSTEM_S = 5000.0
"""What the clock of the input was when that of the program was 0."""


class Bench:
    """Four events, a window to paint, another to press keys in, and a clock that stands still."""

    def __init__(self, owners: Owners, window: QWidget) -> None:
        self.owners, self.window = owners, window
        self.now = 100.0
        self.input = QWindow()
        self.shown = ShownEvent(
            window, owners.document, owners.selection, owners.parent, lambda: self.now
        )
        self.shown._on_focus(self.input)
        self.press(at=99.9, handled_at=99.9)

    def press(self, at: float, handled_at: float) -> bool:
        """Whether a key pressed at one time and handled at another comes too early."""
        self.now = handled_at
        key = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_A, Qt.KeyboardModifier(0))
        key.setTimestamp(round((at + SYSTEM_S) * 1000))
        QCoreApplication.sendEvent(self.input, key)
        return self.shown.pressed_too_early

    def paint(self, at: float) -> None:
        """The window is painted, and goes on with what waits."""
        self.now = at
        QCoreApplication.sendEvent(self.window, QEvent(QEvent.Type.UpdateRequest))
        self.shown._on_painted()


@pytest.fixture
def bench(owners: Owners, qtbot: QtBot) -> Iterator[Bench]:
    window = QWidget()
    qtbot.addWidget(window)
    owners.yard()
    bench = Bench(owners, window)
    yield bench
    bench.shown.close()
    bench.input.destroy()


def test_a_key_before_the_event_is_painted_comes_too_early(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    assert bench.press(at=100.1, handled_at=100.1)
    bench.paint(100.2)
    assert bench.press(at=100.15, handled_at=100.25), "it waited while the window was painted"
    assert not bench.press(at=100.3, handled_at=100.3)
    assert not bench.press(at=100.4, handled_at=102.0), "however late it is handled"


def test_another_look_of_the_same_event_has_to_be_painted_too(bench: Bench) -> None:
    owners = bench.owners
    owners.selection.select(["dog"])
    bench.paint(100.2)
    assert not bench.press(at=100.3, handled_at=100.3)
    longer = owners.event("dog", 5.0, length_s=2.0)
    owners.document.set_events(owners.document.events.with_events(longer))
    assert bench.press(at=100.35, handled_at=100.4)
    bench.paint(100.5)
    assert not bench.press(at=100.6, handled_at=100.6)


def test_what_the_user_has_just_changed_is_on_the_screen(bench: Bench) -> None:
    owners = bench.owners
    owners.selection.select(["dog"])
    bench.paint(100.2)
    longer = owners.event("dog", 5.0, length_s=2.0)
    owners.document.set_events(owners.document.events.with_events(longer))
    bench.shown.step_made()
    assert not bench.press(at=100.35, handled_at=100.4)


@pytest.mark.parametrize(
    "clear",
    [
        lambda bench: bench.shown._on_idle(),
        lambda bench: QCoreApplication.sendEvent(
            bench.input,
            QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_A, Qt.KeyboardModifier(0)),
        ),
    ],
)
def test_a_menu_after_the_key_is_not_the_key(
    bench: Bench, clear: Callable[[Bench], object]
) -> None:
    bench.owners.selection.select(["dog"])
    assert bench.press(at=100.1, handled_at=100.1)
    clear(bench)
    assert not bench.shown.pressed_too_early


def test_no_key_is_older_than_the_last_idle_moment(bench: Bench) -> None:
    """Where the clock of the input stood still, as in a suspended computer, keys are taken."""
    bench.owners.selection.select(["dog"])
    bench.paint(100.2)
    bench.now = 130.0
    bench.shown._on_idle()
    assert not bench.press(at=101.0, handled_at=131.0)
    assert not bench.press(at=101.0 - 3600, handled_at=132.0)


def test_in_a_list_a_key_before_the_selection_is_painted_comes_too_early(
    bench: Bench, qtbot: QtBot
) -> None:
    table = QTableWidget(4, 1)
    qtbot.addWidget(table)
    said: list[str] = []
    keys = ListKeys(table, bench.shown, said.append, lambda: bench.now)
    decided: list[int] = []
    accept = keys.guarded(lambda: decided.append(table.currentRow()))

    def press(at: float, handled_at: float) -> None:
        bench.press(at, handled_at)
        accept()

    bench.now = 100.05
    table.selectRow(1)
    press(at=100.1, handled_at=100.1)
    press(at=100.15, handled_at=100.2)
    assert not decided
    assert said[-1].startswith("2 keys not taken")
    bench.now = 100.3
    keys.eventFilter(table.viewport(), QPaintEvent(table.viewport().rect()))
    keys._on_painted()
    press(at=100.25, handled_at=100.35)
    assert not decided, "it waited while the list was painted"
    press(at=100.4, handled_at=100.5)
    assert decided == [1]
    bench.now = 100.55
    table.selectRow(2)
    bench.now = 100.6
    bench.shown._on_idle()  # nothing was to be painted: it is out of sight
    press(at=100.7, handled_at=100.7)
    assert decided == [1, 2]
