"""Reads what is filtered and sorted by out of a dataset, once, into a file of the cache.

Parquet is read file by file. The arrays themselves are in memory meanwhile: some 70 bytes an event.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.cached_files import COLUMNS, shrink
from yamnet_gui.core.clock_time import DAY_S
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.labels.project.review_order import ascending

from .column_file import NO_CHANNEL, NO_CLOCK, NO_SCORE, ColumnWriter
from .libraries import import_pyarrow
from .reading import Dataset

_KEPT_BYTES = 4 * 2**30
_BATCH_ROWS = 1 << 17
_EPOCH_DAY = 719_163  # 1970-01-01 as an ordinal
_READ = (
    "recording", "file", "label", "source", "onset_s", "offset_s", "score_max", "channel",
    "onset_utc", "utc_offset_min",
)  # fmt: skip
_READ_SHARE = 0.6
"""Of the time that is spent on reading; the rest is sorting."""
_RAW = {
    "recording": np.int32, "onset": np.float64, "offset": np.float64, "score": np.float32,
    "label": np.int32, "channel": np.int16, "source": np.int8, "second": np.int32, "day": np.int32,
}  # fmt: skip


def columns_path(dataset: Dataset, cache: Path) -> Path:
    """Where the columns of these events are, or will be: named by the files' checksums."""
    files = dataset.manifest.files
    text = "\n".join(f"{path} {files[path].sha256}" for path in dataset.files["events"])
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return cache / COLUMNS.folder / f"{key}.columns"


def build_columns(dataset: Dataset, cache: Path) -> Iterator[float]:
    """Makes the file; yields how much of it is done, 0 to 1. Asks the dataset's DuckDB nothing, so
    that questions may go on beside it.

    Raises DatasetError where a file of the dataset is damaged, or the cache cannot be written.
    """
    path = columns_path(dataset, cache)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as file:
            yield from _write(dataset, file)
        shrink(cache, COLUMNS, _KEPT_BYTES, keep=path)
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise DatasetError(path, reason, "make room, or set another cache folder") from error


def _write(dataset: Dataset, file: BinaryIO) -> Iterator[float]:
    raw = _Raw(sum(dataset.manifest.files[path].rows for path in dataset.files["events"]))
    for path in dataset.files["events"]:
        for batch in _batches(dataset.folder / path):
            check_stopped()
            raw.add(batch)
            yield _READ_SHARE * raw.filled / raw.rows
    raw.check(dataset.folder)
    writer = ColumnWriter(file)
    recordings, rank = _ranked(raw.recordings, key=lambda item: (item[1].casefold(), *item[::-1]))
    labels, label_rank = _ranked(raw.labels, key=lambda label: (label.casefold(), label))
    recording = rank[raw.take("recording")]
    writer.add("starts", np.searchsorted(np.sort(recording), np.arange(len(recordings) + 1)))
    order = _by_time(recording, raw.column["onset"])
    del recording
    steps = _sorted_columns(raw, order, label_rank, writer)
    for step, _ in enumerate(steps, 1):
        yield _READ_SHARE + (1 - _READ_SHARE) * step / len(_RAW)
    writer.finish(recordings, labels, raw.sources)


def _sorted_columns(
    raw: "_Raw", order: NDArray[np.int32], label_rank: NDArray[np.int32], writer: ColumnWriter
) -> Iterator[None]:
    """Columns in order of time, and the rows in order of each that is sorted by."""

    def put(name: str, values: NDArray[Any]) -> None:
        check_stopped()
        if writer.add(name, values):
            _add_order(writer, name, values)

    onset, offset = raw.take("onset")[order], raw.take("offset")[order]
    yield
    writer.add("offset", offset)
    duration = (offset - onset).astype(np.float32)
    del offset
    if (duration != duration[:1]).any():
        _add_order(writer, "duration", duration)
    del duration
    yield
    put("onset", onset)
    del onset
    yield
    put("label", label_rank[raw.take("label")][order])
    yield
    for name in ("score", "channel", "source"):
        put(name, raw.take(name)[order])
        yield
    for name in ("second", "day"):
        writer.add(name, raw.take(name)[order])
        yield


def _add_order(writer: ColumnWriter, name: str, values: NDArray[Any]) -> None:
    if name in _SMALL:
        values = values.astype(np.int16) if values.max() < 2**15 else values
    writer.add(f"by {name}", ascending(values).astype(np.int32, copy=False))


_SMALL = ("label",)
"""Whole numbers of 16 bits sort fastest."""


