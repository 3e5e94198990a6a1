"""Edges of events that are finer than the frames of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yamnet_gui.batch import Analysis
from yamnet_gui.gui.jobs.edges import EnvelopeJob, Envelopes, envelopes_of
from yamnet_gui.gui.jobs.runner import JobRunner, Ticket

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench


class RefiningEdges(Feature):
    """Gives the document the envelopes of what was analysed.

    A fresh analysis has them; for a result that an older version stored they are made in the
    background, and events have plain edges until then.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._runner = JobRunner("edges", workbench)
        self._ticket: Ticket | None = None
        workbench.analysing.analysed.connect(self._on_analysed)
        workbench.document.recording_changed.connect(self._forget)

    @property
    def busy(self) -> bool:
        return self._ticket is not None

    def close(self) -> None:
        self._runner.close()

    def _on_analysed(self, analysis: Analysis) -> None:
        self._forget()
        known = envelopes_of(analysis)
        if known is not None:
            self._bench.document.set_envelopes(known)
            return
        self._ticket = self._runner.submit(
            EnvelopeJob(analysis),
            on_result=self._take,
            on_failed=self._bench.show_error,
            on_done=self._done,
        )

    def _take(self, envelopes: Envelopes | None) -> None:
        if envelopes is not None:
            self._bench.document.set_envelopes(envelopes)

    def _done(self) -> None:
        self._ticket = None

    def _forget(self) -> None:
        """Another recording, or another analysis of this one, comes."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
