"""Thumbnails: computed in the background for what is in sight first, kept in bounded memory."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.background.priority import ForegroundPriority

from .thumbnail_job import OpenSources, Thumbnail, ThumbnailLook, ThumbnailRequest, ThumbnailsJob

_MOST_BYTES = 64 * 2**20
_ASK_MS = 25
_REST_MS = 120
"""For so long after the list was moved, computing leaves the processor to it."""


@dataclass(slots=True)
class _Stored:
    """Pictures up to so many bytes, those used longest ago go first."""

    most_bytes: int = _MOST_BYTES
    bytes: int = 0
    pictures: OrderedDict[ThumbnailRequest, Thumbnail] = field(default_factory=OrderedDict)

    def put(self, request: ThumbnailRequest, thumbnail: Thumbnail) -> None:
        before = self.pictures.pop(request, None)
        self.bytes += thumbnail.bytes - (before.bytes if before is not None else 0)
        self.pictures[request] = thumbnail
        while self.bytes > self.most_bytes and len(self.pictures) > 1:
            self.bytes -= self.pictures.popitem(last=False)[1].bytes

    def get(self, request: ThumbnailRequest) -> Thumbnail | None:
        thumbnail = self.pictures.get(request)
        if thumbnail is not None:
            self.pictures.move_to_end(request)
        return thumbnail

    def clear(self) -> None:
        self.pictures.clear()
        self.bytes = 0


class Thumbnails(QObject):
    """Gives what is there at once, and has the rest computed; asks for nothing that left sight."""

    arrived = Signal(object)  # ThumbnailRequest

    def __init__(self, parent: QObject | None = None, most_bytes: int = _MOST_BYTES) -> None:
        super().__init__(parent)
        self._stored = _Stored(most_bytes)
        self._look = ThumbnailLook()
        self._wanted: tuple[ThumbnailRequest, ...] = ()
        self._job = LatestJob("thumbnails", self)
        self._sources = OpenSources()
        self._way = ForegroundPriority()
        self._moving = False
        self._ask = Debounced(self, _ASK_MS, self._compute)
        self._rest = Debounced(self, _REST_MS, self._on_rest)

    @property
    def busy(self) -> bool:
        return self._ask.active or self._job.busy

    @property
    def moving(self) -> bool:
        """Whether the list is being moved."""
        return self._moving

    @property
    def bytes(self) -> int:
        """Memory that the pictures take."""
        return self._stored.bytes

    @property
    def look(self) -> ThumbnailLook:
        return self._look

    def set_look(self, look: ThumbnailLook) -> None:
        """Other settings, colours or sizes: everything is computed again when it is wanted."""
        if look != self._look:
            self._look = look
            self.clear()

    def get(self, request: ThumbnailRequest) -> Thumbnail | None:
        """The thumbnail; None until it is computed."""
        return self._stored.get(request)

    def want(self, requests: Sequence[ThumbnailRequest]) -> None:
        """These are in sight or will be soon, most wanted first; nothing else is computed."""
        self._wanted = tuple(requests)
        self._ask.start_once()

    def moved(self) -> None:
        """The list is being moved: computing steps aside until it rests."""
        if not self._moving:
            self._moving = True
            self._way.claim()
        self._rest.start()

    def clear(self) -> None:
        """Forgets every picture, and why there is none."""
        self._job.cancel()
        self._stored.clear()

    def stop(self) -> None:
        """Nothing is wanted any more; files are closed."""
        self._ask.stop()
        self._wanted = ()
        if self._job.busy:
            self._compute()

    def close(self) -> None:
        self._ask.stop()
        self._rest.stop()
        self._on_rest()
        self._job.close()
        self._sources.close()

    def _on_rest(self) -> None:
        if self._moving:
            self._moving = False
            self._way.release()

    def _compute(self) -> None:
        missing = tuple(r for r in dict.fromkeys(self._wanted) if self._stored.get(r) is None)
        if missing or self._job.busy:
            job = ThumbnailsJob(missing, self._look, self._sources, self._way)
            self._job.run(job, self._on_result)

    def _on_result(self, result: tuple[ThumbnailRequest, Thumbnail]) -> None:
        request, thumbnail = result
        self._stored.put(request, thumbnail)
        self.arrived.emit(request)
