"""The files of an embedding store: written in an order that a kill cannot spoil."""

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.model_identity import current_identity
from yamnet_gui.core.own_files import check_own, open_own

from .coarse import CoarseVectors, coarse_vectors
from .frames import Floats, scales_of

INDEX = "index.jsonl"
VERSION = 1
_BLOCK_ROWS = 8192
_FACTORS = 3
Halves = NDArray[np.float16]


class StoreFiles:
    """Rows of half precision, what follows from them, and the index of one store.

    `index.jsonl` begins with a line that names model, width and the two data files; every further
    line follows the rows that it describes. Each line carries its own CRC-32, and lines of rows the
    CRC-32 of their bytes. `lines` are those that are intact.
    """

    def __init__(self, folder: Path, model_sha256: str, numbers: int, writing: bool) -> None:
        self._folder = folder
        self._numbers = numbers
        self._model = model_sha256
        self._open_files: list[BinaryIO] = []
        self._index: BinaryIO | None = None
        self.rows = 0
        self._synced = 0
        self.lines: list[dict[str, Any]] = []
        check_own([folder / INDEX])  # reading a pipe would wait
        head, lines = self._read_index(writing)
        self.generation = int(head["generation"])
        check_own(self._paths)
        good = self._whole(lines)
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

    @property
    def coarse_path(self) -> Path:
        return self._folder / f"coarse-{self.generation}.i8"

    def mapped(self) -> tuple[Halves, Floats, CoarseVectors]:
        """Rows (rows, numbers), scales (rows,) and coarse rows, mapped and read-only.

        What follows from the rows is computed where its files are not whole.
        """
        shape = (self.rows, self._numbers)
        if not self.rows:
            vectors: Halves = np.zeros(shape, np.float16)
        else:
            vectors = np.memmap(self.vectors_path, np.float16, "r", shape=shape)
        if self.rows and self._derived_rows() >= self.rows:
            factors: Floats = np.memmap(
                self.scales_path, np.float32, "r", shape=(self.rows, _FACTORS)
            )
            codes: NDArray[np.int8] = np.memmap(self.coarse_path, np.int8, "r", shape=shape)
        else:
            parts = [_derived(vectors[k : k + _BLOCK_ROWS]) for k in _starts(self.rows)]
            factors = np.concatenate([f for f, _ in parts] or [np.zeros((0, _FACTORS), "f4")])
            codes = np.concatenate([c for _, c in parts] or [np.zeros(shape, np.int8)])
        scales, steps, bounds = np.ascontiguousarray(factors.T)
        return vectors, scales, CoarseVectors(codes, steps, bounds)

    def append(self, rows: Halves, line: dict[str, Any]) -> None:
        """Writes rows and then the line that describes them. Raises OSError."""
        data = np.ascontiguousarray(rows).data.cast("B")
        try:
            _write(self._open_files, rows)
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
        """Flushes everything to the disk and notes how much that is."""
        if self._index is None:
            return
        for file in self._open_files:
            os.fsync(file.fileno())
        self.note({"synced": self.rows})
        os.fsync(self._index.fileno())

    def rewrite(self, blocks: Iterable[tuple[dict[str, Any], Iterator[Halves]]]) -> None:
        """Puts these lines, each with its rows, in the place of all there is, and closes the files.

        The new data files get new names; the index is replaced in one step.
        """
        old = self._paths
        self.close()
        self.generation += 1
        with (
            replacing(self._folder / INDEX) as beside,
            ExitStack() as stack,
        ):
            files = [stack.enter_context(open_own(path, empty=True)) for path in self._paths]
            index = stack.enter_context(beside.open("wb"))
            index.write(_encoded(_head(self._model, self._numbers, self.generation)))
            total = 0
            for line, parts in blocks:
                crc = count = 0
                for part in parts:
                    _write(files, part)
                    crc = zlib.crc32(np.ascontiguousarray(part).data.cast("B"), crc)
                    count += len(part)
                index.write(_encoded({**line, "rows": count, "crc": crc}))
                total += count
            for file in files:
                file.flush()
                os.fsync(file.fileno())
            index.write(_encoded({"synced": total}))
        for path in old:
            with suppress(OSError):  # snapshots keep what they have mapped; Windows keeps the file
                path.unlink(missing_ok=True)

    def close(self) -> None:
        for file in (*self._open_files, self._index):
            if file is not None:
                file.close()
        self._open_files, self._index = [], None

    @property
    def _paths(self) -> tuple[Path, Path, Path]:
        return self.vectors_path, self.scales_path, self.coarse_path

    @property
    def _widths(self) -> tuple[int, int, int]:
        """Bytes of a row in each of the files."""
        return self._numbers * 2, 4 * _FACTORS, self._numbers

    def _derived_rows(self) -> int:
        """Rows that both derived files hold."""
        counts = []
        for path, width in list(zip(self._paths, self._widths, strict=True))[1:]:
            counts.append(path.stat().st_size // width if path.exists() else 0)
        return min(counts)

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
        model = current_identity(str(head.get("model")))
        if model != self._model or head.get("numbers") != self._numbers:
            raise ProjectError(self._folder, "holds the embeddings of another model")
        return head, lines[1:]

    def _whole(self, lines: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
        """The lines up to the first whose rows are missing.

        What was synced is taken by its length; what came after it, by its checksum.
        """
        try:
            size = self.vectors_path.stat().st_size
        except FileNotFoundError:
            size = 0
        synced = max((int(line["synced"]) for line, _ in lines if "synced" in line), default=0)
        self._synced = synced
        good, row = [], 0
        for line, end in lines:
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
        self._index = open_own(index)
        self._index.truncate(good[-1][1] if good else head_end)
        self._index.seek(0, os.SEEK_END)
        stored = min(self.rows, self._derived_rows(), self._synced)
        for data in self._paths:
            self._open_files.append(open_own(data))
        if stored < self.rows:
            vectors, *_ = self.mapped()
            for first in range(stored, self.rows, _BLOCK_ROWS):
                made = _derived(vectors[first : first + _BLOCK_ROWS])
                for k, array in enumerate(made, 1):
                    self._open_files[k].seek(first * self._widths[k])
                    self._open_files[k].write(np.ascontiguousarray(array).data.cast("B"))
        self._cut()

    def _cut(self) -> None:
        """Cuts each file behind the last good row, and continues from that."""
        for file, width in zip(self._open_files, self._widths, strict=True):
            file.flush()
            file.truncate(self.rows * width)
            file.seek(self.rows * width)


def _write(files: Sequence[BinaryIO], rows: Halves) -> None:
    """Writes rows and what follows from them, and hands it to the system."""
    for file, array in zip(files, (rows, *_derived(rows)), strict=True):
        file.write(np.ascontiguousarray(array).data.cast("B"))
        file.flush()


def _derived(vectors: Halves) -> tuple[Floats, NDArray[np.int8]]:
    """Scale, step and bound of each row (rows, 3), and its codes (rows, numbers)."""
    scales = scales_of(vectors)
    coarse = coarse_vectors(vectors, scales)
    return np.stack([scales, coarse.steps, coarse.bounds], axis=1), coarse.codes


def _starts(rows: int) -> range:
    return range(0, rows, _BLOCK_ROWS)


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
            line = parse_json(text) if zlib.crc32(text) == crc else None
        except ValueError:
            return
        if not isinstance(line, dict):
            return
        at = end + 1
        yield line, at