def _by_time(recording: NDArray[np.int32], onset: NDArray[np.float64]) -> NDArray[np.int32]:
    """Rows by recording, then onset, equal ones as they are. Files have them mostly so."""
    order = np.argsort(recording, kind="stable").astype(np.int32)
    of, at = recording[order], onset[order]
    same = of[1:] == of[:-1]
    wrong = of[1:][same & (at[1:] < at[:-1])]
    del same
    for one in np.unique(wrong).tolist():
        rows = slice(*np.searchsorted(of, [one, one + 1]).tolist())
        order[rows] = order[rows][np.argsort(at[rows], kind="stable")]
    return order


def _ranked(values: dict[Any, int], key: Any) -> tuple[list[Any], NDArray[np.int32]]:
    """The values in order, and for the number of each its place there."""
    ordered = sorted(values, key=key)
    rank = np.empty(len(ordered), np.int32)
    rank[[values[value] for value in ordered]] = np.arange(len(ordered))
    return ordered, rank


def _batches(path: Path) -> Iterator[Any]:
    pa = import_pyarrow()
    try:
        with open_for_reading(path) as content, pa.parquet.ParquetFile(content) as file:
            yield from file.iter_batches(batch_size=_BATCH_ROWS, columns=list(_READ))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DatasetError(path, "is damaged", "dataset --check lists what is") from error


class _Raw:
    """Columns as they are in the files; texts as numbers."""

    def __init__(self, rows: int) -> None:
        self.rows, self.filled = rows, 0
        self.column = {name: np.empty(rows, kind) for name, kind in _RAW.items()}
        self.recordings: dict[tuple[str, str], int] = {}
        self.labels: dict[str, int] = {}
        self.sources: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def take(self, name: str) -> NDArray[Any]:
        """A column, which is not needed again."""
        return self.column.pop(name)

    def check(self, folder: Path) -> None:
        """Raises DatasetError where there were not as many rows as are listed."""
        if self.filled != self.rows:
            raise DatasetError(folder, "changed while it was read", "try again")

    def add(self, batch: Any) -> None:
        rows = slice(self.filled, self.filled + batch.num_rows)
        self.filled += batch.num_rows
        if self.filled > self.rows or not batch.num_rows:
            return
        put = {name: values[rows] for name, values in self.column.items()}
        put["recording"][:] = self._recordings(batch)
        put["label"][:] = _numbered(*_texts(batch, "label"), self.labels)
        put["source"][:] = _numbered(*_texts(batch, "source"), self.sources)
        put["onset"][:] = _filled(batch, "onset_s", 0.0)
        put["offset"][:] = _filled(batch, "offset_s", 0.0)
        put["score"][:] = _filled(batch, "score_max", NO_SCORE)
        put["channel"][:] = _filled(batch, "channel", NO_CHANNEL)
        clock = batch.column("onset_utc")
        known = np.asarray(clock.is_valid()) & np.asarray(batch.column("utc_offset_min").is_valid())
        moments = clock.cast("int64").fill_null(0).to_numpy(zero_copy_only=False)
        local_s = moments // 1_000_000 + 60 * _filled(batch, "utc_offset_min", 0).astype(np.int64)
        put["second"][:] = np.where(known, local_s % int(DAY_S), NO_CLOCK)
        put["day"][:] = np.where(known, local_s // int(DAY_S) + _EPOCH_DAY, NO_CLOCK)

    def _recordings(self, batch: Any) -> NDArray[np.int32]:
        """Numbers of recordings, each with the file that its first event names."""
        names, of = _texts(batch, "recording")
        files, of_file = _texts(batch, "file")
        used, first = np.unique(of, return_index=True)
        numbers = np.zeros(len(names) or 1, np.int32)
        for k, file in zip(used.tolist(), of_file[first].tolist(), strict=True):
            number = self._numbers.get(names[k])
            if number is None:
                number = self._numbers[names[k]] = len(self._numbers)
                self.recordings[names[k], files[file]] = number
            numbers[k] = number
        return numbers[of]


def _texts(batch: Any, name: str) -> tuple[list[str], NDArray[np.int64]]:
    """Different texts of a column, and which of them each row has; "" where there is none."""
    pa = import_pyarrow()
    column = batch.column(name)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = [text or "" for text in column.dictionary.to_pylist()]
    indices = column.indices
    if indices.null_count:
        texts.append("")
        indices = indices.fill_null(len(texts) - 1)
    return texts, indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _numbered(texts: list[str], of: NDArray[np.int64], known: dict[str, int]) -> NDArray[np.int32]:
    """Numbers that stand for the texts in the whole dataset."""
    used = np.unique(of)
    numbers = np.zeros(len(texts) or 1, np.int32)
    numbers[used] = [known.setdefault(texts[k], len(known)) for k in used.tolist()]
    return numbers[of]


def _filled(batch: Any, name: str, empty: float) -> NDArray[Any]:
    column = batch.column(name)
    if column.null_count == len(column):
        return np.full(len(column), empty)
    if column.null_count:
        column = column.fill_null(empty)
    return column.to_numpy(zero_copy_only=False)
