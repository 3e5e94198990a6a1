"""Which recordings a run is about: files, folders and patterns to a list without repetition."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.audio import is_sound_file, recordings_at, track_path
from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import exists, is_folder
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import StorageError
from yamnet_gui.core.storage.files import real_path
from yamnet_gui.core.storage.notation import is_address, is_stored

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be analysed, in the order of the arguments and then of names.

    `problems` are arguments and folders that give nothing, each with the reason; `repeated`
    counts further spellings of recordings that are in the list already.
    """

    recordings: tuple[Path, ...]
    problems: tuple[tuple[Path, str], ...] = ()
    repeated: int = 0


def make_plan(arguments: Iterable[Path | str]) -> Plan:
    """Finds the recordings behind files, folders (searched to any depth) and patterns.

    A named file is taken whatever its ending; in folders the ending decides, and names that
    begin with a dot are left out. Links are followed, circles of links are not. Addresses of
    storage may stand for a recording, for all below them, or hold patterns.
    """
    return _Search().run(arguments)


def with_sound_track(plan: Plan, track: int | None) -> Plan:
    """The same files with their sound track `track`, counted from 1 (None: the one offered first).

    Files that have no such track become problems.
    """
    if track is None:
        return plan
    recordings, problems = [], list(plan.problems)
    for path in plan.recordings:
        try:
            recordings.append(track_path(path, track))
        except RecordingError as error:
            problems.append((path, error.reason))
    return replace(plan, recordings=tuple(recordings), problems=tuple(problems))


def recording_key(path: Path) -> str:
    """A short name for a recording, the same for all spellings of its path.

    A link that leads nowhere stands for itself, so that each such link is reported.
    """
    return text_key(_place(path))


class _Search:
    def __init__(self) -> None:
        self._found: dict[str, Path] = {}
        self._inodes: set[tuple[int, int]] = set()
        self._folders: set[str] = set()
        self._problems: list[tuple[Path, str]] = []
        self._repeated = 0

    def run(self, arguments: Iterable[Path | str]) -> Plan:
        for argument in arguments:
            before = len(self._found), self._repeated, len(self._problems)
            for path in self._paths(str(argument)):
                self._take(path)
            if before == (len(self._found), self._repeated, len(self._problems)):
                self._problems.append((path_of(argument), "there is no sound file in this folder"))
        return Plan(tuple(self._found.values()), tuple(self._problems), self._repeated)

    def _paths(self, argument: str) -> Iterator[Path]:
        """The argument itself, or what it matches if it is a pattern and not a file."""
        if is_address(argument) or is_stored(argument):
            yield from self._stored(argument)
            return
        if os.path.lexists(argument) or not _PATTERN & set(argument):
            yield Path(argument)
            return
        pattern = str(Path(argument).expanduser())
        matches = sorted(glob.glob(pattern, recursive=True), key=os.fsencode)  # noqa: PTH207
        if not matches:
            self._problems.append((Path(argument), "nothing matches this pattern"))
        for match in matches:
            yield Path(match)

    def _stored(self, address: str) -> Iterator[Path]:
        """The recordings at an address: itself, those below it, or those that match a pattern."""
        try:
            yield from recordings_at(address)
        except StorageError as error:
            advice = f" — {error.advice}" if error.advice else ""
            self._problems.append((path_of(error.filename), f"{error.strerror}{advice}"))

    def _take(self, path: Path) -> None:
        if not is_stored(path) and is_folder(path):
            self._search(path)
        else:
            self._add(path)

    def _search(self, folder: Path) -> None:
        """Adds the recordings below a folder; a folder that was searched already gives nothing."""
        waiting = [folder]
        while waiting:
            check_stopped()
            here = waiting.pop()
            real = os.path.realpath(here)
            if real in self._folders:
                self._repeated += here == folder
                continue
            self._folders.add(real)
            try:
                with os.scandir(here) as entries:
                    names = sorted((entry.name for entry in entries), key=os.fsencode)
            except OSError as error:
                self._problems.append((here, f"the folder cannot be read ({error.strerror})"))
                continue
            inner = []
            for name in names:
                path = here / name
                if name.startswith("."):
                    continue
                if is_folder(path):
                    inner.append(path)
                elif is_sound_file(path):
                    self._add(path)
            waiting += reversed(inner)

    def _add(self, path: Path) -> None:
        check_stopped()
        real = _place(path)
        if real in self._found:
            self._repeated += 1
            return
        if is_stored(path):
            self._found[real] = path
            return
        try:
            status = path.stat()
        except (OSError, ValueError):
            self._found[real] = path  # reading it will say what is wrong
            return
        # another spelling of the same name, as on disks that ignore case; two hard links, though,
        # are two files to the user
        inode = (status.st_dev, status.st_ino)
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_ino:
            if inode in self._inodes:
                self._repeated += 1
                return
            self._inodes.add(inode)
        self._found[real] = path


def _place(path: Path) -> str:
    if is_stored(path):
        return real_path(path)
    real = Path(os.path.realpath(path))
    return str(real if exists(real) else path.absolute())
