"""One writer at a time: a lock that the operating system drops when its process ends."""

import contextlib
import getpass
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.lock import is_current, try_lock

_FAR = 1 << 30  # Windows locks are mandatory: lock a byte behind the text, which stays readable


class ProjectInUseError(ProjectError):
    """Somebody else has the project open for writing; it can be opened to read only."""


class WriterLock:
    """The right to write to a project, held through a lock file next to it.

    The lock is the operating system's, on the open file; a file left by a crash locks nothing.
    """

    def __init__(self, project: Path) -> None:
        real = project.resolve()  # two names of one project share its lock
        self._path = real.with_name(real.name + ".lock")
        self._file: BinaryIO | None = None
        self._project = project

    def acquire(self) -> None:
        """Raises ProjectInUseError where another process (or project object) holds the lock."""
        for _attempt in range(20):
            try:
                # neither "r+b" nor "w+b" makes a missing file and keeps a present one
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise ProjectError(
                    self._project, f"cannot be locked for writing ({error.strerror})",
                    "open it read-only or copy it to a folder you may write to",
                ) from error  # fmt: skip
            file = os.fdopen(descriptor, "r+b")
            try:
                held = try_lock(file.fileno(), windows_byte=_FAR)
            except OSError as error:
                file.close()
                raise ProjectError(
                    self._project, f"its folder does not support locks ({error.strerror})",
                    "open it read-only or copy it to a local disk",
                ) from error  # fmt: skip
            if not held:
                file.close()
                raise ProjectInUseError(
                    self._project, f"is already open{self._owner()}",
                    "close it there, or open it read-only here",
                )  # fmt: skip
            if is_current(file.fileno(), self._path):
                self._file = file
                self._sign(file)
                return
            file.close()  # its last owner removed it between opening and locking
        raise ProjectError(self._project, "cannot be locked for writing", "try again")

    def release(self) -> None:
        if self._file is None:
            return
        if sys.platform != "win32":  # Windows cannot remove open files; a left one does no harm
            self._path.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def _sign(self, file: BinaryIO) -> None:
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = "somebody"
        since = datetime.now(UTC).isoformat(timespec="seconds")
        data = {"user": user, "host": platform.node(), "pid": os.getpid(), "since": since}
        with contextlib.suppress(OSError):  # who holds it is a courtesy; a full disk is no reason
            file.seek(0)
            file.truncate()
            file.write(json.dumps(data).encode())
            file.flush()

    def _owner(self) -> str:
        try:
            data = json.loads(self._path.read_bytes()[:4096])
            return f" ({data['user']} on {data['host']}, process {data['pid']})"
        except (OSError, ValueError, KeyError, TypeError):
            return " in another window"
