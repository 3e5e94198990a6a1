"""Finer scores of frames in doubt, computed while the user reviews."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from yamnet_gui.analysis import Analysis
from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.closer_look import CloserLookJob, LookedAt, share_stored

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


_log = logging.getLogger(__name__)

_STOPPED = "The closer look is stopped. Analyse, or opening the recording again, goes on with it."


class CloserLook(AutomaticService):
    """Looks again at what was analysed, as the setting says, and gives the document the scores.

    Events of the published scores are shown at once, and change as finer scores come; what the
    user touched never does, and what is selected stays as it is until something else is. The
    setting takes effect at once, also on a recording that is open.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.session.document
        self._settings = context.session.settings
        self._selection = context.session.selection
        self._analysis = context.services.analysis
        self._events = context.services.events
        self._runner = JobRunner("closer look", self)
        self._job: JobHandle | None = None
        self._of: Analysis | None = None
        self._replaced: dict[int | None, set[int]] = {}
        self._analysis.analysed.connect(self._on_analysed)
        self._document.recording_changed.connect(self._forget)
        self._document.analysis_changed.connect(self._on_state)
        self._settings.changed.connect(self._on_setting)
        self._selection.changed.connect(self._on_selection)
        self._show_message = context.shell.show_message
        context.shell.status.cancel_requested.connect(self._on_stop)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def close(self) -> None:
        self._runner.close()

    @Slot(object)
    def _on_analysed(self, analysis: Analysis) -> None:
        self._forget()
        self._of = analysis
        for channel, finer in analysis.finer.items():
            frames = [block.frames for block in finer.blocks.values()]
            self._replaced[channel] = set(np.concatenate([[], *frames]).astype(int).tolist())
        wanted = self._settings.analysis().finer
        if analysis.settings.finer not in ("off", wanted):  # it was switched meanwhile
            self._on_setting("finer")
        else:
            self._look()

    def _look(self) -> None:
        """Begins what the setting asks for, where it is not there yet."""
        of, finer = self._of, self._settings.analysis().finer
        if of is None or finer == of.settings.finer:
            self._record(of)
            return
        try:
            model = self._analysis.model_of_results()
        except UserError:
            return  # shown when an analysis is asked for
        if model.sha256 != of.model_sha256:
            return
        self._document.set_closer_look(share_stored(of))
        self._job = self._runner.submit(
            CloserLookJob(of, model, finer),
            on_result=self._on_looked_at,
            on_failed=self._on_failed,
            on_done=self._on_done,
        )

    def _on_looked_at(self, step: LookedAt) -> None:
        self._hold()
        self._document.set_closer_look(step.share)
        for block in step.blocks:
            if len(block.frames):
                self._document.put_rows(block.channel, block.frames, block.scores)
                self._replaced.setdefault(block.channel, set()).update(block.frames.tolist())
        if any(len(block.frames) for block in step.blocks):
            self._document.rows_were_put()
        if step.analysis is not None:
            self._of = step.analysis
            self._record(step.analysis)

    def _record(self, analysis: Analysis | None) -> None:
        """Projects store with what settings their events were found."""
        if analysis is not None:
            self._document.set_model(self._document.model, analysis.settings)

    def _on_failed(self, error: UserError) -> None:
        """The published scores stay; what keeps a closer look from being taken keeps nothing."""
        _log.info("no closer look: %s", error)

    def _on_done(self) -> None:
        self._job = None
        self._document.set_closer_look(None)

    @Slot()
    def _on_stop(self) -> None:
        """The finer scores so far stay."""
        if self._job is not None:
            self._cancel()
            self._show_message(_STOPPED)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        of = self._of
        if key != "finer" or of is None:
            return
        self._cancel()
        self._events.hold(())  # the user asked for other events
        for channel, frames in self._replaced.items():
            places = np.array(sorted(frames), np.int32)
            if len(places):
                self._document.put_rows(channel, places, of.table(channel).scores[places])
        self._replaced.clear()
        self._of = of.published()
        self._document.rows_were_put()
        self._record(self._of)
        self._look()

    def _hold(self) -> None:
        """What is selected stays as it is shown."""
        events = (self._document.events.get(one) for one in self._selection.ids)
        self._events.hold(tuple(e for e in events if e is not None and not e.touched))

    @Slot()
    def _on_selection(self) -> None:
        if self._job is not None or self._events.holding:
            self._hold()

    @Slot()
    def _on_state(self) -> None:
        if not self._document.buffers or self._analysis.running:
            self._forget()

    @Slot()
    def _forget(self) -> None:
        """Another recording, or another analysis of this one, comes."""
        self._cancel()
        self._of = None
        self._replaced.clear()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._on_done()
