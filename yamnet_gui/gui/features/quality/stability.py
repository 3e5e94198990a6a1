"""Stability: how much the scores of events depend on level, alignment and channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.detection import Stability
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.state.stabilities import Stabilities
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from pathlib import Path

    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.state.class_map import ClassMapState
    from yamnet_gui.quality.stability import StabilityProgress

_KEY = "stability"


class StabilityFeature(Feature):
    """Scores events again in the background; the spread is shown and sorts the table of events."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._project = context.session.project
        self._selection = context.session.selection
        self._analysis = context.services.analysis
        self._events_panel = context.shell.events
        self._inspector = context.shell.inspector
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self.stabilities = Stabilities(self._document, self._project, self)
        self._background = LatestJob("stability", self, self._show_error)
        self._results: dict[str, Stability] = {}
        self._shown = -1
        self.stabilities.changed.connect(self._show)
        self._inspector.add_facts(self._facts)
        self._document.recording_changed.connect(self._stop)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"stability": self.check_selected, "stability_all": self.check_unreviewed}

    @property
    def busy(self) -> bool:
        return self._background.busy

    def close(self) -> None:
        self._background.close()

    def check_selected(self) -> None:
        """Scores the selected events again."""
        events = (self._document.events.get(event_id) for event_id in self._selection.ids)
        self.check([event for event in events if event is not None])

    def check_unreviewed(self) -> None:
        """Scores all listed events again that are unreviewed."""
        events = (self._document.events.get(i) for i in self._events_panel.shown_ids)
        self.check([e for e in events if e is not None and e.state is ReviewState.UNREVIEWED])

    def check(self, events: Sequence[Event]) -> None:
        """Scores these events of the open recording again."""
        from .jobs import StabilityJob

        recording = self._document.recording
        known = tuple(
            e for e in events if e.class_index is not None and _of_model(self._class_map, e)
        )
        if recording is None or not known:
            self._notices.show_notice(
                NoticeKind.INFO,
                "There are no events of the model's own classes to score again.",
                key=_KEY,
                seconds=8,
            )
            return
        try:
            model = self._analysis.model()
            gain_db = self._analysis.analysis_settings().gain_db
        except UserError as error:
            if not self._show_stored(recording.info.path, known):
                self._show_error(error)
            return
        if self._document.model.sha256 and model.sha256 != self._document.model.sha256:
            self._notices.show_notice(
                NoticeKind.WARNING,
                "The events were detected by other weights than those in use: analyse the "
                "recording again before their scores are compared.",
                key=_KEY,
            )
            return
        self._results, self._shown = {}, -1
        self._show_progress(0, len(known))
        job = StabilityJob(recording.info.path, known, model, gain_db)
        self._background.run(job, self._on_step, self._failed, self._done)

    def _show_stored(self, path: Path, events: Sequence[Event]) -> bool:
        """What came with the demo recording; False where that is nothing."""
        from yamnet_gui.gui.jobs.demo import demo_stabilities, is_demo

        try:
            self._results = demo_stabilities(events) if is_demo(path) else {}
        except UserError as error:
            self._show_error(error)
        some = bool(self._results)
        self._done()
        return some

    def cancel(self) -> None:
        """Stops; results so far are stored."""
        self._background.cancel()
        self._done()

    def sort(self) -> None:
        """Lists the least stable events first; next and previous follow."""
        self._events_panel.sort_by(EventColumn.SPREAD, descending=True)

    def _on_step(self, step: StabilityProgress) -> None:
        self._results[step.result.event_id] = step.result
        self._show_progress(step.done, step.total)

    def _done(self) -> None:
        self._notices.clear(_KEY)
        try:
            self.stabilities.add(self._results)
        except UserError as error:
            self._show_error(error)
        count = len(self._results)
        self._results = {}
        if count:
            self._notices.show_notice(
                NoticeKind.INFO,
                f"{counted(count, 'event')} scored again; the table of events "
                "shows the spread of the scores.",
                [("Least stable first", self.sort)],
                key=_KEY,
                seconds=15,
            )

    def _failed(self, error: UserError) -> None:
        self._notices.clear(_KEY)
        self._show_error(error)

    def _stop(self) -> None:
        """Stops, and drops the results: they belong to the former recording."""
        self._background.cancel()
        self._results = {}
        self._notices.clear(_KEY)

    def _show_progress(self, done: int, total: int) -> None:
        percent = 100 * done // total
        if percent != self._shown and done < total:
            self._shown = percent
            self._notices.show_notice(
                NoticeKind.INFO,
                f"Scoring {counted(total, 'event')} again: {percent}%",
                [("Stop", self.cancel)],
                key=_KEY,
            )

    def _show(self) -> None:
        self._events_panel.set_spreads(self.stabilities.spreads)
        self._inspector.refresh_facts()

    def _facts(self, event: Event) -> list[tuple[str, str]]:
        """What the inspector shows about an event's stability."""
        stability = self.stabilities.get(event.id)
        if stability is None or not stability.scores:
            return []
        low, high = min(stability.scores), max(stability.scores)
        return [("Stability", f"score {low:.2f}–{high:.2f}, spread {high - low:.2f}")]


def _of_model(class_map: ClassMapState, event: Event) -> bool:
    """Whether the network itself scores the event's class; a custom class has scores of its own."""
    own = class_map.model_count
    return event.class_index is not None and event.class_index < own
