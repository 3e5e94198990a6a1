"""The dialog that says whether there is a newer version."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from yamnet_gui.core.updates import RELEASES_PAGE, Release
from yamnet_gui.gui.dialogs.updates import UpdatesDialog


def test_a_newer_version_is_shown_with_its_notes_and_its_page(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toString())
    )
    dialog = UpdatesDialog()
    qtbot.addWidget(dialog)
    assert dialog.page.isHidden()
    page = f"{RELEASES_PAGE}/tag/v9"
    dialog.show_release(Release("9.0", True, "<b>Faster</b>\n<img src=x>", page))
    assert "9.0" in dialog.headline.text()
    assert dialog.notes.toPlainText() == "<b>Faster</b>\n<img src=x>"
    assert not dialog.page.isHidden()
    dialog.page.click()
    assert opened == [page]


def test_the_newest_version_and_failures_offer_nothing(qtbot: QtBot) -> None:
    dialog = UpdatesDialog()
    qtbot.addWidget(dialog)
    dialog.show_release(Release("0.0.1", False, "old", RELEASES_PAGE))
    assert "newest" in dialog.headline.text()
    dialog.show_problem("there is no network")
    assert dialog.text.text() == "there is no network"
    assert dialog.bar.isHidden()
    assert dialog.notes.isHidden()
    assert dialog.page.isHidden()
