"""Whether files are there; a drive that does not answer takes its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of


@dataclass(frozen=True, slots=True)
class MissingFilesJob:
    """Those of the paths at which nothing lies."""

    paths: tuple[Path, ...]

    def run(self) -> Iterator[frozenset[Path]]:
        yield frozenset(path for path in self.paths if not exists(file_of(path)))
