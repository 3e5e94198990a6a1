"""Finished and interrupted analyses in the user's cache folder."""

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import READING
from yamnet_gui.core.cached_files import CHECKSUMS
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.model_identity import all_names, current_identity
from yamnet_gui.yamnet import RuntimeChoice, RuntimeName, expected_runtime

from .cache_writer import CacheWriter, not_stored
from .cached_results import LOCK, is_own_result, own_folders, release
from .finer_scores import finer_name, store_finer
from .reading import is_read_otherwise
from .result import Analysis, open_analysis
from .settings import AnalysisSettings
from .stored import META, write_short

DEFAULT_LIMIT_BYTES = 8 * 2**30
"""About 170 hours of recordings at the default hop."""
_ENGINE_VERSION = 1
"""Goes up whenever the same recording and settings would give other scores than before."""
_SPARE_SHARE = 0.01
_OWN_SHARE = 0.1
_LEAST_ROOM_SHARE = 0.001
_PART = ".part"
_GONE = ".gone"


def result_key(
    content: str,
    model_sha256: str,
    settings: AnalysisSettings,
    runtime: RuntimeName = "tensorflow",
) -> str:
    """The name under which an analysis is stored: content, model, settings, runtime, engine."""
    return _key(content, current_identity(model_sha256), settings, runtime)


def _key(content: str, model: str, settings: AnalysisSettings, runtime: RuntimeName) -> str:
    parts = [str(_ENGINE_VERSION), content, model, settings.published.key()]
    if runtime != "tensorflow":  # for which the key is older than the other runtime
        parts.append(runtime)
    return sha256("\n".join(parts).encode()).hexdigest()


def result_keys(
    content: str,
    model_sha256: str,
    settings: AnalysisSettings,
    runtime: RuntimeChoice = "auto",
) -> list[str]:
    """The names under which a finished analysis may be used that a runtime is asked for.

    A runtime that was asked for by name gives its own results to the last bit. "auto" promises
    scores within 1e-5 of TensorFlow's, which the results of both are; those of the runtime that
    would run come first. Results of earlier versions, stored under the model's older names, come
    last: they were TensorFlow's.
    """
    expected = expected_runtime(runtime)
    names: list[RuntimeName] = [expected]
    if runtime == "auto":
        names.append("tensorflow" if expected == "litert" else "litert")
    keys = [result_key(content, model_sha256, settings, name) for name in names]
    if "tensorflow" in names:
        older = all_names(current_identity(model_sha256))[1:]
        keys += [_key(content, model, settings, "tensorflow") for model in older]
    return keys


@dataclass(frozen=True, slots=True)
class _Entry:
    """A folder of the cache, finished or not."""

    folder: Path
    used_at: float
    bytes: int


