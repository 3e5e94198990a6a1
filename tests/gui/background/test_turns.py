"""Work on very many things is done a piece in each turn of the event loop."""

import pytest
from PySide6.QtCore import QTimer
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.background.turns import MANY, Turns


class Pieces:
    """Notes what was done, and when something else had its turn."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.done: list[str] = []

    def first(self) -> None:
        self.done.append("first")
        QTimer.singleShot(0, lambda: self.done.append("a key"))

    def second(self) -> None:
        self.done.append("second")

    def broken(self) -> None:
        raise ValueError("one piece")


@pytest.fixture
def pieces(qtbot: QtBot) -> Pieces:
    return Pieces(Turns())


def test_few_things_are_done_at_once(pieces: Pieces) -> None:
    pieces.turns.do(pieces.first, MANY - 1)
    assert pieces.done == ["first"]
    assert not pieces.turns.busy


def test_many_things_wait_each_for_a_turn_of_its_own(pieces: Pieces, qtbot: QtBot) -> None:
    pieces.turns.do(pieces.first, MANY)
    pieces.turns.do(pieces.second, MANY)
    pieces.turns.do(pieces.first, MANY)
    assert pieces.done == []
    assert pieces.turns.busy
    qtbot.waitUntil(lambda: not pieces.turns.busy)
    assert sorted(pieces.done[:2] + pieces.done[-1:]) == ["a key", "first", "second"]
    assert pieces.done.index("first") < pieces.done.index("second")


def test_what_is_asked_for_later_is_done_later_however_few_things_it_is_about(
    pieces: Pieces, qtbot: QtBot
) -> None:
    pieces.turns.do(pieces.first, MANY)
    pieces.turns.do(pieces.second, 1)
    assert pieces.done == []
    qtbot.waitUntil(lambda: "second" in pieces.done)
    assert pieces.done[0] == "first"


def test_an_error_in_one_piece_does_not_hold_up_the_others(pieces: Pieces, qtbot: QtBot) -> None:
    with capture_exceptions() as errors:
        pieces.turns.do(pieces.broken, MANY)
        pieces.turns.do(pieces.second, MANY)
        qtbot.waitUntil(lambda: pieces.done == ["second"])
    assert [str(error) for _, error, _ in errors] == ["one piece"]
