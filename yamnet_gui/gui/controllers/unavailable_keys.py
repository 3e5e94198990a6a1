"""Says why a key does nothing now, where its action cannot be done."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence, QShortcut

from yamnet_gui.gui.actions import ACTIONS, ActionSpec
from yamnet_gui.gui.main_window import MainWindow

_OF_WIDGETS = frozenset(
    (
        *("Space", "Shift+Space", "Return", "Enter", "Esc", "Ctrl+A"),
        *("Left", "Right", "Shift+Left", "Shift+Right", "Home", "End", "PgUp", "PgDown"),
    )
)
"""Keys that buttons, fields and tables use themselves while no action of the window takes them."""


class UnavailableKeys(QObject):
    """Stands in for the shortcut of every action while that is disabled.

    Qt passes the key of a disabled action on to the widget with the focus, where it is lost or
    does something else.
    """

    def __init__(
        self,
        window: MainWindow,
        reason: Callable[[ActionSpec], str],
        show: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._reason = reason
        self._show = show
        self._shortcuts: dict[str, list[QShortcut]] = {}
        for spec in ACTIONS:
            action = window.actions_by_id[spec.id]
            action.changed.connect(partial(self._follow, spec, action))
            self._follow(spec, action)

    def _follow(self, spec: ActionSpec, action: QAction) -> None:
        """Only one of the two takes the key: Qt would give an ambiguous one to neither."""
        keys = [
            QKeySequence(key)
            for key in action.shortcuts()
            if key.toString(QKeySequence.SequenceFormat.PortableText) not in _OF_WIDGETS
        ]
        shortcuts = self._shortcuts.get(spec.id, [])
        if [one.key() for one in shortcuts] != keys:
            for one in shortcuts:
                one.setEnabled(False)
                one.deleteLater()
            shortcuts = [self._shortcut(spec, key) for key in keys]
            self._shortcuts[spec.id] = shortcuts
        for one in shortcuts:
            one.setEnabled(not action.isEnabled())

    def _shortcut(self, spec: ActionSpec, key: QKeySequence) -> QShortcut:
        shortcut = QShortcut(key, self._window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(partial(self._say, spec))
        return shortcut

    def _say(self, spec: ActionSpec) -> None:
        self._show(f"{spec.name}: {self._reason(spec)}")
