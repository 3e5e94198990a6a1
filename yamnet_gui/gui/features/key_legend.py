"""The legend of the keys in the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_SETTING = "key_legend"
_WORDS = (
    ("accept", "accept"),
    ("reject", "reject"),
    ("uncertain", "uncertain"),
    ("next", "next"),
    ("play_selected", "play"),
    ("find_class", "another class"),
    ("label_1", "the class with this number above"),
)
"""Actions in the order of the legend, and what they do in as few words as possible."""


class KeyLegendFeature(Feature):
    """Writes the keys as they are set now; they go when dismissed, and come back by a setting."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._settings = context.session.settings
        self._actions = context.shell.window.actions_by_id
        self._inspector = context.shell.inspector
        self._inspector.legend.dismissed.connect(lambda: self._settings.set(_SETTING, False))
        self._settings.changed.connect(self._on_setting)
        self._on_setting(_SETTING)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key in (_SETTING, "keys"):
            self._inspector.show_legend(self._text() if self._settings.value(_SETTING) else "")

    def _text(self) -> str:
        parts = []
        for name, words in _WORDS:
            key = self._actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            if name == "label_1" and key == "1":
                key = "1–9"
            if key:
                parts.append(f"{key}\N{NO-BREAK SPACE}{words}")
        return " · ".join(parts)
