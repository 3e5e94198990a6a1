"""The first scores of a recording: stored ones, or an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.demo import demo_analysis, demo_recording
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.score_buffer import ScoreBuffer

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench


class FirstScores(Feature):
    """Gets scores for a recording once it stands on the screen."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._starting = QTimer(workbench)
        self._starting.setSingleShot(True)
        self._starting.setInterval(0)
        self._starting.timeout.connect(self._get)
        workbench.opener.opened.connect(lambda _path: self._starting.start())
        workbench.analysing.weights_changed.connect(self._on_weights)

    @property
    def busy(self) -> bool:
        return self._starting.isActive()

    def _get(self) -> None:
        bench = self._bench
        recording = bench.document.recording
        if recording is None or bench.document.state is not AnalysisState.NONE:
            return
        try:
            if recording.info.path == demo_recording():
                stored = demo_analysis()
                bench.document.set_model(stored.model)
                bench.document.set_envelopes({None: stored.envelope})
                bench.document.set_scores((ScoreBuffer.of_table(stored.table),))
                return
        except UserError as error:
            bench.show_error(error)
        bench.analysing.start_on_opening()

    def _on_weights(self) -> None:
        document = self._bench.document
        if document.recording is not None and document.state is AnalysisState.NONE:
            self._bench.analysing.start()
