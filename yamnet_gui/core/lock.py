"""A lock between programs that the system lifts when its holder dies."""

import os
import struct
import sys
from pathlib import Path
from types import TracebackType

from .own_files import ForeignFileError, open_descriptor

if sys.platform == "win32":  # pragma: no cover - other system
    import msvcrt

    def try_lock(handle: int, *, windows_byte: int = 0) -> bool:
        """Whether the lock on an open file is now ours; False while another handle has it.

        Locks the byte `windows_byte`, which no other handle can read meanwhile.
        """
        os.lseek(handle, windows_byte, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

    def try_lock_bytes(handle: int, first: int, count: int = 1, *, shared: bool = False) -> bool:
        """See below. Windows has no shared lock here, and needs none: open files stay in place."""
        return shared or try_lock(handle, windows_byte=first)

else:
    import fcntl

    def try_lock(handle: int, *, windows_byte: int = 0) -> bool:
        """Whether the lock on an open file is now ours; False while another handle has it.

        Raises OSError where the file system does not support locks. Locks the whole file;
        `windows_byte` matters on Windows only.
        """
        try:
            # flock and not lockf: two handles of one process must exclude each other, too
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_lock_bytes(handle: int, first: int, count: int = 1, *, shared: bool = False) -> bool:
        """Whether these bytes of an open file are now locked for this handle alone.

        With `shared`, others may lock them so as well. Such a lock belongs to the handle: it
        excludes other handles of this process, and closing one of those does not lift it. Other
        bytes of the file stay free. True without a lock on systems that have none of the kind
        (all but Linux and Windows). Raises OSError where the file system does not support it.
        """
        if sys.platform != "linux" or sys.maxsize < 1 << 32:
            return True
        kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
        # struct flock: type, whence, start, length, process (0 for locks of a handle)
        request = struct.pack("hhqqi0q", kind, os.SEEK_SET, first, count, 0)
        try:
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, request)
        except (BlockingIOError, PermissionError):  # POSIX allows both for "somebody has it"
            return False
        return True


def is_current(handle: int, path: Path) -> bool:
    """Whether `path` still names the open file: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


class FileLock:
    """A lock on a file next to what it protects; never waits.

    A holder that is killed leaves the file behind, but not the lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Whether the lock is now ours; False while another program or thread has it.

        Raises OSError, also where its file is a link or not a file of ours.
        """
        while True:
            handle = open_descriptor(self._path)
            if not _try_lock(handle):
                os.close(handle)
                return False
            if is_current(handle, self._path):
                if os.fstat(handle).st_size:  # ours are empty; releasing would remove it
                    os.close(handle)
                    raise ForeignFileError(self._path, "a file of another program")
                self._handle = handle
                return True
            os.close(handle)  # removed by its last holder between our open and our lock

    def release(self) -> None:
        """Gives the lock back and removes its file."""
        if self._handle is None:
            return
        if os.name == "posix" and is_current(self._handle, self._path):
            self._path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _try_lock(handle: int) -> bool:
    try:
        return try_lock(handle)
    except OSError:  # without locks nothing may be written
        return False
