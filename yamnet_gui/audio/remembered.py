"""What long scans of files are remembered by, and how they are stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


def go_on() -> None:
    """The check of a scan that nothing can stop."""


@dataclass(frozen=True)
class Remembered:
    """A file as it is now, which is another one once it has changed.

    `track` counts from 1, 0 for all of them. `check` is called again and again during the scan, and
    may raise Cancelled.
    """

    path: Path
    track: int
    size: int
    modified_ns: int
    check: Callable[[], None] = field(compare=False)


def remembered(path: Path, track: int, check: Callable[[], None]) -> Remembered:
    """Raises OSError."""
    status = path.stat()
    return Remembered(path, track, status.st_size, status.st_mtime_ns, check)
