"""Says what the present rules make of the events of a recording that was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from yamnet_gui.core.event_diff import changes_in_words
from yamnet_gui.core.events import Event
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class OpenedRecording(QObject):
    """The open recording follows the rules at once; what is on the disk may be of former ones."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._project = context.session.project
        self._rules = context.session.rules
        self._updater = context.services.events
        self._notices = context.shell.notices
        self._looked = False
        self._document.recording_changed.connect(self._on_recording)
        self._project.project_changed.connect(self._on_recording)
        self._project.recording_changed.connect(self._look)
        self._updater.derived.connect(self._look)

    @Slot()
    def _on_recording(self) -> None:
        self._looked = False

    @Slot()
    def _look(self) -> None:
        """Once both are there, what the project holds and what the rules find."""
        recording = self._document.recording
        known = recording is not None and bool(self._project.recording_id)
        found = self._document.state is AnalysisState.COMPLETE and len(self._updater.detections)
        if self._looked or recording is None or not known or not found:
            return
        self._looked = True
        rules_id = self._rules.rule_set.rules_id
        before = {e.id: e for e in self._project.stored if self._derived(e)}
        if not any(e.rules_id not in ("", rules_id) for e in before.values()):
            return
        after = {
            e.id: e for e in self._project.combined(self._updater.detections) if self._derived(e)
        }
        both = before.keys() & after.keys()
        moved = sum(before[i].span != after[i].span for i in both)
        appear, vanish = len(after) - len(both), len(before) - len(both)
        if appear or vanish or moved:
            name, words = recording.info.path.name, changes_in_words(appear, vanish, moved)
            text = (
                f"The events of {name} were found with other thresholds or rules, and follow the"
                f" present ones now: {words}."
            )
            self._notices.show_notice(NoticeKind.INFO, text, key="rules of the recording")

    def _derived(self, event: Event) -> bool:
        index = event.class_index
        return not event.touched and index is not None and index < self._class_map.model_count
