"""Sentences in dialogs: wrapped, and selectable with the mouse."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from yamnet_gui.gui.widgets.plain_text import PlainLabel


def text_label(parent: QWidget) -> QLabel:
    """A label for plain text of any length."""
    label = PlainLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
