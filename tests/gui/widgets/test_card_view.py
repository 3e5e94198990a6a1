"""Cards of models of others: shown as they are, and nothing is read for them."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.card_view import CardView


@pytest.fixture
def view(qtbot: QtBot) -> CardView:
    view = CardView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    return view


@pytest.mark.parametrize("text", ["![x]({})", "![x](file://{})", '<img src="{}">'])
def test_no_picture_is_read(view: CardView, tmp_path: Path, text: str) -> None:
    path = tmp_path / "tall.png"
    QImage(10, 3000, QImage.Format.Format_RGB32).save(str(path))
    view.show_card("a\n\n" + text.format(path))
    assert view.document().size().height() < 300
    kind = QTextDocument.ResourceType.ImageResource
    assert view.document().resource(kind, QUrl.fromLocalFile(str(path))).height() == 1


@pytest.mark.parametrize(
    "text",
    ["a" * 8_000_000, "a\n\n" * 2_000, "|a|b|\n|-|-|\n" + "|c|d|\n" * 5_000, "![a](b)" * 500],
    ids=["long", "lines", "table", "pictures"],
)
def test_what_takes_long_to_lay_out_is_plain_text(view: CardView, text: str) -> None:
    view.show_card(text)
    shown = view.toPlainText()
    assert shown.startswith(text[:100])
    assert len(shown) < 21_000


def test_a_card_is_markdown(view: CardView) -> None:
    view.show_card("# Bats\n\n| class | F1 |\n|---|---|\n| Noctule | 0.91 |\n")
    assert view.toPlainText().startswith("Bats\n")
    assert "|" not in view.toPlainText()
