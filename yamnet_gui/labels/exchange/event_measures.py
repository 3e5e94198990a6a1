"""Measures events in their recordings, one after the other."""

from pathlib import Path
from types import TracebackType
from typing import Self

from yamnet_gui.audio import AudioSource, open_audio
from yamnet_gui.audio.measures import Measures, measure
from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.core.events import Event, RecordingInfo


class EventMeasures:
    """Measures events; leaves the recording of the last one open until another one is measured.

    Belongs to the thread that calls it; a context manager that closes itself. `problems`: why
    events of a recording could not be measured, one for each recording.
    """

    def __init__(self) -> None:
        self._source: AudioSource | None = None
        self._path: Path | None = None
        self._problems: dict[Path, UserError] = {}

    @property
    def problems(self) -> tuple[UserError, ...]:
        return tuple(self._problems.values())

    def __call__(self, info: RecordingInfo, event: Event) -> Measures | None:
        """What is measured in the box of an event; None where that cannot be done.

        Raises Cancelled where the work of this thread is to stop.
        """
        path = info.path
        if path != self._path:
            self.close()
            self._path = path
            self._open(path)
        if self._source is None:
            return None
        try:
            return measure(self._source, event.span, event.low_hz, event.high_hz, event.channel)
        except RecordingError as error:
            self._problems.setdefault(path, error)
        except ValueError as error:
            self._problems.setdefault(
                path, RecordingError(path, f"an event cannot be measured: {error}")
            )
        return None

    def close(self) -> None:
        """Lets the recording go; harmless when repeated."""
        if self._source is not None:
            self._source.close()
        self._source, self._path = None, None

    def _open(self, path: Path) -> None:
        if path in self._problems:
            return
        try:
            self._source = open_audio(path)
        except RecordingError as error:
            self._problems[path] = error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
