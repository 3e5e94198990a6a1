"""Refuses outputs that would overwrite an input, a recording, a project or a file of others."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.files import exists, is_file, is_folder
from yamnet_gui.core.own_files import ForeignFileError, check_replaceable
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.labels.project.models import PROJECT_SUFFIX
from yamnet_gui.labels.project.paths import project_beside
from yamnet_gui.labels.project.schema import SQLITE_MAGIC


def spare(path: Path, recordings: Iterable[Path] = ()) -> None:
    """Raises LabelsError where `path`, which is to be written, is a recording or a project.

    A project is recognised by its ending and, under any other name, by the start of its file; the
    log beside it may hold the last decisions. Also where it is a link to another file, a pipe or a
    device; a folder may be a link.
    """
    if path.suffix.lower() in SOUND_SUFFIXES or is_one_of(path, recordings):
        raise LabelsError(path, "is the name of a recording", "choose another output file")
    if _is_project(path):
        raise LabelsError(path, "is the name of a project", "choose another output file")
    beside = project_beside(path)
    if beside is not None and _is_project(beside):
        reason = f"belongs to the project {beside.name}"
        raise LabelsError(path, reason, "choose another output file")
    try:
        if not is_folder(path):
            check_replaceable(path)
    except ForeignFileError as error:
        raise LabelsError(path, error.what, "choose another output file") from error
    except OSError:  # writing will say what is wrong with it
        pass


def check_outputs(
    outputs: Iterable[Path | None], inputs: Iterable[Path | None], recordings: Iterable[Path] = ()
) -> None:
    """Raises LabelsError where a file that a command is to write is one that it reads.

    By whatever name, also by a link; where two of the outputs are one file; and as `spare` does.
    Of inputs that are folders, all files in them count. None stands for an option not given.
    """
    recordings = tuple(recordings)
    read = [file for path in inputs if path is not None for file in _files(path)]
    seen: list[Path] = []
    for path in outputs:
        if path is None:
            continue
        if not is_one_of(path, recordings) and is_one_of(path, read):
            raise LabelsError(path, "is an input of this command", "choose another output file")
        spare(path, recordings)
        if is_one_of(path, seen) or _spelling(path) in map(_spelling, seen):
            raise LabelsError(
                path, "is named for two different outputs", "choose another output file"
            )
        seen.append(path)


def check_companion(path: Path, beginning: str) -> None:
    """Raises LabelsError where `path` is there and is not a file that this program wrote.

    For files that the user did not name, which go beside one that was named. Ours is a regular
    file that starts with `beginning`.
    """
    if os.path.lexists(path) and not is_ours(path, beginning):
        reason = "is a file that this program did not write and is left as it is"
        raise LabelsError(path, reason, "move it away or choose another output file")


def is_ours(path: Path, beginning: str) -> bool:
    """Whether there is a regular file, and no link, that starts with this text."""
    start = beginning.encode()
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or (status.st_size and not start):
            return False
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def is_one_of(path: Path, recordings: Iterable[Path]) -> bool:
    """Whether the file that is there is one of these, under whatever name."""
    return exists(path) and any(_same(path, r) for r in map(file_of, recordings))


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # not there, or nothing that could be looked at: reading will say so
        return False


def _files(path: Path) -> list[Path]:
    try:
        return list(path.rglob("*")) if is_folder(path) else [path]
    except OSError:
        return []


def _spelling(path: Path) -> str:
    """The same for names that a disk which ignores case takes for one."""
    return os.path.realpath(path).casefold()


def _is_project(path: Path) -> bool:
    return path.suffix.lower() == PROJECT_SUFFIX or _is_database(path)


def _is_database(path: Path) -> bool:
    try:
        if not is_file(path):  # opening a pipe would wait
            return False
        with path.open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False
