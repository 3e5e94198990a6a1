"""Choosing a class by search."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, Owners
from yamnet_gui.gui.dialogs import class_picker
from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog, LabelChoice, used_labels


@pytest.fixture
def dialog(owners: Owners, qtbot: QtBot) -> ClassPickerDialog:
    dialog = ClassPickerDialog(owners.class_map.value, owners.ontology, ["Blackbird", "Speech"])
    qtbot.addWidget(dialog)
    return dialog


def test_swatches_are_as_large_on_fine_screens(
    dialog: ClassPickerDialog, owners: Owners, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClassPickerDialog, "devicePixelRatioF", lambda _dialog: 2.0)
    fine = ClassPickerDialog(owners.class_map.value, owners.ontology)
    qtbot.addWidget(fine)
    swatch = fine.list.model().index(0, 0).data(Qt.ItemDataRole.DecorationRole)
    assert swatch.pixmap(QSize(12, 12), 2.0).width() == 24
    assert fine.list.sizeHintForRow(0) == dialog.list.sizeHintForRow(0)


def test_of_a_class_with_several_parents_one_way_down_is_shown(dialog: ClassPickerDialog) -> None:
    dialog.search.setText("bicycle bell")
    assert dialog.kinds.text() == "In Music › Musical instrument › Bell"


def test_words_and_enter_take_a_class(dialog: ClassPickerDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.search, "dog")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.choice == LabelChoice("Dog", DOG, "/m/0bt9lr")
    assert dialog.result() == ClassPickerDialog.DialogCode.Accepted


def test_arrows_move_while_the_caret_stays_in_the_field(
    dialog: ClassPickerDialog, qtbot: QtBot
) -> None:
    qtbot.keyClicks(dialog.search, "bird")
    offered = [c.label for c in dialog.choices("bird")]
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.choice is not None
    assert dialog.choice.label == offered[1]


def test_used_labels_come_first_and_classes_are_recognised(dialog: ClassPickerDialog) -> None:
    first = dialog.choices("")[:3]
    assert [c.label for c in first[:2]] == ["Blackbird", "Speech"]
    assert [c.class_index for c in first[:2]] == [None, 0]
    assert len([c for c in dialog.choices("") if c.label == "Speech"]) == 1


def test_what_was_typed_in_full_comes_before_what_was_used(dialog: ClassPickerDialog) -> None:
    assert dialog.choices("bird")[0].label == "Bird"


def test_a_word_of_ones_own_may_be_a_label(dialog: ClassPickerDialog, owners: Owners) -> None:
    assert dialog.choices("Zebra finch")[-1] == LabelChoice("Zebra finch")
    dialog.search.setText("Zebra finch")
    assert "Use the label" in dialog.model.index(0).data()


def test_only_classes_where_labels_are_not_wanted(owners: Owners, qtbot: QtBot) -> None:
    dialog = ClassPickerDialog(
        owners.class_map.value, owners.ontology, ["Blackbird"], "Show", own_labels=False
    )
    qtbot.addWidget(dialog)
    assert all(c.class_index is not None for c in dialog.choices("bla"))
    dialog.search.setText("no such class")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.choice is None
    assert dialog.result() == 0


def test_a_class_shows_its_place_in_the_hierarchy(dialog: ClassPickerDialog) -> None:
    dialog.search.setText("dog")
    assert dialog.kinds.text() == "In Animal › Domestic animals, pets"


def test_labels_are_counted() -> None:
    assert used_labels(["a", "b", "b", "c", "b", "c"], 2) == ["b", "c"]


def test_only_swatches_that_are_seen_are_drawn(
    dialog: ClassPickerDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = class_picker._icon

    def counted(choice: LabelChoice, scale: float) -> QIcon:
        drawn.append(choice.label)
        return draw(choice, scale)

    monkeypatch.setattr(class_picker, "_icon", counted)
    dialog.search.setText("o")
    assert not drawn
    dialog.show()
    qtbot.waitExposed(dialog)
    qtbot.waitUntil(lambda: dialog.model.index(0).data() in drawn)
    assert len(drawn) < 100 < dialog.model.rowCount()
    assert not dialog.model.index(0).data(Qt.ItemDataRole.DecorationRole).isNull()


def test_only_lines_that_are_seen_are_made(
    owners: Owners, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    text_of = ClassPickerDialog._text_of

    def counted(dialog: ClassPickerDialog, choice: LabelChoice) -> str:
        made.append(choice.label)
        return text_of(dialog, choice)

    monkeypatch.setattr(ClassPickerDialog, "_text_of", counted)
    dialog = ClassPickerDialog(owners.class_map.value, owners.ontology)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    for typed in ("o", "", "b", ""):
        dialog.search.setText(typed)
    qtbot.waitUntil(lambda: dialog.model.index(0).data() in made)
    assert len(set(made)) < 100 < dialog.model.rowCount()
