"""The first scores of a recording: stored ones, or an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.jobs.demo import demo_analysis, is_demo
from yamnet_gui.gui.state.document import AnalysisState

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class InitialAnalysis(AutomaticService):
    """Gets scores for a recording once it is shown."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._class_map = context.session.class_map
        self._analysis = context.services.analysis
        self._weights = context.services.weights
        self._recording_loader = context.services.recording
        self._show_error = context.shell.show_error
        self._starting = Debounced(self, 0, self._get)
        self._recording_loader.opened.connect(lambda _path: self._starting.start())
        self._weights.changed.connect(self._on_weights)

    @property
    def busy(self) -> bool:
        return self._starting.active

    def _get(self) -> None:
        recording = self._document.recording
        if recording is None or self._document.state is not AnalysisState.NONE:
            return
        try:
            of_yamnet = self._class_map.model_classes == bundled_class_map()
            # with weights it is analysed: the result is stored, also that of a closer look, and
            # sounds of the user's are compared with it
            if of_yamnet and is_demo(recording.info.path) and self._weights.path is None:
                self._analysis.show(demo_analysis(recording.info))
                return
        except UserError as error:
            self._show_error(error)
        self._analysis.start_on_opening()

    def _on_weights(self) -> None:
        document = self._document
        if document.recording is not None and document.state is AnalysisState.NONE:
            self._analysis.start()
