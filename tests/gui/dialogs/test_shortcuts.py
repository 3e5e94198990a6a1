"""Looking up and changing keys."""

import pytest
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.shortcuts import ShortcutRow, ShortcutsDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> ShortcutsDialog:
    dialog = ShortcutsDialog(
        [
            ShortcutRow("open", "Open…", "Ctrl+O", "File", "Ctrl+O"),
            ShortcutRow("next", "Next event", "N", "Review", "N"),
            ShortcutRow("accept", "Accept", "Y", "Review", "A"),
            ShortcutRow("demo", "Demo", "", "File", ""),
        ]
    )
    qtbot.addWidget(dialog)
    return dialog


def changes(dialog: ShortcutsDialog) -> list[tuple[str, object]]:
    changes: list[tuple[str, object]] = []
    dialog.key_changed.connect(lambda action, key: changes.append((action, key)))
    return changes


def test_a_free_key_is_set(dialog: ShortcutsDialog) -> None:
    asked = changes(dialog)
    dialog.choose("demo")
    dialog.edit.setKeySequence(QKeySequence("Ctrl+D"))
    assert dialog.note.text() == ""
    dialog.set.click()
    assert asked == [("demo", "Ctrl+D")]
    assert dialog.row("demo").key == "Ctrl+D"
    assert not dialog.set.isEnabled()


def test_a_taken_key_names_its_owner_and_is_taken_away(dialog: ShortcutsDialog) -> None:
    asked = changes(dialog)
    dialog.choose("demo")
    dialog.edit.setKeySequence(QKeySequence("n"))
    assert "Next event" in dialog.note.text()
    assert dialog.set.text() == "&Reassign"
    dialog.set.click()
    assert asked == [("next", ""), ("demo", "N")]
    assert dialog.users_of("N") == [dialog.row("demo")]


def test_the_usual_key_comes_back_as_none(dialog: ShortcutsDialog) -> None:
    asked = changes(dialog)
    dialog.choose("open")
    assert not dialog.reset.isEnabled()
    dialog.choose("accept")
    dialog.reset.click()
    assert asked == [("accept", None)]
    assert dialog.row("accept").key == "A"


def test_all_usual_keys_at_once(dialog: ShortcutsDialog) -> None:
    dialog.choose("demo")
    dialog.edit.setKeySequence(QKeySequence("N"))
    dialog.set.click()
    dialog.reset_all.click()
    keys = {action: dialog.row(action).key for action in ("open", "next", "accept", "demo")}
    assert keys == {"open": "Ctrl+O", "next": "N", "accept": "A", "demo": ""}


def test_the_list_is_filtered_by_name_or_key(dialog: ShortcutsDialog) -> None:
    dialog.search.setText("ctrl")
    left = [item.text(0) for item in dialog._items() if not item.isHidden()]
    assert left == ["Open…"]
    assert [g.isHidden() for g in dialog._groups()] == [False, True]


def test_it_opens_as_high_as_it_hints_at(dialog: ShortcutsDialog) -> None:
    dialog.show()
    wanted = dialog.sizeHint().boundedTo(dialog.screen().availableSize() * 0.9)
    assert dialog.size() == wanted
