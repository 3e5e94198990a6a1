"""Help › About: the licences of everything that the program runs on."""

from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.about import AboutDialog


def test_the_licence_of_every_part_can_be_read(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.tabs.setCurrentWidget(dialog.licences)
    view = dialog.licences.build()
    names = [part.name for part in view.model.parts]
    first = view.text.toPlainText()
    assert first.startswith(names[0])  # one is chosen from the start
    view.table.selectRow(names.index("numpy"))
    text = view.text.toPlainText()
    assert text.startswith("numpy ")
    assert "https://numpy.org" in text
    assert "Redistribution and use" in text


def test_a_click_into_nothing_leaves_the_text(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    view = dialog.licences.build()
    before = view.text.toPlainText()
    view.table.clearSelection()
    view.table.setCurrentIndex(view.model.index(-1, 0))
    assert view.text.toPlainText() == before
