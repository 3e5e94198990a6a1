"""A place in a recording of the project."""

from dataclasses import dataclass

from yamnet_gui.core.spans import TimeSpan


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a recording. `recording` is its id in the project; `path` names its file."""

    recording: str
    path: str
    span: TimeSpan
    channel: int | None = None
