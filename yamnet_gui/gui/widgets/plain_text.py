"""Labels and notes of the user are shown as they are written, never as HTML or access keys.

Qt guesses from a text whether it is HTML. A label such as `<b>` or `<img src=…>` would then be
drawn, or would load files; tool tips even cannot be told that they are plain.
"""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import QLabel, QWidget


def plain_tip(text: str) -> str:
    """The text for a tool tip that shows just these characters and lines."""
    if not QtText.mightBeRichText(text):
        return text
    paragraph = QtText.convertFromPlainText(text)
    bare = paragraph.removeprefix("<p>").removesuffix("</p>")
    return bare if QtText.mightBeRichText(bare) else paragraph


def without_access_key(text: str) -> str:
    """The text for a menu, a button or a tab in which `&` is an ampersand."""
    return text.replace("&", "&&")


class PlainLabel(QLabel):
    """A label that shows its text as it is; markup of our own needs `setTextFormat(RichText)`."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent if isinstance(text, str) else text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if isinstance(text, str):
            self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """Links get the colour of another theme: Qt gives it to them when the text is set."""
        super().changeEvent(event)
        rich = self.textFormat() == Qt.TextFormat.RichText
        if event.type() == QEvent.Type.PaletteChange and rich and (text := self.text()):
            self.setText("")
            self.setText(text)
