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
    ("label_1", "the class with this key above"),
)
"""Actions in the order of the legend, and what they do in as few words as possible."""
_DIGITS = [str(n) for n in range(1, 10)]


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
            self._inspector.set_digit_keys({d: self._key(f"label_{d}") for d in _DIGITS})
            self._inspector.show_legend(self._text() if self._settings.value(_SETTING) else "")

    def _text(self) -> str:
        parts = []
        for name, words in _WORDS:
            key = self._digits() if name == "label_1" else self._key(name)
            if key:
                parts.append(f"{key}\N{NO-BREAK SPACE}{words}")
        return " · ".join(parts)

    def _key(self, name: str) -> str:
        return self._actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def _digits(self) -> str:
        """The keys of the numbered classes, from first to last where none was changed."""
        keys = [self._key(f"label_{digit}") for digit in _DIGITS]
        return "1–9" if keys == _DIGITS else " ".join(filter(None, keys))
