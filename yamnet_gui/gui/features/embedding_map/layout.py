"""Computing the map: collecting its points and laying them out in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import Frames, Method, Projection, ProjectionProgress
from yamnet_gui.gui.background.latest import LatestJob

from .jobs import GatherJob, MapData, MapKind, ProjectJob

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class MapLayout(QObject):
    """The points of the map and their positions.

    PCA is shown at once; another method replaces it when it is ready, and shows its progress.
    """

    progress = Signal(object, str)  # share of the work (0 to 1) or None for done, what is done
    moved = Signal(bool)  # the points lie elsewhere; whether this is the first time in a layout
    finished = Signal(object)  # Projection
    failed = Signal(object)  # UserError
    cleared = Signal(str)  # nothing to show, and why

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._background = LatestJob("map", self, self._on_failed)
        self._frames: Frames | None = None
        self._wanted: Method = "pca"
        self._new = True
        self.data: MapData | None = None
        self.xy: NDArray[np.float32] | None = None
        self.method = ""

    @property
    def busy(self) -> bool:
        return self._background.busy

    def close(self) -> None:
        """Ends the thread."""
        self._background.close()

    def cancel(self) -> None:
        """Stops the layout; the current one stays."""
        self._background.cancel()
        self.progress.emit(None, "")

    def clear(self) -> None:
        """Removes the points, because another project is open."""
        self.cancel()
        self.data = self.xy = self._frames = None
        self.cleared.emit("")

    def gather(self, kind: str, method: str) -> None:
        """Collects the points again and lays them out."""
        frames, project = self._embeddings.frames(), self._project.project
        if frames is None or project is None:
            self.cleared.emit(
                self._embeddings.problem or "There is nothing to map yet: analyse a recording."
            )
            return
        self._frames, self._wanted = frames, _method(method)
        self.progress.emit(0.0, "Collecting sounds")
        job = GatherJob(
            project,
            frames,
            MapKind(kind),
            self._project.recording_id,
            tuple(self._document.events),
            self._custom_classes.classes,
        )
        self._background.run(job, self._on_data)

    def lay_out(self, method: str) -> None:
        """Lays the same points out by this method."""
        self._wanted = _method(method)
        self._run(self._wanted)

    def _run(self, method: Method) -> None:
        if self.data is None or self._frames is None:
            return
        self._new = True
        self.progress.emit(0.0, "Laying out")
        self._background.run(ProjectJob(self.data, self._frames, method), self._on_progress)

    def _on_data(self, data: MapData) -> None:
        self.data, self.xy = data, None
        self._run("pca")  # at once; another method follows

    def _on_progress(self, step: ProjectionProgress) -> None:
        if step.result is not None:
            self._on_result(step.result)
            return
        self.progress.emit(step.share, step.text)
        if step.points is not None:
            self._move(step.points)

    def _on_result(self, result: Projection) -> None:
        self.method = result.method
        self._move(result.points)
        self.progress.emit(None, "")
        self.finished.emit(result)
        if result.method == "pca" and self._wanted != "pca":
            self._run(self._wanted)

    def _move(self, points: NDArray[np.float32]) -> None:
        self.xy = points
        self.moved.emit(self._new)
        self._new = False

    def _on_failed(self, error: UserError) -> None:
        self.progress.emit(None, "")
        self.failed.emit(error)


def _method(name: str) -> Method:
    method: Method = name  # type: ignore[assignment]
    return method
