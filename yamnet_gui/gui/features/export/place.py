"""Why a file that the user has chosen cannot be written, said before anything is."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import exists
from yamnet_gui.labels.overwrite_guard import spare


def unfit(path: Path, recordings: Iterable[LabelledRecording]) -> str:
    """A sentence where the file is a recording, a project, a link or no file, else ""."""
    try:
        spare(path, (r.recording.path for r in recordings))
    except LabelsError as error:
        return f"{path.name} {error.reason}: {error.advice}"
    return ""


def unwritable(folder: Path) -> str:
    """A sentence where nothing can be written in the folder, or it cannot be made; else "".

    It is tried with a file that is gone afterwards: permissions alone do not tell of a full disk
    or of a folder in which no program can write.
    """
    there = next((one for one in (folder, *folder.parents) if exists(one)), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"Nothing can be written in {there} ({reason}): choose another folder"
    return ""
