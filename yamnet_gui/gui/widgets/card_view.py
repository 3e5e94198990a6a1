"""Markdown of others, such as the card of a model that somebody sent."""

from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

_MARGIN = 14
_MOST_SIGNS = 100_000
_MOST_LINES = 1_500
_LONGEST_LINE = 30_000
_MOST_COLUMNS = 40
_MOST_CELLS = 4_500
_MOST_PICTURES = 200
_PLAIN_SIGNS = 20_000


class CardView(QTextBrowser):
    """Opens no links and no files: a picture may be a device that never ends, or on a server."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.document().setDocumentMargin(_MARGIN)

    def show_card(self, text: str) -> None:
        """Shows Markdown, and what would take seconds to lay out as plain text, its beginning."""
        if _is_quick(text):
            self.setMarkdown(text)
        elif len(text) <= _PLAIN_SIGNS:
            self.setPlainText(text)
        else:
            self.setPlainText(f"{text[:_PLAIN_SIGNS]}…\n\nThe rest is too long to be shown here.")

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """Nothing. Where a picture is missing, Qt would read the file, device or share itself."""
        if type != QTextDocument.ResourceType.ImageResource.value:
            return ""
        empty = QImage(1, 1, QImage.Format.Format_ARGB32)
        empty.fill(0)
        return empty


def _is_quick(text: str) -> bool:
    lines = text.splitlines()
    return (
        len(text) <= _MOST_SIGNS
        and len(lines) <= _MOST_LINES
        and text.count("|") <= _MOST_CELLS
        and text.count("![") + text.lower().count("<img") <= _MOST_PICTURES
        and all(len(line) <= _LONGEST_LINE and line.count("|") <= _MOST_COLUMNS for line in lines)
    )
