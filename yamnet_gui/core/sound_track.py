"""One sound track of a file that holds several, named like the file.

`film.mkv#track=2` is the second sound track of `film.mkv`, in the notation of W3C Media Fragments.
Such a path stands wherever the path of a recording stands: in projects, caches, tables and exports.
Without the addition a recording is the track that the file offers first.
"""

import os
import re
from pathlib import Path

from .storage.notation import is_stored

_TRACK = re.compile(r"(?P<file>.+)#track=(?P<number>[1-9][0-9]{0,2})", re.DOTALL)


def file_and_track(path: Path) -> tuple[Path, int | None]:
    """The file of a recording, and which of its sound tracks is meant, counted from 1.

    A file that is really called like this counts as itself.
    """
    match = _TRACK.fullmatch(path.name)
    if match is None or (not is_stored(path) and os.path.lexists(path)):
        return path, None
    return path.with_name(match["file"]), int(match["number"])


def file_of(path: Path) -> Path:
    """The file of a recording, whichever of its sound tracks is meant."""
    return file_and_track(path)[0]


def stem_of(path: Path) -> str:
    """The name of the file without its ending, and the sound track that is meant."""
    file, track = file_and_track(path)
    return file.stem if track is None else f"{file.stem}#track={track}"


def with_track(path: Path, track: int | None) -> Path:
    """The recording that is this sound track of the file (None: the one that it offers first)."""
    file = file_of(path)
    return file if track is None else file.with_name(f"{file.name}#track={track}")
