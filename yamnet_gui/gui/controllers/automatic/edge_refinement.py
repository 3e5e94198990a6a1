"""Edges of events that are finer than the frames of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yamnet_gui.analysis import Analysis
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.envelopes import EnvelopeJob, Envelopes, envelopes_of

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class EdgeRefinement(AutomaticService):
    """Gives the document the envelopes of what was analysed.

    A new analysis has them; for a result that an older version stored they are made in the
    background, and events have plain edges until then.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._analysis = context.services.analysis
        self._show_error = context.shell.show_error
        self._runner = JobRunner("edges", self)
        self._job: JobHandle | None = None
        self._analysis.analysed.connect(self._on_analysed)
        self._document.recording_changed.connect(self._forget)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def close(self) -> None:
        self._runner.close()

    def _on_analysed(self, analysis: Analysis) -> None:
        self._forget()
        known = envelopes_of(analysis)
        if known is not None:
            self._document.set_envelopes(known)
            return
        self._job = self._runner.submit(
            EnvelopeJob(analysis),
            on_result=self._on_envelopes,
            on_failed=self._show_error,
            on_done=self._on_done,
        )

    def _on_envelopes(self, envelopes: Envelopes | None) -> None:
        if envelopes is not None:
            self._document.set_envelopes(envelopes)

    def _on_done(self) -> None:
        self._job = None

    def _forget(self) -> None:
        """Another recording, or another analysis of this one, comes."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
