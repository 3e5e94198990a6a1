"""Which other recordings of the project have events of other rules, and saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.widgets.notices import OFFER_S, NoticeKind
from yamnet_gui.gui.widgets.other_rules_note import APPLY
from yamnet_gui.labels.project import Project, ProjectChange
from yamnet_gui.labels.project.other_rules import with_other_rules

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_KEY = "other rules"
_COUNT_MS = 500


@dataclass(frozen=True, slots=True)
class OtherRulesJob:
    """Counts recordings with events of other rules than these, beside the open one."""

    project: Project
    rules_id: str
    beside: str

    def run(self) -> Iterator[int]:
        yield len(with_other_rules(self.project, self.rules_id, self.beside))


class OtherRules(QObject):
    """Counts them whenever rules or other recordings change.

    The open recording follows the rules at once. Decisions in it change nothing here, so they look
    through no recording.
    """

    changed = Signal()

    def __init__(self, context: Context, apply: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.apply = apply
        self._project = context.session.project
        self._rules = context.session.rules
        self._notices = context.shell.notices
        self._count = 0
        self._announced = False
        self._job = LatestJob("other rules", self, lambda _error: self._on_count(0))
        self._later = Debounced(self, _COUNT_MS, self._recount)
        self._rules.changed.connect(self._later.start)
        self._project.project_changed.connect(self._on_project)
        self._project.recording_changed.connect(self._later.start)
        self._project.recordings_changed.connect(self._later.start)
        self._project.written.connect(self._on_written)

    @property
    def text(self) -> str:
        """What is to be said of it; "" where all recordings follow the rules."""
        if not self._count:
            return ""
        has = "has" if self._count == 1 else "have"
        others = counted(self._count, "other recording")
        return f"{others} still {has} events of other thresholds or rules."

    @property
    def busy(self) -> bool:
        return self._later.active or self._job.busy

    def close(self) -> None:
        self._later.stop()
        self._job.close()

    def announce(self) -> None:
        """Says it in the bar, now that the user has changed the rules of a project."""
        self._announced = self._project.has_own_list
        self._later.start()

    @Slot()
    def _on_project(self) -> None:
        self._announced = False
        self._on_count(0)
        self._later.start()

    @Slot(object)
    def _on_written(self, changes: tuple[ProjectChange, ...]) -> None:
        here = self._project.recording_id
        if any(one.event_ids and one.recording_id != here for one in changes):
            self._later.start()

    def _recount(self) -> None:
        project = self._project.project
        if project is None:
            self._on_count(0)
            return
        job = OtherRulesJob(project, self._rules.rule_set.rules_id, self._project.recording_id)
        self._job.run(job, self._on_count)

    def _on_count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.changed.emit()
        if not count:
            self._notices.clear(_KEY)
        elif self._announced:
            self._notices.show_notice(
                NoticeKind.INFO, self.text, [(APPLY, self.apply)], key=_KEY, seconds=OFFER_S
            )
        else:
            self._notices.set_text(_KEY, self.text)
        self._announced = False
