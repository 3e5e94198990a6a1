"""Parquet files with row groups of a chosen size, written block by block in bounded memory."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.notation import is_stored

from .libraries import import_pyarrow

_BATCH_ROWS = 8_192
_READ_BYTES = 1 << 20


def write_rows(path: Path, schema: Any, batches: Iterable[Any], group: int) -> int:
    """Writes record batches in row groups of `group` rows; how many there were. Raises OSError."""
    pa = import_pyarrow()
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    total = held = 0
    waiting: list[Any] = []
    with pa.parquet.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, use_dictionary=names or False
    ) as writer:

        def put(rows: int) -> None:
            nonlocal held, waiting
            table = pa.Table.from_batches(waiting, schema).unify_dictionaries()
            writer.write_table(table.slice(0, rows), row_group_size=group)
            waiting, held = table.slice(rows).to_batches(), held - rows

        for batch in batches:
            check_stopped()
            waiting.append(batch)
            held += batch.num_rows
            total += batch.num_rows
            while held >= group:
                put(group)
        if held or not total:
            put(held)
    return total


def read_batches(path: Path, without: frozenset[str] = frozenset()) -> Iterator[Any]:
    """The record batches of a file, in order, without the rows of some recordings.

    Raises DatasetError where it cannot be read.
    """
    pa = import_pyarrow()
    import pyarrow.compute as compute

    unwanted = pa.array(sorted(without), pa.string())
    try:
        with _opened(path) as source, pa.parquet.ParquetFile(source, memory_map=False) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                if without:
                    named = batch.column("recording").cast(pa.string())
                    batch = batch.filter(compute.invert(compute.is_in(named, unwanted)))
                if batch.num_rows:
                    yield batch
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(path, "is damaged", "dataset --check lists what is") from error


def recordings_in(path: Path) -> Iterator[str]:
    """The recordings that a file has rows of; some come several times. Raises DatasetError."""
    pa = import_pyarrow()
    try:
        with _opened(path) as source, pa.parquet.ParquetFile(source) as file:
            for batch in file.iter_batches(batch_size=1 << 17, columns=["recording"]):
                yield from batch.column(0).unique().to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(path, "is damaged", "dataset --check lists what is") from error


def rows_in(path: Path) -> int:
    """Raises OSError, and pyarrow's errors where it is no such file."""
    with _opened(path) as source:
        return int(import_pyarrow().parquet.read_metadata(source).num_rows)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """What pyarrow reads: it opens files of this computer faster than Python does."""
    if not is_stored(path):
        yield path
        return
    with open_for_reading(path) as file:
        yield file


def sha256_of(path: Path) -> str:
    """Raises OSError."""
    with open_for_reading(path) as file:
        digest = hashlib.sha256()
        while block := file.read(_READ_BYTES):
            digest.update(block)
        return digest.hexdigest()
