"""Opens the recording that ships with the program, with its stored analysis."""

from yamnet_gui.assets import resource_path
from yamnet_gui.core.errors import RecordingError

from .opening import Opener
from .state.document import Document


def open_demo(opener: Opener, document: Document) -> None:
    """Raises RecordingError where the installation lacks the recording."""
    path = resource_path("demo", "demo.flac")
    if not path.is_file():
        raise RecordingError(path, "the demo recording is missing", "install the program again")
    opener.open(path)
