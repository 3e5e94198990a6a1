"""What long scans of files are remembered by."""

from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.storage.statuses import status_of


@dataclass(frozen=True)
class Remembered:
    """A file as it is now, which is another one once it has changed.

    `track` counts from 1, 0 for all of them.
    """

    path: Path
    track: int
    size: int
    modified_ns: int


def remembered(path: Path, track: int) -> Remembered:
    """Raises OSError."""
    status = status_of(path)
    return Remembered(path, track, status.st_size, status.st_mtime_ns)
