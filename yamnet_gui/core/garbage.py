"""Python's search for garbage in cycles, while values are made by the million."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 200_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Looks for garbage less often inside: rows of tables are no cycles, and every look costs."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _NEW_OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
