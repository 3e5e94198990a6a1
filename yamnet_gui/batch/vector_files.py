"""Files of vectors: .npz, .parquet and .csv, written block by block, so that memory stays bounded.

Each row says file, channel (empty for the mix), start and end in seconds; per event also its label.
"""

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.labels.formats.text import escape_formula

from .table_files import LEADING, import_pyarrow
from .vectors import Vectors

SUFFIXES = (".npz", ".parquet", ".csv")
_MIX = -1
_COPY_BYTES = 1 << 24


class VectorFile(Protocol):
    """Takes rows of one recording after another."""

    def add(self, file: str, rows: Vectors) -> None: ...


@contextmanager
def vector_file(
    path: Path, columns: Sequence[str], with_labels: bool, model_sha256: str
) -> Iterator[VectorFile]:
    """A file that takes the place of what was at `path` when the block ends well.

    Raises SettingsError where the ending is none of `SUFFIXES` or the disk refuses.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise SettingsError(path, "is neither .npz nor .parquet nor .csv")
    makers = {".npz": _npz, ".parquet": _parquet, ".csv": _csv}
    try:
        with (
            replacing(path) as beside,
            makers[kind](beside, columns, with_labels, model_sha256) as file,
        ):
            yield file
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise SettingsError(path, reason) from error


class _Csv:
    def __init__(self, file: IO[str], with_labels: bool) -> None:
        self._file = file
        self._with_labels = with_labels

    def add(self, file: str, rows: Vectors) -> None:
        channel = "" if rows.channel is None else rows.channel
        for k, values in enumerate(rows.values.tolist()):
            head = io.StringIO()
            label = [escape_formula(rows.labels[k])] if self._with_labels else []
            times = [f"{rows.start_s[k]:.6f}", f"{rows.end_s[k]:.6f}"]
            csv.writer(head, lineterminator="").writerow(
                [escape_formula(file), channel, *times, *label]
            )
            # 9 digits bring a float32 back to the bit
            cells = ",".join([f"{value:.9g}" for value in values])
            self._file.write(f"{head.getvalue()},{cells}\n")


@contextmanager
def _csv(
    path: Path, columns: Sequence[str], with_labels: bool, model_sha256: str
) -> Iterator[VectorFile]:
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [*LEADING, *(["label"] if with_labels else []), *columns]
        csv.writer(file, lineterminator="\n").writerow([escape_formula(name) for name in names])
        yield _Csv(file, with_labels)


class _Parquet:
    def __init__(self, pa: Any, writer: Any, schema: Any, with_labels: bool) -> None:
        self._pa, self._writer, self._schema = pa, writer, schema
        self._with_labels = with_labels

    def add(self, file: str, rows: Vectors) -> None:
        count = len(rows.start_s)
        leading: list[Any] = [[file] * count, [rows.channel] * count, rows.start_s, rows.end_s]
        if self._with_labels:
            leading.append(list(rows.labels))
        values = [np.ascontiguousarray(column) for column in rows.values.T]
        arrays = [
            self._pa.array(data, type=field.type)
            for data, field in zip([*leading, *values], self._schema, strict=True)
        ]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))


@contextmanager
def _parquet(
    path: Path, columns: Sequence[str], with_labels: bool, model_sha256: str
) -> Iterator[VectorFile]:
    pa = import_pyarrow()
    kinds = [pa.string(), pa.int32(), pa.float64(), pa.float64()]
    fields = list(zip(LEADING, kinds, strict=True))
    fields += [("label", pa.string())] if with_labels else []
    fields += [(name, pa.float32()) for name in columns]
    schema = pa.schema(fields, metadata={"model_sha256": model_sha256})
    with pa.parquet.ParquetWriter(path, schema) as writer:
        yield _Parquet(pa, writer, schema, with_labels)


class _Npz:
    """Rows go to a file of their own first, because an array says at its head how long it is."""

    def __init__(self, rows: IO[bytes]) -> None:
        self._rows = rows
        self.files: list[str] = []
        self.small: dict[str, list[Any]] = {n: [] for n in ("file", "channel", "start", "end")}
        self.labels: list[str] = []

    def add(self, file: str, rows: Vectors) -> None:
        if not self.files or self.files[-1] != file:
            self.files.append(file)
        count = len(rows.start_s)
        self.small["file"].append(np.full(count, len(self.files) - 1, np.int32))
        channel = _MIX if rows.channel is None else rows.channel
        self.small["channel"].append(np.full(count, channel, np.int32))
        self.small["start"].append(rows.start_s)
        self.small["end"].append(rows.end_s)
        self.labels += rows.labels
        self._rows.write(np.ascontiguousarray(rows.values, "<f4").data.cast("B"))


@contextmanager
def _npz(
    path: Path, columns: Sequence[str], with_labels: bool, model_sha256: str
) -> Iterator[VectorFile]:
    with tempfile.TemporaryFile(dir=path.parent) as rows:
        made = _Npz(rows)
        yield made
        kinds = (("file", "i4"), ("channel", "i4"), ("start", "f8"), ("end", "f8"))
        joined = {n: np.concatenate([np.zeros(0, kind), *made.small[n]]) for n, kind in kinds}
        arrays = {
            "files": np.array(made.files, np.str_),
            "file_index": joined["file"].astype(np.int32),
            "channel": joined["channel"].astype(np.int32),
            "start_s": joined["start"],
            "end_s": joined["end"],
            "columns": np.array(list(columns), np.str_),
            "model_sha256": np.array(model_sha256),
        }
        if with_labels:
            arrays["label"] = np.array(made.labels, np.str_)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as file:
            with file.open("vectors.npy", "w", force_zip64=True) as entry:
                shape = (len(joined["start"]), len(columns))
                head = {"shape": shape, "fortran_order": False, "descr": "<f4"}
                np.lib.format.write_array_header_2_0(entry, head)
                rows.seek(0, os.SEEK_SET)
                while block := rows.read(_COPY_BYTES):
                    entry.write(block)
            for name, array in arrays.items():
                with file.open(f"{name}.npy", "w") as entry:
                    np.lib.format.write_array(entry, array, allow_pickle=False)
