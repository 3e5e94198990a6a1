"""Labels that shorten their text to the room they have."""

from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.labels import KINDS, ElidedLabel


def test_of_a_hierarchy_whole_names_are_left_out(qtbot: QtBot) -> None:
    text = "Vehicle › Motor vehicle (road) › Emergency vehicle"
    label = ElidedLabel(text, separator=KINDS)
    qtbot.addWidget(label)
    advance = label.fontMetrics().horizontalAdvance
    for wanted in (
        text,
        "… › Motor vehicle (road) › Emergency vehicle",
        "… › Emergency vehicle",
    ):
        label.resize(advance(wanted) + 1, 20)
        assert label.shown_text() == wanted
    label.resize(advance("… › Emerg…") + 1, 20)
    assert label.shown_text().startswith("… › Em")
    assert label.shown_text().endswith("…")
