"""What is filtered and sorted by, of all events of a dataset, as arrays in one file of the cache.

Parquet keeps events by day, so that the highest scores of a year lie all over it; here they are
found in some hundredths of a second, and nothing is in memory but what the system keeps of the
file. It can be removed at any time, and is made again. The arrays come first, then JSON that says
where each is, then the length of that.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.json_text import parse_json

_VERSION = 1
_ALIGNED = 64
_COLUMNS = {
    "onset": "<f8", "offset": "<f8", "score": "<f4", "label": "<i4", "channel": "<i2",
    "source": "i1", "second": "<i4", "day": "<i4",
}  # fmt: skip
ORDERS = ("score", "duration", "onset", "label", "channel", "source")
NO_SCORE = -1.0
NO_CHANNEL = -1
"""All of them together."""
NO_CLOCK = -1
"""Second of the day, and day, of an event whose recording has no known start."""


@dataclass(frozen=True, slots=True)
class Columns:
    """All events, by recording (in order of their paths), then onset. Arrays are read-only.

    `recordings`: id and file of each; `starts` int64 (recordings + 1,): where its rows begin.
    Columns have an entry for each row: `onset`, `offset` in seconds, `score` (`NO_SCORE`: none),
    `label` and `source` as places in `labels` (in order of name) and `sources`, `channel`
    (`NO_CHANNEL`: the mix), `second` of the day and `day` (`date.toordinal`) by the recorder's
    clock (`NO_CLOCK`). `orders`: int32 (rows,), rows by a column, equal ones in order of row; None
    where all are equal.
    """

    recordings: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    sources: tuple[str, ...]
    starts: NDArray[np.int64]
    column: Mapping[str, NDArray[Any]]
    orders: Mapping[str, NDArray[np.int32] | None]

    def __len__(self) -> int:
        return int(self.starts[-1])


class ColumnWriter:
    """Writes arrays one after the other, so that only one has to be in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._arrays: dict[str, list[Any]] = {}

    def add(self, name: str, values: NDArray[Any]) -> bool:
        """Raises OSError. An array of equal values is one of them; whether it is no such one."""
        varied = bool(len(values)) and bool((values != values[0]).any())
        stored = values if varied else values[:1]
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        self._arrays[name] = [self._file.tell(), stored.dtype.str, len(stored)]
        self._file.write(np.ascontiguousarray(stored).data)
        return varied

    def finish(
        self,
        recordings: Iterable[tuple[str, str]],
        labels: Iterable[str],
        sources: Iterable[str],
    ) -> None:
        """Raises OSError."""
        values = {
            "version": _VERSION,
            "recordings": list(recordings),
            "labels": list(labels),
            "sources": list(sources),
            "arrays": self._arrays,
        }
        text = json.dumps(values).encode("ascii")
        self._file.write(text)
        self._file.write(len(text).to_bytes(8, "little"))


def read_columns(path: Path) -> Columns | None:
    """None where the file is not there, of another version, or damaged."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(size - 8)
            length = int.from_bytes(file.read(8), "little")
            file.seek(size - 8 - length)
            values = parse_json(file.read(length))
        if values["version"] != _VERSION:
            return None
        return _columns(path, size - 8 - length, values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _columns(path: Path, end: int, values: dict[str, Any]) -> Columns:
    """Raises ValueError, KeyError or TypeError where they are not what `ColumnWriter` writes."""
    recordings = tuple((str(key), str(file)) for key, file in values["recordings"])
    labels, sources = (tuple(map(str, values[name])) for name in ("labels", "sources"))
    whole = np.memmap(path, np.uint8, "r").view(np.ndarray)
    arrays = values["arrays"]

    def array(name: str, kind: str, count: int) -> NDArray[Any]:
        at, stored_kind, stored = arrays[name]
        bytes_ = stored * np.dtype(kind).itemsize
        fits = stored_kind == np.dtype(kind).str and stored in (min(1, count), count)
        if not fits or at % _ALIGNED or not 0 <= at <= at + bytes_ <= end:
            raise ValueError(name)
        found = whole[at : at + bytes_].view(kind)
        return found if stored == count else np.broadcast_to(found, count)

    starts = array("starts", "<i8", len(recordings) + 1)
    rows = int(starts[-1])
    if starts[0] != 0 or (np.diff(starts) < 0).any():
        raise ValueError("starts")
    column = {name: array(name, kind, rows) for name, kind in _COLUMNS.items()}
    orders = {n: array(f"by {n}", "<i4", rows) if f"by {n}" in arrays else None for n in ORDERS}
    return Columns(recordings, labels, sources, starts, column, orders)
