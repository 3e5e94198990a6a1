"""The folder that holds one analysis: how it is written, resumed and opened.

A finished folder has `analysis.json` and, for the mix or each channel, `NAME.scores.npy` and
`NAME.embeddings.npy` (float32, one row per frame; any NumPy opens them), and `NAME.envelope.npy`
(one value every 10 ms, see `detection.envelope`); finer scores may stand in `NAME.KIND.finer`
(see `finer_scores`). While the analysis runs, the same files only
ever grow, and `progress.jsonl` gets a line with length and checksum after
each chunk: whatever a kill leaves behind the last good line is cut off. A short recording is
written in one go, without waiting for the disk; `analysis.json` then holds the checksums of its
files under `crc32`. The reasons are in `docs/decisions/results-on-disk.md`.
"""

import io
import json
import math
import mmap
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.npy_header import read_npy_header
from yamnet_gui.core.own_files import check_own_folder, open_own
from yamnet_gui.core.scores import ScoreChunk

META = "analysis.json"
PROGRESS = "progress.jsonl"
_HEADER_BYTES = 128
_READ_FRAMES = 4096


def table_name(channel: int | None) -> str:
    """The first part of the file names of one table."""
    return "mix" if channel is None else f"channel{channel}"


def envelope_name(channel: int | None) -> str:
    """The file name of the envelope of one table."""
    return f"{table_name(channel)}.envelope.npy"


def open_rows(path: Path, rows: int) -> NDArray[np.float32]:
    """The rows of a finished file, mapped and read-only, shape (rows, columns).

    Raises ValueError where the file is not as long as it must be, OSError where it is missing.
    """
    if path.stat().st_size <= _HEADER_BYTES:
        raise ValueError(f"{path} is empty")
    array = mapped_rows(path)
    if len(array) != rows:
        raise ValueError(f"{path} does not hold {rows} rows")
    return array


def mapped_rows(path: Path) -> NDArray[np.float32]:
    """All rows of a finished file, mapped and read-only, shape (rows, columns).

    Raises ValueError where its head is damaged or does not fit its length, OSError where it
    cannot be read.
    """
    with path.open("rb") as file:
        shape = read_npy_header(file, np.float32, 2)
        start, size = file.tell(), file.seek(0, os.SEEK_END)
    if start != _HEADER_BYTES or size != start + math.prod(shape) * 4:
        raise ValueError(f"{path} has the wrong length")
    return np.memmap(path, np.float32, "r", start, shape)


def write_short(
    folder: Path, meta: dict[str, Any], files: Mapping[str, NDArray[np.float32]]
) -> None:
    """Writes a whole folder in one go: `files` by name, 2-d.

    Nothing is synced: after a power cut `check_sums` shows what was lost. Raises OSError.
    """
    sums = {}
    for name, rows in files.items():
        content = io.BytesIO()
        npy.write_array(content, np.ascontiguousarray(rows, np.float32), allow_pickle=False)
        raw = content.getvalue()
        sums[name] = zlib.crc32(raw)
        (folder / name).write_bytes(raw)
    text = json.dumps({**meta, "crc32": sums}, indent=1)
    (folder / META).write_text(text, encoding="utf-8")


def check_sums(folder: Path, meta: dict[str, Any]) -> None:
    """Raises ValueError where a file is not the one whose checksum `meta` holds, OSError where it
    is missing; folders that were synced have none."""
    for name, wanted in meta.get("crc32", {}).items():
        if zlib.crc32((folder / Path(name).name).read_bytes()) != wanted:
            raise ValueError(f"{folder / name} is damaged")


def write_rows(path: Path, blocks: Iterable[NDArray[np.float32]]) -> None:
    """Writes blocks (n, columns) as one file that `open_rows` opens, in bounded memory."""
    rows = _GrowingRows(path)
    try:
        for block in blocks:
            rows.append(block)
        rows.finish()
    finally:
        rows.close()


def forget_pages(rows: NDArray[np.float32]) -> None:
    """Frees the memory that reading mapped rows took, where the system can; the rows
    are read again when they are needed again."""
    mapping = rows.base
    if isinstance(mapping, mmap.mmap) and sys.platform != "win32":
        mapping.madvise(mmap.MADV_DONTNEED)


