"""Tables of numbers per frame or per recording, as CSV or Parquet, written part by part.

Each row says the file, the channel (empty for the mix), start and end in seconds. Parts of single
recordings are joined at the end, so that a run that was killed goes on with whole parts.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.labels.formats.text import escape_formula

from .parts import Part

LEADING = ("file", "channel", "start_s", "end_s")
TABLE_SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class TableRows:
    """Some rows of one file and channel: `start_s`, `end_s` (n,) and `values` float32 (n, m)."""

    file: str
    channel: int | None
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    values: NDArray[np.float32]


def check_table(path: Path) -> None:
    """Raises SettingsError where a table cannot be written under this name."""
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise SettingsError(path, "is neither .csv nor .parquet")
    if path.suffix.lower() == ".parquet":
        import_pyarrow()


def write_part(
    file: IO[bytes], suffix: str, columns: Sequence[str], rows: Iterable[TableRows]
) -> None:
    """Writes the rows of one recording; `columns` name the values; the suffix is the format."""
    if suffix.lower() == ".parquet":
        _write_parquet(file, columns, rows)
    else:
        file.writelines(line.encode() for line in _csv_lines(rows))


def join_parts(path: Path, columns: Sequence[str], parts: Iterable[Part]) -> None:
    """Joins the table; an old file at `path` stays until it is complete."""
    with replacing(path) as beside:
        if path.suffix.lower() == ".parquet":
            _join_parquet(beside, columns, parts)
            return
        with beside.open("wb") as file:
            file.write(_csv_header(columns).encode())
            for part in parts:
                file.writelines(part.blocks())


def _csv_header(columns: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([*LEADING, *columns])
    return line.getvalue()


def _csv_lines(rows: Iterable[TableRows]) -> Iterator[str]:
    for block in rows:
        cell = io.StringIO()
        csv.writer(cell, lineterminator="").writerow(
            [escape_formula(block.file), "" if block.channel is None else block.channel]
        )
        head = cell.getvalue()
        ends = block.end_s.tolist()
        for start, end, values in zip(block.start_s.tolist(), ends, block.values, strict=True):
            # 9 digits bring a float32 back to the bit
            cells = ",".join([f"{value:.9g}" for value in values.tolist()])
            yield f"{head},{start:.6f},{end:.6f},{cells}\n"


def import_pyarrow() -> Any:
    """The optional library. Raises SettingsError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        advice = f"{how_to_install('pyarrow')}, or use .csv"
        raise SettingsError("Parquet", "needs the library pyarrow", advice) from None
    return pyarrow


def _schema(columns: Sequence[str]) -> Any:
    pa = import_pyarrow()
    leading = [pa.string(), pa.int32(), pa.float64(), pa.float64()]
    fields = list(zip(LEADING, leading, strict=True)) + [(name, pa.float32()) for name in columns]
    return pa.schema(fields)


def _write_parquet(file: IO[bytes], columns: Sequence[str], rows: Iterable[TableRows]) -> None:
    pa = import_pyarrow()
    schema = _schema(columns)
    with pa.parquet.ParquetWriter(file, schema) as writer:
        for block in rows:
            count = len(block.start_s)
            leading = [[block.file] * count, [block.channel] * count, block.start_s, block.end_s]
            values = [np.ascontiguousarray(column) for column in block.values.T]
            arrays = [
                pa.array(data, type=field.type)
                for data, field in zip([*leading, *values], schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _join_parquet(path: Path, columns: Sequence[str], parts: Iterable[Part]) -> None:
    pa = import_pyarrow()
    with pa.parquet.ParquetWriter(path, _schema(columns)) as writer:
        for part in parts:
            with part.open() as stored, pa.parquet.ParquetFile(stored) as file:
                for k in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(k))
