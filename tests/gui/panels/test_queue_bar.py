"""The row above the table of events that chooses what to review."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from yamnet_gui.core.resources import document_path
from yamnet_gui.gui.panels.queue_bar import QueueBar
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.labels.project import QueueKind


@pytest.fixture
def bar(qtbot: QtBot) -> QueueBar:
    bar = QueueBar()
    qtbot.addWidget(bar)
    bar.show_request(QueueRequest(QueueKind.SCORE))
    bar.set_channels(frozenset({0, 1}))
    return bar


def test_a_channel_that_is_no_longer_there_is_no_longer_asked_for(bar: QueueBar) -> None:
    asked: list[QueueRequest] = []
    bar.request_changed.connect(asked.append)
    bar.channel.setCurrentText("Channel 2")
    assert asked == [QueueRequest(QueueKind.SCORE, channels=frozenset({1}))]
    bar.set_channels(frozenset({None}))
    assert not bar.channel.isVisibleTo(bar)
    assert asked[1:] == [QueueRequest(QueueKind.SCORE)]


def test_a_request_from_elsewhere_is_shown_without_another_one(bar: QueueBar) -> None:
    bar.channel.setCurrentText("Channel 2")
    asked: list[QueueRequest] = []
    bar.request_changed.connect(asked.append)
    bar.show_request(QueueRequest(QueueKind.SCORE, everywhere=True))
    assert bar.request == QueueRequest(QueueKind.SCORE, everywhere=True)
    assert asked == []


def test_an_arrow_opens_the_list_of_orders_and_begins_no_review(
    bar: QueueBar, qtbot: QtBot
) -> None:
    asked: list[QueueRequest] = []
    bar.request_changed.connect(asked.append)
    bar.show()
    for box in (bar.kind, bar.scope):
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.view().isVisible()
        box.hidePopup()
    assert asked == []


def test_where_the_review_goes_through_all_recordings_their_events_can_be_listed(
    bar: QueueBar,
) -> None:
    asked: list[bool] = []
    bar.all_events_requested.connect(lambda: asked.append(True))
    assert not bar.all_events.isVisibleTo(bar)
    bar.show_request(QueueRequest(everywhere=True))
    assert bar.all_events.isVisibleTo(bar)
    assert "lists the open recording alone" in bar.all_events.toolTip()
    bar.all_events.click()
    assert asked == [True]


def test_the_glossary_names_every_order_of_review(bar: QueueBar) -> None:
    glossary = document_path("glossary.md").read_text(encoding="utf-8")
    entry = glossary.split("**Order of review**")[1].split("\n\n")[0]
    words = " ".join(entry.split())
    for row in range(bar.kind.count()):
        assert f"*{bar.kind.itemText(row)}*" in words
