"""The dialog about the weights, and the credits."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.about import CREDITS, about_html
from yamnet_gui.gui.dialogs.weights import WeightsDialog
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.yamnet.weights import PUBLISHED_SHA256, PUBLISHED_SIZE, WeightsFile


@pytest.fixture
def dialog(qtbot: QtBot) -> WeightsDialog:
    dialog = WeightsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_missing_weights_offer_the_published_file(dialog: WeightsDialog, qtbot: QtBot) -> None:
    assert "No weights" in dialog.headline.text()
    assert "15.3 MB" in dialog.download.text()
    with qtbot.waitSignal(dialog.download_requested):
        dialog.download.click()
    assert dialog.bar.isVisible()
    assert not dialog.download.isEnabled()


def test_progress_is_told_in_megabytes_and_can_be_stopped(
    dialog: WeightsDialog, qtbot: QtBot
) -> None:
    dialog.show_progress(5_000_000, PUBLISHED_SIZE)
    assert dialog.amount.text() == "5.0 MB of 15.3 MB"
    with qtbot.waitSignal(dialog.cancel_requested):
        dialog.stop.click()
    assert dialog.download.isEnabled()
    assert not dialog.bar.isVisible()


def test_closing_stops_a_download_but_nothing_else(dialog: WeightsDialog, qtbot: QtBot) -> None:
    dialog.show_progress(1)
    with qtbot.waitSignal(dialog.cancel_requested):
        dialog.reject()
    with qtbot.assertNotEmitted(dialog.cancel_requested):
        dialog.reject()


@pytest.mark.parametrize(
    ("known", "words"), [(True, "installed and intact"), (False, "not the published ones")]
)
def test_weights_say_what_they_are(dialog: WeightsDialog, known: bool, words: str) -> None:
    dialog.show_progress(3)
    file = WeightsFile(Path("/w/yamnet.h5"), PUBLISHED_SHA256, "YAMNet", known, PUBLISHED_SIZE)
    dialog.show_file(file)
    assert words in dialog.headline.text()
    assert PUBLISHED_SHA256 in dialog._facts.text()
    assert not dialog.bar.isVisible()


def test_a_problem_is_told_in_its_own_words(dialog: WeightsDialog) -> None:
    dialog.show_problem("/w/x.h5: is empty")
    assert dialog.text.text().startswith("/w/x.h5: is empty. Try again, or")
    assert "yamnet-gui" not in dialog.text.text()  # buttons of the window, no commands of a shell


def test_everything_the_program_stands_on_is_credited() -> None:
    text = about_html()
    licences = {credit.name: credit.licence for credit in CREDITS}
    assert licences["AudioSet"] == "CC BY 4.0"
    assert licences["AudioSet ontology"] == "CC BY-SA 4.0"
    assert all(credit.name in text and credit.url in text for credit in CREDITS)


def test_no_line_about_a_file_is_cut(dialog: WeightsDialog, qtbot: QtBot) -> None:
    qtbot.waitExposed(dialog)
    path = Path("/somewhere/a folder") / ("of-long-names/" * 8) / "yamnet-standin.h5"
    dialog.show_file(WeightsFile(path, PUBLISHED_SHA256, "x.h5", False, PUBLISHED_SIZE, "cd" * 32))
    layout = dialog.layout()
    assert layout is not None
    layout.activate()
    for label in dialog.findChildren(PlainLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
