"""Files beside a project, in a cache or in an unfinished run: written only where they are no links.

A folder that somebody sent may hold links in the place of such files. Whatever is written through
them would change a file somewhere else, so all of them are opened and checked here.
"""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class ForeignFileError(OSError):
    """A link, a pipe, a device or a folder in the place of a file of the program.

    `what` finishes the sentence "FILE: …"; `strerror` names the file, for messages about another.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.what = f"is {what} and is left as it is"
        super().__init__(errno.ELOOP, f"{path.name} {self.what}", str(path))


def check_own(paths: Iterable[Path]) -> None:
    """Raises ForeignFileError where one of these is there and is not a regular file with one name.

    Links on the way to the file are the user's and are followed.
    """
    for path in paths:
        try:
            _check(path, path.lstat())
        except FileNotFoundError:
            continue


def check_own_folder(path: Path) -> None:
    """Raises ForeignFileError where this is there and is a link, or not a folder."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise ForeignFileError(path, "a link to another place")
    if not stat.S_ISDIR(mode):
        raise ForeignFileError(path, "not a folder")


def check_replaceable(path: Path) -> None:
    """Raises ForeignFileError where this is there and is a link or no regular file.

    A file with several names is one: replacing it leaves the others as they are.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    _check_kind(path, status.st_mode)


def open_descriptor(path: Path) -> int:
    """Opens a file for reading and writing, or makes it; what is in it stays.

    Raises ForeignFileError before anything is changed where it is a link of either kind or not a
    regular file, and OSError. Never waits, as a pipe would.
    """
    check_own([path])  # opening a device may already do something
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | _SAFE, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ForeignFileError(path, "a link to another file") from error
        raise
    try:
        _check(path, os.fstat(handle))
    except BaseException:
        os.close(handle)
        raise
    return handle


def open_own(path: Path, *, empty: bool = False) -> BinaryIO:
    """`open_descriptor` as a binary file, at its start; with `empty`, what was in it is dropped."""
    file = os.fdopen(open_descriptor(path), "r+b")
    if empty:
        file.truncate()
    return file


def _check_kind(path: Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise ForeignFileError(path, "a link to another file")
    if stat.S_ISDIR(mode):
        raise ForeignFileError(path, "a folder")
    if not stat.S_ISREG(mode):
        raise ForeignFileError(path, "not a regular file")


def _check(path: Path, status: os.stat_result) -> None:
    _check_kind(path, status.st_mode)
    if status.st_nlink > 1:
        raise ForeignFileError(path, "a file that has another name elsewhere (a hard link)")
