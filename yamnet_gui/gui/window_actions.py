"""The actions of the table: menus, shortcuts, icons, and which are enabled."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from yamnet_gui.gui.widgets.plain_text import plain_tip

from .actions import ACTIONS, MENUS, SUBMENUS, ActionSpec, Needs
from .state.settings import Settings
from .theme import Theme, icon


class WindowActions(QObject):
    """All actions of a window, by id, in its menu bar."""

    def __init__(self, window: QMainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._settings = settings
        self.by_id: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self._make(window.menuBar())
        settings.changed.connect(self._on_setting)

    def connect_handlers(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Gives actions their work."""
        for action_id, handler in handlers.items():
            self.by_id[action_id].triggered.connect(_without_argument(handler))

    def offer(self, present: set[Needs], but: str = "") -> None:
        """Enables what can be done with what is open, `but` the action of this id.

        Each is set once: the toolbar lays the whole window out again when one changes.
        """
        for spec in ACTIONS:
            if spec.needs is not Needs.NOTHING:
                self.by_id[spec.id].setEnabled(spec.needs in present and spec.id != but)

    def apply_shortcuts(self) -> None:
        """Gives every action its key: the usual one, or the one that the user set."""
        for spec in ACTIONS:
            chosen = self._settings.shortcut(spec.id)
            keys = spec.keys if chosen is None else (chosen,)
            action = self.by_id[spec.id]
            action.setShortcuts([QKeySequence(k) for k in keys if k])
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tip = spec.tip or spec.name
            action.setToolTip(plain_tip(f"{tip} ({shown})" if shown else tip))

    def set_theme(self, theme: Theme) -> None:
        """Icons in the colours of the theme."""
        palette = theme.palette()
        for spec in ACTIONS:
            if spec.icon:
                self.by_id[spec.id].setIcon(icon(spec.icon, palette))

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "keys":
            self.apply_shortcuts()

    def _make(self, bar: QMenuBar) -> None:
        for name in MENUS:
            menu = bar.addMenu(f"&{name}")
            menu.setToolTipsVisible(True)
            self.menus[name] = menu
        for spec in ACTIONS:
            if spec.separator:
                self.menus[spec.menu].addSeparator()
            self.menus[spec.menu].addAction(self._make_action(spec))
            self._add_submenus(spec.id)
        self.apply_shortcuts()

    def _add_submenus(self, after: str) -> None:
        for submenu in SUBMENUS:
            if submenu.after == after:
                menu = self.menus[submenu.menu].addMenu(submenu.title)
                menu.setToolTipsVisible(True)
                self.menus[submenu.name] = menu

    def _make_action(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.title, self.parent())
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        # a key that is held down decides one event, not all that come under it
        action.setAutoRepeat(spec.needs is not Needs.EVENT)
        action.setEnabled(spec.needs is Needs.NOTHING)
        self.by_id[spec.id] = action
        return action


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool = False) -> None:
        handler()

    return call
