"""Label sets in use, frequency bounds, and the history of the selected event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut

from yamnet_gui.core.errors import ProjectError, UserError
from yamnet_gui.core.events import Event
from yamnet_gui.gui.actions import ACTIONS
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.features.feature import Feature, run_dialog
from yamnet_gui.labels.project import DERIVE, HistoryEntry, LabelSet, OwnLabel, group, set_label_set

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

    from .dialog import LabelSetsDialog

_DIGITS = range(1, 10)
_BUSY_MS = 200


class LabelSetsFeature(Feature):
    """Updates shortcuts, menu and inspector for the chosen label set and the selected event."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._label_sets = context.session.label_sets
        self._project = context.session.project
        self._selection = context.session.selection
        self._appearance = context.services.appearance
        self._review = context.services.review
        self._event_navigation = context.services.event_navigation
        self._inspector = context.shell.inspector
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self._keys: list[QShortcut] = []
        self._again = Debounced(self, _BUSY_MS, self._show_history)
        self._hertz: float | None = None
        self._colors: dict[str, str] = {}
        self._titles = {f"label_{n}": _title(f"label_{n}") for n in _DIGITS}
        self._menu = self._window.menus["Review"].addMenu("Label se&t in use")
        self._menu.triggered.connect(self._choose)
        self._label_sets.changed.connect(self._show_set)
        self._inspector.frequency_range_edited.connect(self._review.bounds.set_band)
        self._tracks.pointer_moved.connect(self._on_pointer)
        self._selection.changed.connect(self._show_history)
        self._project.steps_changed.connect(self._show_history)
        self._project.recording_changed.connect(self._show_history)
        self._show_set()

    def handlers(self) -> dict[str, Callable[[], object]]:
        guarded = self._review.keys.guarded
        return {
            "label_sets": self.edit,
            "band_low": guarded(lambda: self.set_band(lowest=True)),
            "band_high": guarded(lambda: self.set_band(lowest=False)),
        }

    def close(self) -> None:
        self._again.stop()

    # Label sets

    def dialog(self) -> LabelSetsDialog:
        """The dialog of the project's sets, not shown yet."""
        from .dialog import LabelSetsDialog

        own = self._label_sets
        chosen = own.chosen.id if own.chosen else ""
        used = {
            key.toString().upper(): spec.name
            for spec in ACTIONS
            if not spec.id.startswith("label_")
            for key in self._window.actions_by_id[spec.id].shortcuts()
        }
        return LabelSetsDialog(own.sets, chosen, self._class_map.value, used, self._window)

    def edit(self) -> None:
        """Lets the user edit the sets of the project."""
        if self._project.project is None:
            self._show_message("The project is still being opened; try again in a moment.")
            return
        dialog = self.dialog()
        if run_dialog(dialog):
            self.store(dialog.sets, dialog.chosen)

    def store(self, sets: Sequence[LabelSet], chosen: str) -> None:
        """Stores these sets in the project as one step, and uses one of them."""
        before = {s.id: s for s in self._label_sets.sets}
        after = {s.id: s for s in sets}
        commands = [
            set_label_set(before.get(set_id), after.get(set_id))
            for set_id in dict.fromkeys([*before, *after])
            if before.get(set_id) != after.get(set_id)
        ]
        try:
            if commands:
                title = commands[0].title if len(commands) == 1 else "label sets"
                self._project.apply(group(title, commands))
            self._label_sets.choose(chosen)
        except UserError as error:
            self._show_error(error)

    def _choose(self, action: QAction) -> None:
        try:
            self._label_sets.choose(str(action.data()))
        except ProjectError as error:
            self._show_error(error)

    def _show_set(self) -> None:
        """Updates menu, shortcuts and inspector for the chosen set."""
        own = self._label_sets
        chosen = own.chosen
        self._menu.clear()
        for name, set_id in (("None: digits assign the top classes", ""), *_named(own.sets)):
            action = self._menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(set_id == (chosen.id if chosen else ""))
            action.setData(set_id)
        self._menu.setEnabled(bool(own.sets))
        for number in _DIGITS:
            action_id = f"label_{number}"
            label = own.keys.get(str(number))
            title = f"Relabel to {label.name.replace('&', '&&')}" if label else ""
            action = self._window.actions_by_id[action_id]
            action.setText(title or self._titles[action_id])
            action.setVisible(chosen is None or label is not None)
        for key in self._keys:
            key.setParent(None)
            key.deleteLater()
        self._keys = [self._key(key, label) for key, label in own.keys.items() if not key.isdigit()]
        keys = {label.name: key for key, label in own.keys.items()}
        shown = {x.name: keys[x.name] for x in own.labels if x.name in keys} if chosen else None
        self._inspector.show_label_set(chosen.name if chosen else "", shown)
        colors = {label.name: label.color for label in own.labels if label.color}
        if colors != self._colors:
            self._colors = colors
            self._appearance.colors_changed.emit()

    def _key(self, key: str, label: OwnLabel) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key.upper()), self._window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        give = self._review.keys.guarded(lambda: self._review.labels.give(label))
        shortcut.activated.connect(give)
        return shortcut

    # Frequency

    def _on_pointer(self, _time_s: float, hertz: float, track: str) -> None:
        self._hertz = hertz if hertz >= 0 else None

    def set_band(self, *, lowest: bool) -> None:
        """Sets a frequency bound of the selected event to the frequency under the mouse."""
        event = self._event_navigation.current
        if event is None:
            return
        if self._hertz is None:
            self._show_message("Point at a frequency in the spectrogram first.")
        elif lowest:
            self._review.bounds.set_band(event.id, self._hertz, event.high_hz)
        else:
            self._review.bounds.set_band(event.id, event.low_hz, self._hertz)

    # History

    def _show_history(self) -> None:
        project, event = self._project.project, self._event_navigation.current
        lines: list[str] = []
        if project is not None and project.busy():  # selecting does not wait for a large step
            self._again.start()
            return
        if project is not None and event is not None and self._project.recording_id:
            try:
                entries = project.history.of_event(self._project.recording_id, event.id)
            except ProjectError as error:
                self._show_error(error)
                entries = []
            lines = [history_line(entry) for entry in reversed(entries) if entry.action != DERIVE]
        self._inspector.show_history(lines)


def history_line(entry: HistoryEntry) -> str:
    """One change of an event in words: when, who, what."""
    who = f" {entry.reviewer}:" if entry.reviewer else ":"
    verb = {"undo": "undone: ", "redo": "redone: "}.get(entry.action, "")
    return f"{entry.utc.astimezone():%Y-%m-%d %H:%M}{who} {verb}{entry.title}{_what(entry)}"


def _what(entry: HistoryEntry) -> str:
    """How this event changed; the title is about the whole step."""
    old, new = entry.old, entry.new
    if not isinstance(old, Event) or not isinstance(new, Event):
        return ""
    parts = []
    if old.label != new.label:
        parts.append(f"{old.label} → {new.label}")
    if (old.onset_s, old.offset_s) != (new.onset_s, new.offset_s):
        parts.append(
            f"{old.onset_s:.2f}–{old.offset_s:.2f} → {new.onset_s:.2f}–{new.offset_s:.2f} s"
        )
    return f" ({', '.join(parts)})" if parts else ""


def _named(sets: Sequence[LabelSet]) -> list[tuple[str, str]]:
    return [(s.name, s.id) for s in sets]


def _title(action_id: str) -> str:
    return next(spec.title for spec in ACTIONS if spec.id == action_id)
