"""Writing one analysis into the cache, which may refuse: the analysis goes on elsewhere then."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.scores import ScoreChunk

from .finer_scores import FinerBlock, FinerFile, finer_name
from .result import Analysis, held_by, open_analysis
from .settings import Finer
from .stored import AnalysisWriter

NOT_STORED = "its scores are not stored in the cache"
"""The beginning of the warning; where and why follow."""


class TemporaryFolder:
    """A folder that is removed when this object is garbage-collected.

    Raises SettingsError where it cannot be made.
    """

    def __init__(self) -> None:
        try:
            self.path = Path(tempfile.mkdtemp(prefix="yamnet-gui-"))
        except OSError as error:
            raise _refused(Path(tempfile.gettempdir()), error) from error
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def not_stored(folder: Path, error: OSError) -> str:
    """Why the cache in `folder` has no result of a recording."""
    return f"{NOT_STORED} {folder} ({error.strerror or error})"


class CacheWriter:
    """What an analysis is written with; a context manager that closes it.

    `open_part` gives the unfinished folder, locked, and what unlocks it; `publish` gives a finished
    one its name and returns that. Where either refuses, or the disk does in between, what is there
    moves into a temporary folder and the analysis goes on in that: a cache that is full, read-only
    or broken costs time, and the result is one that warns. `lasting`: whether the result shall be
    there after a power cut. Raises SettingsError where the temporary folder refuses, too.
    """

    def __init__(
        self,
        folder: Path,
        open_part: Callable[[ExitStack], Path],
        publish: Callable[[Path], Path],
        channels: list[int | None],
        recipe: str,
        lasting: bool = True,
    ) -> None:
        self._cache_folder = folder
        self._lasting = lasting
        self._publish = publish
        self._channels = channels
        self._recipe = recipe
        self._part: Path | None = None
        self._keeper: TemporaryFolder | None = None
        self._trouble = ""
        self._noted: dict[int | None, int] = {}
        """Frames of each table that the progress vouches for."""
        self._unnoted: dict[int | None, list[NDArray[np.float32]]] = {c: [] for c in channels}
        """Values of each envelope that it does not vouch for yet."""
        self._finer: tuple[int | None, FinerFile] | None = None
        """The channel whose finer scores come, and their file."""
        self._locks = ExitStack()
        try:
            self._part = open_part(self._locks)
            self._rows = AnalysisWriter(self._part, channels, recipe)
        except OSError as error:
            with ExitStack() as unlock:
                unlock.callback(self._locks.close)
                self._rows = self._moved(error)
                unlock.pop_all()
        self._noted = {channel: self._rows.frames_of(channel) for channel in channels}

    def __enter__(self) -> "CacheWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_finer()
        with suppress(OSError):  # what could not be written was said already
            self._rows.close()
        self._locks.close()

    def frames_of(self, channel: int | None) -> int:
        """How many frames of this table are stored already."""
        return self._rows.frames_of(channel)

    def values_of(self, channel: int | None) -> int:
        """How many values of this table's envelope are stored already."""
        return self._rows.values_of(channel)

    def stored(self, channel: int | None) -> Iterator[ScoreChunk]:
        """The stored frames in blocks."""
        return self._rows.stored(channel)

    def append_values(self, channel: int | None, values: NDArray[np.float32]) -> None:
        """Stores the next values (n,) of the envelope."""
        self._unnoted[channel].append(values)
        try:
            self._rows.append_values(channel, values)
        except OSError as error:
            self._move(error)  # with these values

    def append(self, channel: int | None, chunk: ScoreChunk) -> None:
        """Stores the next frames. Raises ValueError where they do not follow on."""
        try:
            self._rows.append(channel, chunk)
        except OSError as error:
            self._move(error)
            with self._last_resort():
                self._rows.append(channel, chunk)
        self._noted[channel] = self._rows.frames_of(channel)
        self._unnoted[channel].clear()

    def append_finer(self, finer: Finer, blocks: Iterable[FinerBlock]) -> None:
        """Stores what a closer look gave; what the disk refuses is looked at again later."""
        for block in blocks:
            with suppress(OSError):
                if self._finer is None or self._finer[0] != block.channel:
                    self._close_finer()
                    name = finer_name(block.channel, finer)
                    width = block.scores.shape[1]
                    path = self._rows.folder / name
                    self._finer = block.channel, FinerFile(path, block.channel, width)
                self._finer[1].append(block)

    def finish(self, meta: dict[str, Any], path: Path, recorded_at: datetime | None) -> Analysis:
        """The whole analysis, in the cache if that takes it."""
        self._close_finer()
        try:
            self._rows.finish(meta, sync=self._lasting and self._keeper is None)
        except OSError as error:
            self._move(error)
            with self._last_resort():
                self._rows.finish(meta, sync=False)
        if self._keeper is None:
            try:
                return open_analysis(self._publish(self._rows.folder), path, recorded_at)
            except OSError as error:
                self._keeper = self._elsewhere(error)
        with self._last_resort():
            analysis = open_analysis(self._keeper.path, path, recorded_at)
        warnings = (*analysis.warnings, self._trouble)
        return replace(held_by(analysis, self._keeper), warnings=warnings)

    def _close_finer(self) -> None:
        if self._finer is not None:
            self._finer[1].close()
            self._finer = None

    def _move(self, error: OSError) -> None:
        self._close_finer()
        if self._keeper is not None:
            raise _refused(self._keeper.path, error) from error
        with suppress(OSError):  # what it could not write was the reason
            self._rows.close()
        self._rows = self._moved(error)

    def _moved(self, error: OSError) -> AnalysisWriter:
        """Goes on in a temporary folder with what is stored so far."""
        self._keeper = self._elsewhere(error)
        with self._last_resort():
            rows = AnalysisWriter(self._keeper.path, self._channels, self._recipe)
            if any(rows.frames_of(channel) < count for channel, count in self._noted.items()):
                rows.close()
                raise error
            for channel, parts in self._unnoted.items():
                for values in parts:
                    rows.append_values(channel, values)
        return rows

    @contextmanager
    def _last_resort(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            folder = self._keeper.path if self._keeper else self._cache_folder
            raise _refused(folder, error) from error

    def _elsewhere(self, error: OSError) -> TemporaryFolder:
        """A temporary folder with what can be read of the part, whose room is given back."""
        self._trouble = not_stored(self._cache_folder, error)
        keeper = TemporaryFolder()
        if self._part is not None:
            with suppress(OSError):
                for path in self._part.iterdir():
                    with suppress(OSError):  # the rest shows in the number of frames
                        shutil.copyfile(path, keeper.path / path.name)
            shutil.rmtree(self._part, ignore_errors=True)
        return keeper


def _refused(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        folder,
        f"cannot hold the scores ({error.strerror or error})",
        "free space on its disk, or name another folder in TMPDIR",
    )
