"""Settings that take effect at once."""

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from yamnet_gui.core.log import logging_to_file
from yamnet_gui.gui.controllers.applied_settings import AppliedSettings
from yamnet_gui.gui.state.settings import Settings


class Nobody(QObject):
    """Stands for those whom the other settings are about."""

    def set_reviewer(self, _name: str) -> None: ...

    def set_time_zone(self, _name: str) -> None: ...


@pytest.fixture
def settings(tmp_path: Path, qtbot: QtBot) -> Settings:
    return Settings(tmp_path / "settings.ini")


def applied(settings: Settings) -> AppliedSettings:
    nobody = Nobody(settings)
    return AppliedSettings(settings, nobody, nobody, nobody, settings)  # type: ignore[arg-type]


def level() -> int:
    return logging.getLogger("yamnet_gui").level


def test_a_detailed_log_begins_and_ends_with_its_setting(settings: Settings) -> None:
    with logging_to_file([]):
        applied(settings)
        assert level() == logging.INFO
        settings.set("detailed_log", True)
        assert level() == logging.DEBUG
        settings.set("detailed_log", False)
        assert level() == logging.INFO


def test_a_detailed_log_is_remembered(settings: Settings) -> None:
    settings.set("detailed_log", True)
    with logging_to_file([]):
        applied(settings)
        assert level() == logging.DEBUG


def test_verbose_stays_where_the_setting_says_nothing(settings: Settings) -> None:
    with logging_to_file([], verbose=True):
        applied(settings)
        assert level() == logging.DEBUG
