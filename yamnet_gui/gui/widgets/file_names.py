"""Names of files where there is no room for them: both ends say more than the middle."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from .table_model import Index

ELIDED = Qt.TextElideMode.ElideMiddle


_ALIKE = 6
"""Letters from which on a common beginning says nothing about a file."""


def eliding_of(names: Iterable[str]) -> Qt.TextElideMode:
    """Where names in one column lose letters: in the middle, but at the start where all of them
    begin alike, as those of one recorder do."""
    several = list(names)
    alike = len(several) > 1 and len({name[:_ALIKE] for name in several}) == 1
    return Qt.TextElideMode.ElideLeft if alike else ELIDED


def elided_name(metrics: QFontMetrics, name: str, width: int) -> str:
    """The name of a file or a folder in `width` pixels: the date in front and the end stay."""
    return metrics.elidedText(name, ELIDED, width)


def short_name(name: str, letters: int = 48) -> str:
    """The name in at most so many letters, for a sentence or a menu."""
    if len(name) <= letters:
        return name
    return f"{name[: letters - letters // 2 - 1]}…{name[-(letters // 2) :]}"


class FileNameDelegate(QStyledItemDelegate):
    """For columns with names of files."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = ELIDED
