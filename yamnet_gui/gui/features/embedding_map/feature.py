"""The map of a project's sounds: similar ones close together, to play and select from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import grouped, percent
from yamnet_gui.embedding import Projection
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds

from .colors import coloring_of
from .files import MapFiles
from .interaction import MapInteraction
from .layout import MapLayout
from .panel import MapPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_PLACED = "map-placed"


class EmbeddingMap(Feature):
    """Shows the embeddings of the project in a plane, and what its points represent."""

    def __init__(self, context: Context, similar_sounds: SimilarSounds) -> None:
        super().__init__()
        self._custom_classes = context.session.custom_classes
        self._project = context.session.project
        self._settings = context.session.settings
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self.panel = MapPanel()
        self._window.add_panel("map", "Sound map", self.panel, middle=True, hidden=True)
        self.layout = MapLayout(context, self)
        self.files = MapFiles(context, self.panel, self.layout, self)
        MapInteraction(context, self.panel, self.layout, similar_sounds, self)
        panel, layout = self.panel, self.layout
        panel.kind_changed.connect(lambda _kind: self.gather())
        panel.method_changed.connect(lambda _method: self.lay_out())
        panel.color_changed.connect(lambda _color: self._show_colors())
        context.services.appearance.colors_changed.connect(self._show_colors)
        panel.cancel_requested.connect(layout.cancel)
        panel.refresh_requested.connect(self.gather)
        panel.picture_requested.connect(self.files.ask_picture)
        panel.table_requested.connect(self.files.ask_table)
        panel.enlarge_requested.connect(lambda: self._window.float_panel("map"))
        layout.progress.connect(panel.set_progress)
        layout.moved.connect(self._show_points)
        layout.finished.connect(self._show_notes)
        layout.failed.connect(self._on_failed)
        layout.cleared.connect(self._on_cleared)
        self._project.project_changed.connect(layout.clear)
        self._custom_classes.changed.connect(self._show_custom_classes)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"map": self.show}

    @property
    def busy(self) -> bool:
        return self.layout.busy or self.files.busy

    def close(self) -> None:
        self.layout.close()
        self.files.close()

    def show(self) -> None:
        """Brings the map to the front; computes it first if there is none yet."""
        window, settings = self._window, self._settings
        if settings.numbers(_PLACED):
            window.show_panel("map")
        else:  # a map needs room; after the first time it opens where it was left
            settings.set_numbers(_PLACED, [1.0])
            window.float_panel("map")
        self.panel.plot.setFocus()
        if self.layout.data is None:
            self.gather()

    def gather(self) -> None:
        """Collects the points again and lays them out."""
        self.layout.gather(self.panel.kind, self.panel.method)

    def lay_out(self) -> None:
        """Lays the same points out by the chosen method."""
        if self.layout.data is None:
            self.gather()
        else:
            self.layout.lay_out(self.panel.method)

    def _show_points(self, first: bool) -> None:
        points = self.layout.xy
        if points is None:
            return
        if self.panel.plot.count != len(points) or first:
            self._show_custom_classes()
        self.panel.plot.set_points(points, keep_view=not first)
        self._show_colors()

    @Slot()
    def _show_colors(self) -> None:
        data = self.layout.data
        if data is not None and self.panel.plot.count == len(data):
            self.panel.set_coloring(coloring_of(data, self.panel.color))

    def _show_custom_classes(self) -> None:
        data = self.layout.data
        self.panel.set_custom_classes(list(data.custom_scores) if data is not None else [])

    def _show_notes(self, result: Projection) -> None:
        data, text = self.layout.data, result.words
        if result.explained is not None:
            text += f" Together they explain {percent(result.explained)} of the variance."
        if data is not None and data.total > len(data):
            shown, total = grouped(len(data)), grouped(data.total)
            part = f" Showing a random sample of {shown} of {total} {data.kind.value}."
            text += part
        self.panel.set_notes(text)

    def _on_failed(self, error: UserError) -> None:
        self.panel.plot.set_message(str(error))
        if self.layout.xy is not None:
            self.panel.set_method(self.layout.method)  # what is drawn stays
            self._show_error(error)

    def _on_cleared(self, reason: str) -> None:
        if reason:
            self.panel.plot.set_message(reason)
            return
        self.panel.plot.set_points(np.zeros((0, 2), np.float32))
        self.panel.legend.set_kinds(())
        self.panel.set_notes("")
