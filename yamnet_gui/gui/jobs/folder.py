"""Searching a folder for recordings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.batch import make_plan


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The recordings below a folder, in the order of their paths; `problems` are folders that
    cannot be read, with the reason."""

    folder: Path
    recordings: tuple[Path, ...]
    problems: tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class ListFolderJob:
    """Searches a folder to any depth, as the command line does."""

    folder: Path

    def run(self) -> Iterator[FolderListing]:
        plan = make_plan([self.folder])
        yield FolderListing(self.folder, plan.recordings, plan.problems)