class _GrowingRows:
    """A float32 .npy file that grows by rows; its header is set right at the end."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = open_own(path)
        self.columns = 0
        self.rows = 0
        self.checksum = 0

    def take_up(self, rows: int, columns: int, checksums: dict[int, int]) -> int:
        """How many of the stored rows are good: the last row count whose checksum is right."""
        good, crc, at = 0, 0, 0
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(_HEADER_BYTES)
        for upto in sorted(n for n in checksums if n <= rows):
            if _HEADER_BYTES + upto * columns * 4 > size:  # before so much memory is taken
                break
            block = self._file.read((upto - at) * columns * 4)
            if len(block) != (upto - at) * columns * 4:
                break
            crc = zlib.crc32(block, crc)
            at = upto
            if crc != checksums[upto]:
                break
            good = upto
        return good

    def cut(self, rows: int, columns: int, checksum: int) -> None:
        """Drops everything behind `rows`."""
        self.rows, self.columns, self.checksum = rows, columns, checksum
        self._file.truncate(_HEADER_BYTES + rows * columns * 4 if rows else 0)
        self._file.seek(0, os.SEEK_END)

    def append(self, block: NDArray[np.float32]) -> None:
        if self.rows == 0:
            self.columns = block.shape[1]
            self._write_header()
        data = np.ascontiguousarray(block, dtype=np.float32).data.cast("B")
        self._file.write(data)
        self.checksum = zlib.crc32(data, self.checksum)
        self.rows += len(block)

    def flush(self) -> None:
        """Passes what was written to the operating system, where it outlives this process."""
        self._file.flush()

    def read(self, first: int, last: int) -> NDArray[np.float32]:
        self._file.flush()
        self._file.seek(_HEADER_BYTES + first * self.columns * 4)
        data = self._file.read((last - first) * self.columns * 4)
        self._file.seek(0, os.SEEK_END)
        return np.frombuffer(data, np.float32).reshape(last - first, self.columns)

    def finish(self, *, sync: bool = True) -> None:
        """Sets the header right and passes everything on; with `sync` it is on the disk then."""
        self._write_header()
        self._file.flush()
        if sync:
            os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        self._file.close()

    def _write_header(self) -> None:
        self._file.seek(0)
        shape = (self.rows, self.columns)
        npy.write_array_header_1_0(
            self._file, {"shape": shape, "fortran_order": False, "descr": "<f4"}
        )
        if self._file.tell() != _HEADER_BYTES:
            raise AssertionError("NumPy writes headers of another length")
        self._file.seek(0, os.SEEK_END)


@dataclass(frozen=True, slots=True)
class _Progress:
    """A line of `progress.jsonl`: how much of a table was good when it was written.

    Columns and checksums are of scores and embeddings; `envelope` is rows and checksum.
    """

    table: str
    frames: int
    columns: tuple[int, int]
    crc: tuple[int, int]
    envelope: tuple[int, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "_Progress":
        """Raises KeyError, TypeError, ValueError or OverflowError where it is no such line."""
        columns, crc, envelope = (
            [int(n) for n in line[name][:2]] for name in ("columns", "crc", "envelope")
        )
        made = cls(
            str(line["table"]),
            int(line["frames"]),
            (columns[0], columns[1]),
            (crc[0], crc[1]),
            (envelope[0], envelope[1]),
        )
        if min(made.frames, *made.columns, made.envelope[0]) < 0:
            raise ValueError("a negative count")
        return made


@dataclass(slots=True)
class _GrowingTable:
    scores: _GrowingRows
    embeddings: _GrowingRows
    envelope: _GrowingRows


class AnalysisWriter:
    """Writes one folder; resumes what an earlier writer of the same `recipe` left in it.

    `recipe` names everything that must be equal for the rest to fit exactly (versions of the
    libraries, too). One writer at a time: the caller holds a lock. A context manager that closes
    the files; what was appended stays.
    """

    def __init__(self, folder: Path, channels: list[int | None], recipe: str) -> None:
        self.folder = folder
        self._files = ExitStack()
        with ExitStack() as unless_whole:
            unless_whole.callback(self._files.close)
            self._take_up(channels, recipe)
            unless_whole.pop_all()

    def _take_up(self, channels: list[int | None], recipe: str) -> None:
        folder = self.folder
        check_own_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stored = self._read_progress(recipe)
        self._tables: dict[int | None, _GrowingTable] = {}
        lines: list[dict[str, Any]] = [{"recipe": recipe}]
        for channel in channels:
            own = stored.get(table_name(channel), [])
            table = self._tables[channel] = self._open(channel, own)
            lines += [line.as_json() for line in own if line.frames <= table.scores.rows]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        if len(lines) > 1:
            with replacing(folder / PROGRESS) as beside:
                beside.write_text(text, encoding="utf-8")
        else:  # nothing to lose, and no reason to wait for the disk
            with open_own(folder / PROGRESS, empty=True) as file:
                file.write(text.encode())
        self._progress = (folder / PROGRESS).open("a", encoding="utf-8")
        self._files.callback(self._progress.close)

    def frames_of(self, channel: int | None) -> int:
        """How many frames of this table are stored already."""
        return self._tables[channel].scores.rows

    def stored(self, channel: int | None) -> Iterator[ScoreChunk]:
        """The stored frames in blocks."""
        table = self._tables[channel]
        for first in range(0, table.scores.rows, _READ_FRAMES):
            last = min(first + _READ_FRAMES, table.scores.rows)
            yield ScoreChunk(
                first, table.scores.read(first, last), table.embeddings.read(first, last)
            )

    def values_of(self, channel: int | None) -> int:
        """How many values of this table's envelope are stored already."""
        return self._tables[channel].envelope.rows

    def append_values(self, channel: int | None, values: NDArray[np.float32]) -> None:
        """Stores the next values (n,) of the envelope; they last from the next frames on."""
        if len(values):
            self._tables[channel].envelope.append(values[:, None])

    def append(self, channel: int | None, chunk: ScoreChunk) -> None:
        """Stores the next frames. Raises ValueError where they do not follow on."""
        table = self._tables[channel]
        if chunk.first_frame != table.scores.rows:
            raise ValueError("frames must be stored in order")
        table.envelope.flush()
        table.scores.append(chunk.scores)
        table.embeddings.append(chunk.embeddings)
        table.scores.flush()
        table.embeddings.flush()
        self._note(
            _Progress(
                table=table_name(channel),
                frames=table.scores.rows,
                columns=(table.scores.columns, table.embeddings.columns),
                crc=(table.scores.checksum, table.embeddings.checksum),
                envelope=(table.envelope.rows, table.envelope.checksum),
            )
        )

    def finish(self, meta: dict[str, Any], *, sync: bool = True) -> None:
        """Makes the folder a finished one; it may be renamed from then on.

        With `sync` it is on the disk then: not needed where it shall not outlive the program.
        """
        for table in self._tables.values():
            table.scores.finish(sync=sync)
            table.embeddings.finish(sync=sync)
            table.envelope.columns = 1  # also where there is no value
            table.envelope.finish(sync=sync)
        with open_own(self.folder / META, empty=True) as file:
            file.write(json.dumps(meta, indent=1).encode())
            file.flush()
            if sync:
                os.fsync(file.fileno())
        self._progress.close()
        (self.folder / PROGRESS).unlink()

    def close(self) -> None:
        """Closes all files, also where one of them refuses. Raises OSError."""
        self._files.close()

    def __enter__(self) -> "AnalysisWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _note(self, line: _Progress) -> None:
        self._progress.write(json.dumps(line.as_json()) + "\n")
        self._progress.flush()

    def _read_progress(self, recipe: str) -> dict[str, list[_Progress]]:
        """The lines of each table; nothing where the recipe is another one or unreadable."""
        by_table: dict[str, list[_Progress]] = {}
        try:
            raw = (self.folder / PROGRESS).read_bytes()
            lines = [parse_json(line) for line in raw[: raw.rfind(b"\n") + 1].splitlines()]
            if not lines or lines[0].get("recipe") != recipe:
                return {}
            for line in map(_Progress.from_json, lines[1:]):
                by_table.setdefault(line.table, []).append(line)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError,
                OverflowError):  # fmt: skip
            return {}
        return by_table

    def _grow(self, name: str) -> _GrowingRows:
        rows = _GrowingRows(self.folder / name)
        self._files.callback(rows.close)
        return rows

    def _open(self, channel: int | None, lines: list[_Progress]) -> _GrowingTable:
        name = table_name(channel)
        scores = self._grow(f"{name}.scores.npy")
        embeddings = self._grow(f"{name}.embeddings.npy")
        envelope = self._grow(envelope_name(channel))
        if not lines:
            for stale in self.folder.glob(f"{name}.*.finer"):  # of scores that were cut off
                stale.unlink()
            for rows in (scores, embeddings, envelope):
                rows.cut(0, 0, 0)
            return _GrowingTable(scores, embeddings, envelope)
        last, columns = lines[-1].frames, lines[-1].columns
        sums = [{line.frames: line.crc[i] for line in lines} for i in (0, 1)]
        good = min(
            scores.take_up(last, columns[0], sums[0]),
            embeddings.take_up(last, columns[1], sums[1]),
        )
        scores.cut(good, columns[0], sums[0].get(good, 0))
        embeddings.cut(good, columns[1], sums[1].get(good, 0))
        _take_up_values(envelope, [line for line in lines if line.frames <= good])
        return _GrowingTable(scores, embeddings, envelope)


def _take_up_values(envelope: _GrowingRows, lines: list[_Progress]) -> None:
    """Resumes behind the last good value of the envelope that these lines describe."""
    sums = dict(line.envelope for line in lines)
    good = envelope.take_up(max(sums, default=0), 1, sums)
    envelope.cut(good, 1, sums.get(good, 0) if good else 0)
