"""An index for very many frames: finds most of the best without looking at all."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import SettingsError

from .frames import Floats, Frames, Rows
from .search import Query, exact_cosines, top_rows

_LINKS = 16
_WIDTH_ADDING = 96
_BLOCK_ROWS = 16_384


@dataclass(frozen=True)
class FrameIndex:
    """A graph of near neighbours (HNSW, Malkov and Yashunin, 2016) over the frames of a snapshot.

    By the library usearch. Its results are ordered exactly, but some of the best may be missing:
    see `recall`. `width` is the number of candidates of a search; more find more and take longer.
    """

    frames: Frames
    _graph: Any
    width: int = 256

    @classmethod
    def build(cls, frames: Frames, width: int = 256) -> "FrameIndex":
        """Takes minutes for a million frames. Raises SettingsError without the library."""
        graph = _graph(frames.vectors.shape[1])
        for segment in frames.segments:
            for first in range(segment.first_row, segment.stop_row, _BLOCK_ROWS):
                last = min(first + _BLOCK_ROWS, segment.stop_row)
                graph.add(np.arange(first, last), np.asarray(frames.vectors[first:last]))
        graph.expansion_search = width
        return cls(frames, graph, width)

    def save(self, path: Path) -> None:
        """Writes the graph; it belongs to this snapshot of the frames."""
        self._graph.save(str(path))

    @classmethod
    def load(cls, path: Path, frames: Frames, width: int = 256) -> "FrameIndex":
        """Opens a graph, mapped from the disk. Raises SettingsError where it does not fit."""
        graph = _graph(frames.vectors.shape[1])
        try:
            graph.view(str(path))
        except RuntimeError as error:
            raise SettingsError(path, f"is no index ({error})") from error
        if len(graph) != frames.live:
            raise SettingsError(path, "is the index of other frames", "build it again")
        graph.expansion_search = width
        return cls(frames, graph, width)

    def top_rows(self, query: Query, count: int) -> tuple[Rows, Floats]:
        """About the `count` best frames and their exact cosines, best first."""
        wanted = min(len(self._graph), max(count, self.width))
        rows = np.asarray(self._graph.search(query.direction, wanted).keys, np.int64)
        cosines = exact_cosines(self.frames, query, rows)
        order = np.lexsort((rows, -cosines))[:count]
        return rows[order], cosines[order].astype(np.float32)

    def recall(self, queries: list[Query], count: int = 100) -> float:
        """The share of the exact best that the index gives, over some queries."""
        shares = [
            len(set(self.top_rows(q, count)[0]) & set(top_rows(self.frames, q, count)[0])) / count
            for q in queries
        ]
        return float(np.mean(shares))


def _graph(numbers: int) -> Any:
    try:
        from usearch.index import Index
    except ImportError:
        advice = how_to_install("usearch")
        raise SettingsError("An index", "needs the library usearch", advice) from None
    return Index(
        ndim=numbers,
        metric="cos",
        dtype="f16",
        connectivity=_LINKS,
        expansion_add=_WIDTH_ADDING,
    )
