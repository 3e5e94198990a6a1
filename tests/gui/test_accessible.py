"""Everything in the window can be named and reached without a mouse or colours."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QScrollBar,
    QWidget,
)

from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    Track,
)
OF_QT = ("QMenuBar", "QToolBar", "QLineEdit", "QTabBar", "QDockWidget")


def part_of_another(widget: QWidget) -> bool:
    """Whether Qt made it as a part of a control that has a name itself."""
    parent = widget.parent()
    if isinstance(widget, QScrollBar) or isinstance(parent, (*CONTROLS, QMainWindow)):
        return True
    inside_popup = type(parent).__name__ in ("QComboBoxPrivateContainer", "QFrame")
    return inside_popup or any(parent.inherits(name) for name in OF_QT)


@pytest.mark.workflow
def test_every_control_has_a_name_for_those_who_do_not_see_it(
    start: Start, settled: Settled
) -> None:
    bench = start("demo")
    settled(bench)
    nameless = [
        f"{type(w).__name__} in {type(w.parent()).__name__}"
        for w in bench.shell.window.findChildren(QWidget)
        if isinstance(w, CONTROLS)
        and not part_of_another(w)
        and not w.accessibleName()
        and not (isinstance(w, QAbstractButton) and w.text())
    ]
    assert not nameless


@pytest.mark.workflow
def test_the_fields_and_lists_of_the_panels_can_be_reached_by_the_tab_key(
    start: Start, settled: Settled
) -> None:
    bench = start("demo")
    settled(bench)
    out_of_reach = [
        w.accessibleName()
        for w in bench.shell.window.findChildren(QWidget)
        if isinstance(w, (QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit))
        and w.isVisible()
        and not part_of_another(w)
        and not w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert not out_of_reach


def test_every_action_is_in_a_menu_and_says_what_it_does(start: Start) -> None:
    bench = start()
    in_menus = {
        action
        for menu in bench.shell.window.menus.values()
        for action in _all_actions(menu.actions())
    }
    for name, action in bench.shell.window.actions_by_id.items():
        assert action in in_menus, name
        assert action.toolTip(), name


def _all_actions(actions):  # type: ignore[no-untyped-def]
    for action in actions:
        yield action
        menu = action.menu()
        if menu is not None:
            yield from _all_actions(menu.actions())
