"""A page with one column in its middle, which scrolls where there is no room for it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

_BELOW_NOTICES = 52
"""Pixels at the upper edge that a bar of two lines may lie over."""


def centred_page(column: QWidget, parent: QWidget) -> QScrollArea:
    """The column a little above the middle; the page has no ground of its own."""
    page = QWidget(parent)
    across = QHBoxLayout()
    across.setContentsMargins(0, 0, 0, 0)
    across.addStretch(1)
    across.addWidget(column, 10)
    across.addStretch(1)
    down = QVBoxLayout(page)
    down.setContentsMargins(0, _BELOW_NOTICES, 0, 0)
    down.addStretch(2)
    down.addLayout(across)
    down.addStretch(3)
    scroll = QScrollArea(parent)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setWidget(page)
    for part in (scroll, scroll.viewport(), page):
        part.setAutoFillBackground(False)
    return scroll
