"""Recordings into a dataset: their files take their places, small ones joined to larger ones.

Memory does not grow with the number of recordings but by a line of facts about each.
"""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.files import exists
from yamnet_gui.core.lock import FileLock

from .info import MARK, DatasetInfo, check_folder, is_dataset
from .layout import SUFFIX, TABLES, Table, TableSize, partition_in, schema, table_size
from .libraries import import_pyarrow
from .manifest import CHANGE, MANIFEST, Change, Manifest, apply, finish_change, read_manifest
from .parquet_files import read_batches, recordings_in, rows_in, sha256_of, write_rows
from .reading import size_problem
from .units import Unit, UnitFile, recordings_batch

_LOCK = ".lock"
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows that go into a joined file: of a file of the dataset, of a unit, or of recordings."""

    name: str
    rows: int
    read: Callable[[], Iterable[Any]]


@dataclass(slots=True)
class _Pending:
    """What is to change, gathered over all partitions."""

    added: dict[str, tuple[Path, UnitFile]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


def add_units(
    folder: Path, info: DatasetInfo, units: Sequence[Unit], elsewhere: Path | None = None
) -> Manifest:
    """Adds recordings, or replaces those that are there already, in one step that a kill leaves
    undone or to be finished by the next run.

    `elsewhere` (an address) has those files of the dataset that are not in `folder`.
    Raises DatasetError where the folder is not ours, holds another kind of dataset, is in use, or
    cannot be written.
    """
    with _locked(folder, info):
        finish_change(folder)
        _remove_unfinished(folder)
        manifest = read_manifest(folder)

        def place_of(name: str) -> Path:
            here = folder / name
            return here if elsewhere is None or here.exists() else elsewhere / name

        keys = frozenset(unit.key for unit in units)
        replaced = {
            partition_in(name): keys
            for name in manifest.of("recordings")
            if not keys.isdisjoint(recordings_in(place_of(name)))
        }
        ordered = sorted(units, key=lambda unit: unit.order)
        by_partition: dict[str, list[Unit]] = {name: [] for name in replaced}
        for unit in ordered:
            by_partition.setdefault(unit.partition, []).append(unit)
        pending = _Pending()
        for partition, added in sorted(by_partition.items()):
            gone = replaced.get(partition, frozenset())
            there = {
                k for n in manifest.of("recordings", partition) for k in recordings_in(place_of(n))
            }
            for table in TABLES:
                whole = _whole(manifest.of(table, partition), place_of)
                if there <= keys:  # all of it is written anew, with what has been lost
                    pending.removed.update(manifest.of(table, partition).keys() - whole.keys())
                _plan(folder, place_of, info, whole, table, partition, added, gone, pending)
        return apply(folder, manifest, Change(pending.added, frozenset(pending.removed)))


def begin_dataset(folder: Path, info: DatasetInfo) -> None:
    """Makes the folder and marks it, where that is not done yet, and finishes a change that a kill
    left half done: before the folder of the run, where its files may be, is emptied.

    Raises DatasetError as above.
    """
    check_folder(folder, info)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not is_dataset(folder):
            info.save(folder)
        elif exists(folder / CHANGE):
            lock = FileLock(folder / _LOCK)
            if lock.acquire():  # else whoever has it is at it
                try:
                    finish_change(folder)
                finally:
                    lock.release()
    except OSError as error:
        raise _not_written(folder, error) from error


@contextmanager
def _locked(folder: Path, info: DatasetInfo) -> Iterator[None]:
    begin_dataset(folder, info)
    try:
        lock = FileLock(folder / _LOCK)
        if not lock.acquire():
            raise DatasetError(folder, "another run is writing to it", "wait for it")
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        raise _not_written(folder, error) from error


def _not_written(folder: Path, error: OSError) -> DatasetError:
    return DatasetError(folder, f"cannot be written ({error.strerror or error})")


def _plan(
    folder: Path,
    place_of: Callable[[str], Path],
    info: DatasetInfo,
    files: Mapping[str, UnitFile],
    table: Table,
    partition: str,
    units: Sequence[Unit],
    gone: frozenset[str],
    pending: _Pending,
) -> None:
    """Which files of one table and partition stay, move, or are joined, and the joined ones."""
    size = table_size(table, info.frames)
    sources: list[_Source] = []
    losing = False
    for name, file in files.items():
        path = place_of(name)
        loses = bool(gone) and not gone.isdisjoint(recordings_in(path))
        if loses or file.rows < size.large:
            sources.append(_Source(name, file.rows, _reader(path, gone)))
            losing |= loses
    old = [source.name for source in sources]
    large: list[Unit] = []
    if table == "recordings":
        rows = [unit.recording for unit in units]
        if rows:
            names = ",".join(unit.key for unit in units)
            sources.append(_Source(names, len(rows), lambda: [recordings_batch(rows)]))
    else:
        with_rows = [u for u in units if table in u.files and u.files[table].rows]
        large = [u for u in with_rows if _is_large(folder, u, table, size)]
        for unit in with_rows:
            if unit not in large:
                path = unit.file(table)
                sources.append(_Source(unit.key, unit.files[table].rows, _reader(path)))
    for unit in large:
        name = f"{table}/{partition}/part-{unit.key[:16]}{SUFFIX}"
        pending.added[name] = (unit.file(table).absolute(), unit.files[table])
    if len(sources) == 1 and old and not losing:  # a small file alone stays as it is
        return
    pending.removed.update(old)
    for joined in _groups(sources, size.file):
        _join(folder, info, table, partition, joined, pending)


def _whole(files: Mapping[str, UnitFile], place_of: Callable[[str], Path]) -> dict[str, UnitFile]:
    """The files that are there as written; what is not stays listed, and is not read."""
    return {name: file for name, file in files.items() if _is_whole(place_of(name), file)}


def _is_whole(path: Path, file: UnitFile) -> bool:
    if size_problem(path, file.bytes):
        return False
    try:
        return rows_in(path) == file.rows
    except (OSError, import_pyarrow().ArrowException):
        return False


def _is_large(folder: Path, unit: Unit, table: Table, size: TableSize) -> bool:
    """Whether a file becomes one of the dataset by a new name alone."""
    here = unit.path.stat().st_dev == folder.stat().st_dev
    return here and unit.files[table].rows >= size.large


def _reader(path: Path, gone: frozenset[str] = frozenset()) -> Callable[[], Iterable[Any]]:
    return lambda: read_batches(path, gone)


def _groups(sources: Sequence[_Source], most: int) -> Iterator[list[_Source]]:
    """Sources in order, as many together as fit into one file."""
    group: list[_Source] = []
    for source in sources:
        if group and sum(s.rows for s in group) + source.rows > most:
            yield group
            group = []
        group.append(source)
    if group:
        yield group


def _join(
    folder: Path,
    info: DatasetInfo,
    table: Table,
    partition: str,
    sources: Sequence[_Source],
    pending: _Pending,
) -> None:
    batches = itertools.chain.from_iterable(source.read() for source in sources)
    first = next(batches, None)
    if first is None:  # all its recordings were replaced
        return
    digest = hashlib.sha256("\n".join(source.name for source in sources).encode()).hexdigest()
    name = f"{table}/{partition}/part-{digest[:16]}{SUFFIX}"
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}{_UNFINISHED}")
    columns = schema("recordings") if table == "recordings" else first.schema
    group = table_size(table, info.frames).group
    rows = write_rows(beside, columns, itertools.chain([first], batches), group)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    pending.added[name] = (
        beside.relative_to(folder), UnitFile(rows, beside.stat().st_size, sha256_of(beside))
    )  # fmt: skip


def _remove_unfinished(folder: Path) -> None:
    """What a run that was killed had begun to write."""
    for name in (MARK, MANIFEST, CHANGE):
        for path in folder.glob(f".{name}.*{_UNFINISHED}"):
            path.unlink(missing_ok=True)
    for table in TABLES:
        for path in (folder / table).glob(f"*/.part-*{SUFFIX}{_UNFINISHED}"):
            path.unlink(missing_ok=True)
