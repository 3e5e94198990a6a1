"""Which folders of a cache are results of the program's own, and which are somebody's."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from yamnet_gui.core.lock import FileLock

from .stored import META, PROGRESS

LOCK = ".lock"
"""How the name of the lock of a result ends, which is that of its folder otherwise."""

_NAME = re.compile(r"[0-9a-f]{64}(-[0-9a-f]{12}){0,2}(\.part)?(-[0-9a-f]{12})?(\.gone)?")
_FILE = re.compile(
    rf"{re.escape(META)}|{re.escape(PROGRESS)}"
    r"|(mix|channel[0-9]+)\.(scores|embeddings|envelope)\.npy"
    r"|(mix|channel[0-9]+)\.(doubtful|everywhere)\.finer|\..+\.[0-9a-f]{12}\.part"
)


def release(lock: FileLock) -> None:
    """Gives the lock of a result back, as far as the disk lets it."""
    with suppress(OSError):  # of a disk that was made read-only meanwhile
        lock.release()


def own_folders(results: Path) -> Iterator[Path]:
    """The results in the folder of all results, finished or not."""
    for group in _folders_in(results):
        if re.fullmatch("[0-9a-f]{2}", group.name):
            yield from filter(is_own_result, _folders_in(group))


def is_own_result(folder: Path) -> bool:
    """Whether the program made a folder: it has such a name, is no link, and so are its files."""
    if not _NAME.fullmatch(folder.name):
        return False
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        with os.scandir(folder) as inside:
            return all(e.is_file(follow_symlinks=False) and _FILE.fullmatch(e.name) for e in inside)
    except OSError:
        return False


def _folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, in which links are not followed; none where it is a link itself."""
    with suppress(OSError):
        if stat.S_ISDIR(folder.lstat().st_mode):
            with os.scandir(folder) as inside:
                return [Path(e.path) for e in inside if e.is_dir(follow_symlinks=False)]
    return []
