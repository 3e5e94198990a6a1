"""The files of an embedding store: written in an order that a kill cannot spoil."""

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.files import replacing

from .frames import Floats, scales_of

INDEX = "index.jsonl"
VERSION = 1
_BLOCK_ROWS = 8192
Halves = NDArray[np.float16]


class StoreFiles:
    """Rows of half precision, their scales and the index of one store.

    `index.jsonl` begins with a line that names model, width and the two data files; every further
    line follows the rows that it tells of. Each line carries its own CRC-32, and lines of rows the
    CRC-32 of their bytes. `lines` are those that were found whole.
    """

    def __init__(self, folder: Path, model_sha256: str, numbers: int, writing: bool) -> None:
        self._folder = folder
        self._numbers = numbers
        self._model = model_sha256
        self._vectors: BinaryIO | None = None
        self._scales: BinaryIO | None = None
        self._index: BinaryIO | None = None
        self.rows = 0
        self.lines: list[dict[str, Any]] = []
        head, found = self._read_index(writing)
        self.generation = int(head["generation"])
        good = self._whole(found)
        self.lines = [line for line, _ in good]
        self.rows = sum(int(line["rows"]) for line in self.lines if "rows" in line)
        if writing:
            self._open(good)

    @property
    def vectors_path(self) -> Path:
        return self._folder / f"vectors-{self.generation}.f16"

    @property
    def scales_path(self) -> Path:
        return self._folder / f"scales-{self.generation}.f32"

    def mapped(self) -> tuple[Halves, Floats]:
        """Rows (rows, numbers) and scales (rows,), mapped and read-only."""
        if not self.rows:
            return np.zeros((0, self._numbers), np.float16), np.zeros(0, np.float32)
        shape = (self.rows, self._numbers)
        vectors = np.memmap(self.vectors_path, np.float16, "r", shape=shape)
        if self.scales_path.exists() and self.scales_path.stat().st_size >= self.rows * 4:
            return vectors, np.memmap(self.scales_path, np.float32, "r", shape=(self.rows,))
        return vectors, _scales(vectors)

    def append(self, rows: Halves, line: dict[str, Any]) -> None:
        """Writes rows and then the line that tells of them. Raises OSError."""
        assert self._vectors is not None
        assert self._scales is not None
        data = np.ascontiguousarray(rows).data.cast("B")
        try:
            self._vectors.write(data)
            self._scales.write(scales_of(rows).tobytes())
            self._vectors.flush()
            self._scales.flush()
        except OSError:  # a full disk: what follows must not stand behind half a row
            self._cut()
            raise
        self.note({**line, "rows": len(rows), "crc": zlib.crc32(data)})
        self.rows += len(rows)

    def note(self, line: dict[str, Any]) -> None:
        """Adds a line to the index. Raises OSError."""
        assert self._index is not None
        self._index.write(_encoded(line))
        self._index.flush()

    def sync(self) -> None:
        """Puts everything on the disk and remembers that it is there."""
        if self._index is None or self._vectors is None or self._scales is None:
            return
        os.fsync(self._vectors.fileno())
        os.fsync(self._scales.fileno())
        self.note({"synced": self.rows})
        os.fsync(self._index.fileno())

    def rewrite(self, blocks: Iterable[tuple[dict[str, Any], Iterator[Halves]]]) -> None:
        """Puts these lines, each with its rows, in the place of all there is.

        The new data files get names of their own; the index takes its place in one step.
        """
        old = self.vectors_path, self.scales_path
        self.close()
        self.generation += 1
        head = _head(self._model, self._numbers, self.generation)
        with (
            replacing(self._folder / INDEX) as beside,
            self.vectors_path.open("wb") as vectors,
            self.scales_path.open("wb") as scales,
            beside.open("wb") as index,
        ):
            index.write(_encoded(head))
            for line, parts in blocks:
                crc = count = 0
                for part in parts:
                    data = np.ascontiguousarray(part).data.cast("B")
                    vectors.write(data)
                    scales.write(scales_of(part).tobytes())
                    crc, count = zlib.crc32(data, crc), count + len(part)
                index.write(_encoded({**line, "rows": count, "crc": crc} if count else line))
            for file in (vectors, scales, index):
                file.flush()
                os.fsync(file.fileno())
        for path in old:
            path.unlink(missing_ok=True)  # snapshots keep what they have mapped

    def close(self) -> None:
        for file in (self._vectors, self._scales, self._index):
            if file is not None:
                file.close()
        self._vectors = self._scales = self._index = None

    def _read_index(self, writing: bool) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]]:
        """The first line, and the others with the place where each ends."""
        path = self._folder / INDEX
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            raw = b""
        lines = list(_decoded(raw))
        head = lines[0][0] if lines else {}
        if not raw or (not lines and b"\n" not in raw):  # new, or killed while it was made
            head = _head(self._model, self._numbers, 1)
            if writing:
                with replacing(path) as beside:
                    beside.write_bytes(_encoded(head))
            return head, []
        if head.get("version") != VERSION:
            advice = "remove this folder; it is made again by an analysis"
            raise ProjectError(self._folder, "is not a store of embeddings of this version", advice)
        if head.get("model") != self._model or head.get("numbers") != self._numbers:
            raise ProjectError(self._folder, "holds the embeddings of another model")
        return head, lines[1:]

    def _whole(self, found: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
        """The lines up to the first whose rows are not there.

        What was synced is taken by its length; what came after it, by its checksum.
        """
        try:
            size = self.vectors_path.stat().st_size
        except FileNotFoundError:
            size = 0
        synced = max((int(line["synced"]) for line, _ in found if "synced" in line), default=0)
        good, row = [], 0
        for line, end in found:
            count = int(line.get("rows", 0))
            stop = row + count
            if stop * self._numbers * 2 > size:
                break
            if stop > synced and count and self._crc(row, stop) != line.get("crc"):
                break
            row = stop
            good.append((line, end))
        return good

    def _crc(self, first: int, stop: int) -> int:
        width, crc = self._numbers * 2, 0
        with self.vectors_path.open("rb") as file:
            file.seek(first * width)
            for row in range(first, stop, _BLOCK_ROWS):
                crc = zlib.crc32(file.read(min(_BLOCK_ROWS, stop - row) * width), crc)
        return crc

    def _open(self, good: list[tuple[dict[str, Any], int]]) -> None:
        index = self._folder / INDEX
        with index.open("rb") as file:
            head_end = len(file.readline())
        self._index = index.open("r+b")
        self._index.truncate(good[-1][1] if good else head_end)
        self._index.seek(0, os.SEEK_END)
        self._vectors = self.vectors_path.open("r+b" if self.vectors_path.exists() else "w+b")
        self._scales = self.scales_path.open("r+b" if self.scales_path.exists() else "w+b")
        there = min(self.rows, self._scales.seek(0, os.SEEK_END) // 4)
        self._cut()
        if there < self.rows:
            vectors, _ = self.mapped()
            self._scales.seek(there * 4)
            self._scales.write(_scales(vectors[there:]).tobytes())
            self._scales.flush()

    def _cut(self) -> None:
        assert self._vectors is not None
        assert self._scales is not None
        for file, width in ((self._vectors, self._numbers * 2), (self._scales, 4)):
            file.truncate(self.rows * width)
            file.seek(self.rows * width)


def _scales(vectors: Halves) -> Floats:
    parts = [scales_of(vectors[k : k + _BLOCK_ROWS]) for k in range(0, len(vectors), _BLOCK_ROWS)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _head(model: str, numbers: int, generation: int) -> dict[str, Any]:
    return {"version": VERSION, "model": model, "numbers": numbers, "generation": generation}


def _encoded(line: dict[str, Any]) -> bytes:
    text = json.dumps(line, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _decoded(raw: bytes) -> Iterator[tuple[dict[str, Any], int]]:
    """Lines up to the first that is not whole, each with the place where it ends."""
    at = 0
    while (end := raw.find(b"\n", at)) >= 0:
        try:
            crc, text = int(raw[at : at + 8], 16), raw[at + 9 : end]
            line = json.loads(text) if zlib.crc32(text) == crc else None
        except ValueError:
            return
        if not isinstance(line, dict):
            return
        at = end + 1
        yield line, at
