"""A panel that costs nothing until it is first shown."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

P = TypeVar("P", bound=QWidget)


class BuiltWhenShown(QWidget, Generic[P]):
    """Holds the panel that `make` makes, from when it is first shown or asked for."""

    def __init__(self, make: Callable[[], P], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._panel: P | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def build(self) -> P:
        """The panel, made where there is none yet."""
        if self._panel is None:
            self._panel = self._make()
            self._layout.addWidget(self._panel)
            self.setFocusProxy(self._panel)
        return self._panel

    def sizeHint(self) -> QSize:
        return self._panel.sizeHint() if self._panel is not None else QSize(300, 420)

    def showEvent(self, event: QShowEvent) -> None:
        self.build()
        super().showEvent(event)
