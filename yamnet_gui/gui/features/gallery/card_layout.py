"""Where cards of one size lie: line by line, as many as fit beside each other."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

_GAP = 6


@dataclass(frozen=True, slots=True)
class CardLayout:
    """Cards of the size `card` in a list that is `width` pixels wide.

    All places are pixels of the whole list, from its upper left corner. They follow from the row of
    a card alone, so a million of them cost nothing to lay out.
    """

    card: QSize
    width: int

    @property
    def columns(self) -> int:
        """Cards side by side."""
        return max(1, (self.width - _GAP) // (self.card.width() + _GAP))

    @property
    def line(self) -> int:
        """Height of a line of cards with the gap below it."""
        return self.card.height() + _GAP

    def height(self, count: int) -> int:
        """Height of the whole list."""
        return -(-count // self.columns) * self.line + _GAP

    def lines_in(self, height: int) -> int:
        """How many whole lines fit a view of this height, at least one."""
        return max(height // self.line, 1)

    def box(self, row: int) -> QRect:
        """Where a card lies."""
        columns, wide = self.columns, self.card.width() + _GAP
        line, column = divmod(row, columns)
        spare = max(self.width - _GAP - columns * wide, 0)
        left = _GAP + column * wide + column * spare // max(columns - 1, 1)
        return QRect(QPoint(left, _GAP + line * self.line), self.card)

    def with_gap(self, row: int) -> QRect:
        """A card with the gap around it."""
        return self.box(row).adjusted(-_GAP, -_GAP, _GAP, _GAP)

    def row_at(self, point: QPoint, count: int) -> int:
        """The card at a point; -1 for none."""
        line = (point.y() - _GAP) // self.line
        guess = (point.x() - _GAP) // (self.card.width() + _GAP)
        guess = min(max(guess, 0), self.columns - 1)
        for column in (guess, guess - 1):  # what is spare moves cards to the right
            row = line * self.columns + column
            if line >= 0 and column >= 0 and row < count and self.box(row).contains(point):
                return row
        return -1

    def between(self, top: int, bottom: int, count: int) -> range:
        """The cards in lines of which a part lies from one height to another."""
        first = max(top - _GAP, 0) // self.line * self.columns
        last = (bottom // self.line + 1) * self.columns
        return range(min(first, count), min(last, count))

    def touched(self, rect: QRect, count: int) -> list[tuple[int, int]]:
        """First and last card of each line that a rectangle touches."""
        columns = self.columns
        boxes = [self.box(column) for column in range(columns)]
        across = [
            column
            for column, box in enumerate(boxes)
            if box.left() <= rect.right() and box.right() >= rect.left()
        ]
        if not across or rect.bottom() < _GAP:
            return []
        lines = range(max(rect.top(), 0) // self.line, (rect.bottom() - _GAP) // self.line + 1)
        parts = [(n * columns + across[0], n * columns + across[-1]) for n in lines]
        return [(first, min(last, count - 1)) for first, last in parts if first < count]