class ResultCache:
    """Analyses keyed by content, model and settings; the longest unused go first.

    Finished ones appear at once and whole, by renaming a folder. An unfinished one belongs to the
    program that holds its lock; a second program that analyses the same at the same time works
    in a separate folder. A folder that cannot be written or read costs time, never a result.
    Where nothing in it shall outlive the program (not `lasting`), it does not wait for the disk.
    """

    def __init__(
        self,
        folder: Path | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        *,
        lasting: bool = True,
    ) -> None:
        self.folder = folder if folder is not None else user_cache_folder()
        self.limit_bytes = limit_bytes
        self._lasting = lasting
        self.memo_folder = self.folder / CHECKSUMS.folder
        """Where the checksums of unchanged files are remembered."""
        self._results = self.folder / "results"
        self._room = -1.0
        """Bytes that may still be stored before the folder is looked through again."""

    def first_of(
        self, keys: Iterable[str], path: Path, recorded_at: datetime | None = None
    ) -> Analysis | None:
        """The finished analysis under the first of `keys` that has one; see `load`."""
        stored = (self.load(key, path, recorded_at) for key in keys)
        return next((analysis for analysis in stored if analysis is not None), None)

    def load(self, key: str, path: Path, recorded_at: datetime | None = None) -> Analysis | None:
        """The finished analysis under `key`, as one of the recording at `path`.

        One that turns out not to be whole, or of other samples than those that the file is read
        as today, is removed.
        """
        folder = self._folder(key)
        try:
            analysis = open_analysis(folder, path, recorded_at)
        except (OSError, ValueError):
            _remove_own(folder)
            return None
        if analysis.reading < READING and is_read_otherwise(analysis.recording):
            _remove_own(folder)
            return None
        with suppress(OSError):
            os.utime(folder / META)  # used now
        return analysis

    def writer(self, key: str, channels: list[int | None], recipe: str) -> CacheWriter:
        """A writer that resumes where the last one under this key was interrupted."""
        final = self._folder(key)

        def open_part(locks: ExitStack) -> Path:
            final.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(final.with_name(key + LOCK))
            if lock.acquire():
                locks.callback(release, lock)
                return final.with_name(key + _PART)
            name = f"{key}-{uuid.uuid4().hex[:12]}"
            lock = FileLock(final.with_name(name + LOCK))
            lock.acquire()
            locks.callback(release, lock)
            part = final.with_name(name + _PART)
            locks.callback(_remove_own, part)
            return part

        def publish(part: Path) -> Path:
            self._publish(part, final)
            return final

        return CacheWriter(self.folder, open_part, publish, channels, recipe, self._lasting)

    def store_short(
        self,
        key: str,
        meta: dict[str, Any],
        files: Mapping[str, NDArray[np.float32]],
        analysis: Analysis,
    ) -> str | None:
        """Stores a whole result at once, without waiting for the disk; see `write_short`.

        With the finer scores of the `analysis`, where it has them.

        Where another program was first, nothing is stored, nor where the disk refuses: a warning
        says so then.
        """
        final = self._folder(key)
        part = final.with_name(f"{key}-{uuid.uuid4().hex[:12]}{_PART}")
        try:
            part.mkdir(parents=True)
            write_short(part, meta, files)
            for channel, finer in analysis.finer.items():
                store_finer(part / finer_name(channel, analysis.settings.finer), finer)
            part.rename(final)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            return None if final.exists() else not_stored(self.folder, error)
        self._stored(final, sum(rows.nbytes for rows in files.values()))
        return None

    def size(self) -> int:
        """Bytes on the disk, unfinished analyses included."""
        return sum(entry.bytes for entry in self._entries())

    def clear(self) -> int:
        """Removes all results that no program is writing; the number of bytes given back."""
        before = self.size()
        for entry in self._entries():
            self._discard(entry.folder)
        return before - self.size()

    def shrink(self, keep: Path | None = None) -> None:
        """Removes the longest unused analyses until the limit is met; never `keep`."""
        entries = sorted(self._entries(), key=lambda e: e.used_at)
        total = sum(entry.bytes for entry in entries)
        # Where it is full, some room is made, so that not each of the next results looks through
        # the folder again.
        spare = self.limit_bytes * _SPARE_SHARE if total > self.limit_bytes else 0.0
        for entry in entries:
            if total + spare <= self.limit_bytes:
                break
            if entry.folder != keep and self._discard(entry.folder):
                total -= entry.bytes
        self._room = max(
            (self.limit_bytes - total) * _OWN_SHARE,  # other programs fill the same folder
            self.limit_bytes * _LEAST_ROOM_SHARE,
        )

    def _publish(self, part: Path, final: Path) -> None:
        """Gives a finished folder its name, unless another program was first. Raises OSError."""
        try:
            part.rename(final)
        except OSError:
            try:
                open_analysis(final, final, None)
                _remove(part)
            except (OSError, ValueError):
                _remove_own(final)
                part.rename(final)
        self._stored(final, _bytes_in(final))

    def _stored(self, folder: Path, count: int) -> None:
        """Looks through the folder once what was stored since the last time may have filled it."""
        self._room -= count
        if self._room <= 0:
            self.shrink(keep=folder)

    def _folder(self, key: str) -> Path:
        return self._results / key[:2] / key

    def _entries(self) -> list[_Entry]:
        entries = []
        for folder in own_folders(self._results):
            with suppress(OSError):  # removed by another program meanwhile
                if is_own_result(folder):
                    sizes = [(p.stat().st_size, p.stat().st_mtime) for p in folder.iterdir()]
                    meta = folder / META
                    used = meta.stat().st_mtime if meta.exists() else folder.stat().st_mtime
                    newest = max((t for _, t in sizes), default=used)
                    used = used if meta.exists() else newest
                    entries.append(_Entry(folder, used, sum(n for n, _ in sizes)))
        return entries

    def _discard(self, folder: Path) -> bool:
        """Removes a finished folder, or an unfinished one that is not being written."""
        if folder.suffix != _PART:
            _remove(folder)
            return True
        lock = FileLock(folder.with_suffix(LOCK))
        if not lock.acquire():
            return False
        try:
            _remove(folder)
        finally:
            lock.release()
        return True


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(OSError):  # removed by another program meanwhile
        total = sum(path.stat().st_size for path in folder.iterdir())
    return total


def _remove_own(folder: Path) -> None:
    if is_own_result(folder):
        _remove(folder)


def _remove(folder: Path) -> None:
    """Takes a folder out of sight in one step, then deletes it; mapped files stay readable."""
    removed = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:12]}{_GONE}")
    try:
        folder.rename(removed)
    except OSError:
        removed = folder  # another program removes it, or Windows keeps an open file in place
    shutil.rmtree(removed, ignore_errors=True)
