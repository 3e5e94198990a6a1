"""Refuses output files that would overwrite a recording or a project by mistake."""

from collections.abc import Iterable
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.files import exists, is_file
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.labels.project.models import PROJECT_SUFFIX
from yamnet_gui.labels.project.schema import SQLITE_MAGIC


def spare(path: Path, recordings: Iterable[Path] = ()) -> None:
    """Raises LabelsError where `path`, which is to be written, is a recording or a project.

    A project is recognised by its ending and, under any other name, by the start of its file.
    """
    if path.suffix.lower() in SOUND_SUFFIXES or is_one_of(path, recordings):
        raise LabelsError(path, "is the name of a recording", "choose another output file")
    if path.suffix.lower() == PROJECT_SUFFIX or _is_database(path):
        raise LabelsError(path, "is the name of a project", "choose another output file")


def is_one_of(path: Path, recordings: Iterable[Path]) -> bool:
    """Whether the file that is there is one of these, under whatever name."""
    try:
        return exists(path) and any(path.samefile(r) for r in map(file_of, recordings) if exists(r))
    except OSError:  # writing will say what is wrong with it
        return False


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_file(path) and file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False
