"""The dialog of settings."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.settings import SettingsDialog
from yamnet_gui.gui.state.settings import SETTINGS, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


def test_every_setting_has_a_field_that_gives_back_its_value(
    settings: Settings, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert set(dialog.fields) == {s.key for s in SETTINGS}
    for setting in SETTINGS:
        value = dialog.fields[setting.key].value()
        assert value == settings.value(setting.key)
        assert type(value) is type(setting.default)


def test_nothing_is_stored_before_it_is_confirmed(settings: Settings, qtbot: QtBot) -> None:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert not dialog.apply_button.isEnabled()
    dialog.fields["theme"].set_value("dark")
    dialog.fields["reviewer"].set_value("Ada")
    assert settings.value("theme") == "system"
    assert dialog.apply_button.isEnabled()
    dialog.apply_button.click()
    assert (settings.value("theme"), settings.value("reviewer")) == ("dark", "Ada")
    assert not dialog.apply_button.isEnabled()


def test_cancel_stores_nothing(settings: Settings, qtbot: QtBot) -> None:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.fields["autoplay"].set_value(False)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    assert settings.value("autoplay") is True


def test_defaults_come_back_on_the_page_that_is_shown(settings: Settings, qtbot: QtBot) -> None:
    settings.set("theme", "dark")
    settings.set("speed", 2.0)
    dialog = SettingsDialog(settings, page="Appearance")
    qtbot.addWidget(dialog)
    dialog.restore_defaults()
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert settings.value("theme") == "system"
    assert settings.value("speed") == 2.0


def test_a_device_that_is_gone_stays_chosen(settings: Settings, qtbot: QtBot) -> None:
    settings.set("output_device", "usb-1")
    dialog = SettingsDialog(settings, {"output_device": [("", "The system's"), ("hdmi", "TV")]})
    qtbot.addWidget(dialog)
    assert dialog.fields["output_device"].value() == "usb-1"
    dialog.fields["output_device"].set_value("hdmi")
    dialog.apply()
    assert settings.value("output_device") == "hdmi"
