"""The dialog of label sets."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.gui.features.label_sets.dialog import LabelSetsDialog
from yamnet_gui.gui.state.label_sets import keys_of
from yamnet_gui.labels.project import LabelSet, OwnLabel

NAME, KEY, COLOR, CLASS = range(4)
SETS = (
    LabelSet("one", "Birds", (OwnLabel("crow", key="k"), OwnLabel("owl"), OwnLabel("dove"))),
    LabelSet("two", "Frogs", (OwnLabel("toad", "#112233"),)),
)


@pytest.fixture
def dialog(owners: Owners, qtbot: QtBot) -> LabelSetsDialog:
    made = LabelSetsDialog(SETS, "one", owners.class_map.value, {"A": "Accept"})
    qtbot.addWidget(made)
    return made


def put(dialog: LabelSetsDialog, row: int, column: int, text: str) -> None:
    item = dialog.table.item(row, column)
    assert item is not None
    item.setText(text)


def text(dialog: LabelSetsDialog, row: int, column: int) -> str:
    item = dialog.table.item(row, column)
    assert item is not None
    return item.text()


def test_labels_without_a_key_get_the_digits_in_order(dialog: LabelSetsDialog) -> None:
    assert [text(dialog, row, KEY) for row in range(3)] == ["K", "1", "2"]
    taken = (OwnLabel("a", key="1"), OwnLabel("b"), OwnLabel("c", key="K"))
    assert {key: label.name for key, label in keys_of(taken).items()} == {
        "1": "a",
        "2": "b",
        "k": "c",
    }


def test_the_first_label_makes_its_set(owners: Owners, qtbot: QtBot) -> None:
    dialog = LabelSetsDialog((), "", owners.class_map.value, {})
    qtbot.addWidget(dialog)

    def offered() -> set[str]:
        return {b.text() for b in dialog.findChildren(QPushButton) if b.isEnabled()}

    assert not offered() & {"Remove set", "Export…", "Remove", "Up", "Down"}
    next(b for b in dialog.findChildren(QPushButton) if b.text() == "Add label").click()
    assert [[label.name for label in made.labels] for made in dialog.sets] == [["New label"]]
    assert offered() >= {"Remove set", "Export…", "Remove", "Up", "Down"}


def test_nothing_changes_until_it_is_accepted(dialog: LabelSetsDialog) -> None:
    assert dialog.sets == list(SETS)
    assert dialog.chosen == "one"


def test_names_keys_and_classes_are_typed(dialog: LabelSetsDialog, owners: Owners) -> None:
    put(dialog, 1, NAME, "barn owl")
    put(dialog, 1, KEY, "B")
    put(dialog, 1, CLASS, "owl")
    owl = owners.class_map.value.find("Owl")
    assert owl is not None
    assert dialog.sets[0].labels[1] == OwnLabel("barn owl", "", "b", owl.mid, owl.index)
    put(dialog, 1, CLASS, "")
    assert dialog.sets[0].labels[1].class_index is None


def test_a_label_named_like_a_class_stands_for_it(dialog: LabelSetsDialog, owners: Owners) -> None:
    dialog.add_label()
    put(dialog, 3, NAME, "Dog")
    put(dialog, 3, NAME, "Cat")
    cat = owners.class_map.value.find("Cat")
    assert cat is not None
    assert dialog.sets[0].labels[3].class_index == cat.index


@pytest.mark.parametrize(
    ("row", "column", "typed", "words"),
    [
        (0, NAME, "owl", "already"),
        (0, NAME, " ", "needs a name"),
        (0, KEY, "a", "already the shortcut of Accept"),
        (1, KEY, "K", "already the shortcut of crow"),
        (0, KEY, "xy", "one letter"),
        (0, CLASS, "unicorn", "is not one of"),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    dialog: LabelSetsDialog, row: int, column: int, typed: str, words: str
) -> None:
    put(dialog, row, column, typed)
    assert words in dialog.message.text()
    assert dialog.sets == list(SETS)


def test_labels_come_go_and_change_places(dialog: LabelSetsDialog) -> None:
    dialog.table.setCurrentCell(0, NAME)
    dialog.move_label(1)
    assert [x.name for x in dialog.sets[0].labels] == ["owl", "crow", "dove"]
    dialog.table.setCurrentCell(0, NAME)
    dialog.move_label(-1)
    dialog.remove_labels()
    assert [x.name for x in dialog.sets[0].labels] == ["crow", "dove"]
    dialog.table.set_color(0, "#445566")
    assert dialog.sets[0].labels[0].color == "#445566"


def test_sets_come_and_go(dialog: LabelSetsDialog) -> None:
    dialog.add_set()
    assert [s.name for s in dialog.sets] == ["Birds", "Frogs", "My labels"]
    assert dialog.chosen == dialog.sets[2].id
    dialog.remove_set()
    dialog.remove_set()
    dialog.remove_set()
    assert dialog.sets == []
    assert dialog.chosen == ""
    assert "label set holds" in dialog.message.text()


def test_a_set_is_exported_and_imported_next_to_the_others(
    dialog: LabelSetsDialog, tmp_path: Path
) -> None:
    dialog.write(tmp_path / "birds.json")
    dialog.read(tmp_path / "birds.json")
    assert [s.name for s in dialog.sets] == ["Birds", "Frogs", "Birds 2"]
    assert [x.name for x in dialog.sets[2].labels] == ["crow", "owl", "dove"]
    (tmp_path / "odd.json").write_text("{}", "utf-8")
    dialog.read(tmp_path / "odd.json")
    assert "not a label set" in dialog.message.text()
    assert len(dialog.sets) == 3
