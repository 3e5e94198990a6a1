"""Very many events by position, of which only those in sight are read."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

_PAGE = 64
_PAGES_STORED = 100


class OfRow(Protocol):
    """What is read of the project's event in a row."""

    @property
    def row(self) -> int: ...


T = TypeVar("T", bound=OfRow)


class EventPages(Generic[T]):
    """Events of the project in the order of a query, read page by page.

    `fetch` reads events by row; of rows that no longer exist it gives nothing.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], Sequence[T]]) -> None:
        self._fetch = fetch
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._pages: OrderedDict[int, dict[int, T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the project by position; not to be altered."""
        return self._rows

    def set_rows(self, rows: NDArray[np.int64]) -> None:
        self._rows = rows
        self._pages.clear()

    def clear(self) -> None:
        """Reads again what is in sight."""
        self._pages.clear()

    def at(self, position: int) -> T | None:
        """What is at a position; None if it has been removed meanwhile."""
        if not 0 <= position < len(self._rows):
            return None
        return self._page(position // _PAGE).get(int(self._rows[position]))

    def _page(self, number: int) -> dict[int, T]:
        page = self._pages.get(number)
        if page is None:
            rows = self._rows[number * _PAGE : (number + 1) * _PAGE].tolist()
            page = {item.row: item for item in self._fetch(rows)}
            self._pages[number] = page
            if len(self._pages) > _PAGES_STORED:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page
