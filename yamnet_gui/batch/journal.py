"""What a run has finished, so that a killed one goes on where it stopped."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.lock import FileLock

from .parts import Part, sync
from .run_folder import JOURNAL, check_run_folder, empty_run_folder, remove_run_folder

_VERSION = 3
_READABLE = (2, _VERSION)
"""In the second version each part had a file of its own."""
_SYNC_EVERY_S = 1.0
LOCK = ".lock"
"""Behind the name of what one run at a time writes."""

StoredPart = tuple[str, str, int, int, int]
"""Kind, name of the file in the journal's folder, offset, length and CRC-32 of a part."""


@dataclass(frozen=True, slots=True)
class Record:
    """How one recording ended. `size` and `mtime_ns` show whether the file has changed since.

    `best` holds the best classes with their mean scores; `reason` is empty where all went well,
    `warnings` say how a file that is not quite right was taken. `parts` are its parts of the
    run's tables.
    """

    key: str
    file: str
    size: int
    mtime_ns: int
    reason: str = ""
    audio_s: float = 0.0
    best: tuple[tuple[str, float], ...] = ()
    warnings: tuple[str, ...] = ()
    parts: tuple[StoredPart, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reason


class Journal:
    """The folder of an unfinished run: `journal.jsonl`, and the parts of its tables.

    A recording is on record only after its parts were written. A kill loses nothing of that; the
    disk gets parts and records in groups, once a second, and checksums show which parts a power
    cut took. `recipe` says everything that the parts depend on; a journal with another one is
    begun again. One run at a time: raises SettingsError where another one is at work, or where
    the folder cannot be made or is not that of a run.
    """

    def __init__(self, folder: Path, recipe: dict[str, Any], restart: bool = False) -> None:
        self.folder = folder
        self.records: dict[str, Record] = {}
        self._unsynced: set[Path] = set()
        self._dirty = False
        self._synced_at = time.monotonic()
        self._lock = FileLock(folder.with_name(folder.name + LOCK))
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if not self._lock.acquire():
                raise another_run(folder)
            check_run_folder(folder)
            folder.mkdir(exist_ok=True)
            self._file = self._open(json.loads(json.dumps(recipe)), restart)
        except SettingsError:
            self._lock.release()
            raise
        except OSError as error:
            self._lock.release()
            raise SettingsError(folder.parent, f"cannot be written ({error.strerror})") from error

    @property
    def resumed(self) -> bool:
        """Whether anything of an earlier run is taken over."""
        return bool(self.records)

    def add(self, record: Record) -> None:
        """Adds the record: at once for whoever reads the file, and within a second to the disk.

        Raises SettingsError where the disk refuses.
        """
        self.records[record.key] = record
        with self._written():
            self._file.write(json.dumps(asdict(record)) + "\n")
            self._file.flush()
        self._dirty = True
        self._unsynced.update(self.folder / name for _, name, *_ in record.parts)
        self.sync_when_due()

    def sync_when_due(self) -> None:
        """To be called now and then. Raises SettingsError where the disk refuses."""
        if self._dirty and time.monotonic() - self._synced_at >= _SYNC_EVERY_S:
            self.sync()

    def sync(self) -> None:
        """Puts all parts and records on the disk. Raises SettingsError where it refuses."""
        with self._written():
            for path in self._unsynced:
                sync(path)
            os.fsync(self._file.fileno())
        self._unsynced.clear()
        self._dirty = False
        self._synced_at = time.monotonic()

    def part(self, record: Record, kind: str) -> Part:
        """The part of this kind (a file name's tail) of a recording."""
        for own, name, offset, length, crc32 in record.parts:
            if own == kind:
                return Part(self.folder / name, offset, length, crc32)
        return Part(self.folder / f"{record.key}.{kind}")

    def remove(self) -> None:
        """Everything is in the tables: the folder goes."""
        self._file.close()
        remove_run_folder(self.folder, self.records)

    def close(self) -> None:
        try:
            if not self._file.closed:
                with suppress(
                    OSError, SettingsError
                ):  # a full disk; what is not on it is done again
                    if self._dirty:
                        self.sync()
                self._file.close()
        finally:
            self._lock.release()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            raise SettingsError(self.folder.parent, reason) from error

    def _open(self, recipe: dict[str, Any], restart: bool) -> IO[str]:
        path = self.folder / JOURNAL
        head = {"journal": _VERSION, "recipe": recipe}
        lines = _lines(path)
        if (
            not restart
            and lines
            and lines[0] in [{**head, "journal": version} for version in _READABLE]
        ):
            for record in filter(None, map(_record, lines[1:])):
                self.records[record.key] = record
        else:
            empty_run_folder(self.folder, {str(line.get("key")) for line in lines})
        # rewritten, which removes a line that a kill cut off
        with replacing(path) as beside:
            text = [json.dumps(head), *(json.dumps(asdict(r)) for r in self.records.values())]
            beside.write_text("\n".join(text) + "\n", encoding="ascii")
        return path.open("a", encoding="ascii")


def another_run(folder: Path) -> SettingsError:
    return SettingsError(folder, "another run is writing the same tables", "wait for it")


def _record(line: dict[str, Any]) -> Record | None:
    """The record of a line; None where it is none."""
    try:
        best = tuple((str(name), float(score)) for name, score in line.pop("best"))
        warnings = tuple(str(text) for text in line.pop("warnings"))
        parts = tuple(_stored_part(part) for part in line.pop("parts", ()))
        return Record(best=best, warnings=warnings, parts=parts, **line)
    except (KeyError, TypeError, ValueError):
        return None


def _stored_part(part: list[Any]) -> StoredPart:
    kind, name, offset, length, crc32 = part
    return str(kind), Path(str(name)).name, int(offset), int(length), int(crc32)


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal that can be read, the first of them its head; none where there is no
    journal. What a disk lost of the others is done again."""
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    first, *others = raw[: raw.rfind(b"\n") + 1].splitlines() or [b""]
    head = _line(first)
    return [] if head is None else [head, *filter(None, map(_line, others))]


def _line(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
