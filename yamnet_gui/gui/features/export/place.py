"""Why a file that the user has chosen cannot be written, said before anything is."""

from collections.abc import Iterable
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.labels.overwrite_guard import spare


def unfit(path: Path, recordings: Iterable[LabelledRecording]) -> str:
    """A sentence where the file is a recording, a project, a link or no file, else ""."""
    try:
        spare(path, (r.recording.path for r in recordings))
    except LabelsError as error:
        return f"{path.name} {error.reason}: {error.advice}"
    return ""
