"""What users write is shown as they wrote it: no label is drawn as HTML."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

import yamnet_gui.gui
from yamnet_gui.gui.theme import DARK, LIGHT
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip, without_access_key

EVIL = [
    "<b>bold</b>", "<img src='file:///etc/hostname'>", "a < b", "R&B", "&lt;i&gt;", "x\n<hr>", "",
    "<a href='x'>y</a> & <script>",
]  # fmt: skip


def drawn(tip: str) -> str:
    """What a tool tip shows, by Qt's own guess."""
    if not QtText.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize("text", EVIL)
def test_tool_tips_and_labels_show_the_very_characters(text: str, qtbot: QtBot) -> None:
    assert drawn(plain_tip(text)) == text
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert (label.text(), label.textFormat()) == (text, Qt.TextFormat.PlainText)


def test_an_ampersand_is_no_access_key() -> None:
    assert without_access_key("R&B") == "R&&B"


def calls() -> list[tuple[str, ast.Call]]:
    folder = Path(yamnet_gui.gui.__file__).parent
    return [
        (f"{path.relative_to(folder)}:{node.lineno}", node)
        for path in sorted(folder.rglob("*.py"))
        if path.name != "plain_text.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def is_plain(node: ast.expr) -> bool:
    """A text of our own, or one that is made plain."""
    if isinstance(node, ast.IfExp):
        return is_plain(node.body) and is_plain(node.orelse)
    if isinstance(node, ast.BinOp):
        return is_plain(node.left) and is_plain(node.right)
    made_plain = isinstance(node, ast.Call) and name_of(node) == "plain_tip"
    return isinstance(node, ast.Constant) or made_plain


@pytest.mark.workflow
def test_the_window_has_no_label_and_no_tip_whose_format_qt_guesses() -> None:
    wrong = []
    for where, call in calls():
        name = name_of(call)
        tip = name == "setToolTip" and call.args and not is_plain(call.args[-1])
        shown = name == "showText" and "QToolTip" in ast.unparse(call.func)
        shown = shown and not is_plain(call.args[1])
        if name == "QLabel" or tip or shown:
            wrong.append(f"{where} {ast.unparse(call)[:80]}")
    assert wrong == []


def test_the_tips_of_tables_are_plain() -> None:
    folder = Path(yamnet_gui.gui.__file__).parent
    wrong = []
    for path in sorted(folder.rglob("*model*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.If) and "ToolTipRole" in ast.unparse(node.test):
                (last,) = [s for s in node.body if isinstance(s, ast.Return)][-1:] or [None]
                value = last.value if last is not None else None
                fixed = isinstance(value, ast.Subscript)  # of a table of our own texts
                if value is not None and not fixed and not is_plain(value):
                    wrong.append(f"{path.name}:{node.lineno} {ast.unparse(value)}")
    assert wrong == []


def test_links_are_in_the_colour_of_the_theme_that_was_chosen_last(qtbot: QtBot) -> None:
    pictures = []
    for themes in ([DARK], [LIGHT, DARK]):
        label = PlainLabel()
        qtbot.addWidget(label)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setPalette(themes[0].palette())
        label.setText('<a href="all">Show all events</a>')
        label.grab()
        label.setPalette(themes[-1].palette())
        pictures.append(label.grab().toImage())
    assert pictures[0] == pictures[1]
