"""Arrays that workers make of one file: none travels, and an interrupted run goes on."""

import shutil
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.batch.executor import Group, run_groups
from yamnet_gui.batch.journal import Journal, Record
from yamnet_gui.batch.parts import PartWriter
from yamnet_gui.batch.worker import Task
from yamnet_gui.core.errors import SettingsError

from .places import check_place
from .run import on_cluster
from .sameness import versions

_KIND = "array.npy"
Array = NDArray[Any]


class ArrayMaker(Protocol):
    """What makes the arrays; it travels to each worker."""

    def begin(self, data: Path) -> Callable[[int], Array]:
        """What makes array k of the file, called once on each worker. Raises UserError."""
        ...


def arrays_from_cluster(
    place: str, maker: ArrayMaker, keys: Sequence[str], data: Path, folder: Path, recipe: object
) -> Generator[int, None, list[Array]]:
    """Makes an array for each key on the cluster of this name; yields how many there are.

    Workers see `folder`, where the run has its journal, arrays and a copy of `data`. The same call
    goes on there where it was interrupted; what the arrays depend on is in their keys and in the
    `recipe`, which is written as JSON. Raises UserError.
    """
    check_place(place)
    told = {"arrays": recipe, "versions": versions()}
    with Journal(folder, told) as journal:
        done = {key: journal.records[key] for key in keys if _is_there(journal, key)}
        left = [k for k, key in enumerate(keys) if key not in done]
        yield len(done)
        if left:
            copy = _copied(data, folder)
            waiting: deque[Group] = deque(
                [Task(Path(f"part {k + 1}"), keys[k], span=(k, k + 1))] for k in left
            )
            begin = partial(ArrayWorker, maker, copy, folder)
            with (
                on_cluster(place, begin, folder, [copy]) as executor,
                closing(run_groups(executor, waiting)) as records,
            ):
                for record in records:
                    if record is None:
                        journal.sync_when_due()
                    elif not record.ok:
                        raise SettingsError(
                            place, f"{record.file} {record.reason}", "give workers more memory"
                        )
                    else:
                        journal.add(record)
                        done[record.key] = record
                    yield len(done)
        arrays = [_read(journal, done[key]) for key in keys]
        journal.remove()
    return arrays


class ArrayWorker:
    """Makes arrays in a worker and appends them to a file of its own in `folder`."""

    def __init__(self, maker: ArrayMaker, data: Path, folder: Path) -> None:
        self._make = maker.begin(data)
        self._folder = folder
        self._parts = PartWriter(folder)

    def run(self, tasks: Sequence[Task]) -> Generator[tuple[Task, Record], None, None]:
        """The records of the tasks, each with the array as its part. Raises SettingsError."""
        for task in tasks:
            assert task.span is not None
            array = self._make(task.span[0])
            try:
                with self._parts.part() as stream:
                    np.lib.format.write_array(cast(IO[bytes], stream), array, allow_pickle=False)
            except OSError as error:
                raise _refused(self._folder, error) from error
            part = stream.part
            stored = (_KIND, part.path.name, part.offset, part.length or 0, part.crc32)
            yield task, Record(task.key, str(task.path), 0, 0, parts=(stored,))

    def sync(self) -> None:
        """Puts the arrays on the disk. Raises SettingsError."""
        try:
            self._parts.sync()
        except OSError as error:
            raise _refused(self._folder, error) from error

    def close(self) -> None:
        self._parts.close()


def _is_there(journal: Journal, key: str) -> bool:
    record = journal.records.get(key)
    return record is not None and bool(record.parts) and journal.part(record, _KIND).is_whole()


def _read(journal: Journal, record: Record) -> Array:
    try:
        with journal.part(record, _KIND).open() as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        reason = f"a part cannot be read ({error})"
        raise SettingsError(journal.folder, reason, "give the same command again") from error


def _copied(data: Path, folder: Path) -> Path:
    try:
        with (
            data.open("rb") as source,
            PartWriter(folder) as writer,
            writer.part() as stream,
        ):
            shutil.copyfileobj(source, cast(IO[bytes], stream))
    except OSError as error:
        raise _refused(folder, error) from error
    return stream.part.path.absolute()


def _refused(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(folder.parent, f"cannot be written ({error.strerror or error})")
