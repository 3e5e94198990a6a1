"""A fresh set of owners for each test."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.gui.worlds import World


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    parent = QObject()
    yield World(parent)
    parent.deleteLater()
