"""Files that are written to a temporary name and renamed, so that a failure leaves the old one."""

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .own_files import check_replaceable
from .storage.notation import is_stored
from .storage.statuses import object_status
from .text import shortened

NO_FILE = "not a file but a device or pipe"


@contextmanager
def replacing(path: Path, *, through_links: bool = False) -> Iterator[Path]:
    """Yields a temporary path next to `path` that replaces it when the block succeeds.

    Where the block raises, the temporary file is removed and `path` stays as it was; where the
    process is killed, `path` stays too. The content is on the disk before it is renamed.
    Missing folders are not made. With `through_links`, for the user's own settings, a link keeps
    pointing at its file, which is replaced. Raises OSError, also where `path` is a link otherwise,
    or not a regular file.
    """
    target = Path(os.path.realpath(path)) if through_links else path
    check_replaceable(target)
    beside = target.with_name(f".{shortened(target.name, 100)}.{uuid.uuid4().hex[:12]}.part")
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # the umask applies
    try:
        with suppress(FileNotFoundError):
            beside.chmod(target.stat().st_mode & 0o777)
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def whole_path(path: Path) -> Path:
    """The path from the root, without `..`; links keep their names, and addresses are whole."""
    return path if is_stored(path) else Path(os.path.abspath(path))  # noqa: PTH100 - not resolve()


def _sync_folder(folder: Path) -> None:
    """Puts the rename itself on the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network file systems cannot; the rename stands all the same
        pass
    finally:
        os.close(handle)


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; no for a path that the system cannot even look up.

    `Path.exists` raises for names that are too long; `is_file` and `is_folder` are alike. What
    lies in storage counts as there: asking for each of a list would take minutes, and whoever
    reads it learns whether it is.
    """
    if is_stored(path):
        return True
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    """Whether there is such a file."""
    if is_stored(path):
        return _in_storage(path) is False
    return os.path.isfile(path)  # noqa: PTH113


def check_no_device(path: Path) -> None:
    """Refuses what is neither file nor folder, before it is opened to be read.

    Nobody may ever write into a pipe, and a device may never end. Raises OSError, also where there
    is nothing.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, NO_FILE, str(path))


def is_folder(path: Path) -> bool:
    """Whether there is such a folder."""
    if is_stored(path):
        return _in_storage(path) is True
    return os.path.isdir(path)  # noqa: PTH112


def _in_storage(path: Path) -> bool | None:
    """Whether there is a folder at an address; None where nothing is, or nothing can be said."""
    try:
        return object_status(path).is_folder
    except OSError:
        return None
