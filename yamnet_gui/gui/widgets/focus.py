"""Which widgets the Tab key goes to: those that can be seen."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import createdByPython


def focus_beside(window: QWidget, start: QWidget, forward: bool) -> QWidget | None:
    """The widget that Tab, or Shift+Tab, goes to from `start`; None where there is no other."""
    return next((w for w in _chain(start, forward) if takes_tab(window, w)), None)


def first_focus(window: QWidget, part: QWidget) -> QWidget | None:
    """The first widget of a part of the window that takes the focus by Tab."""
    chain = (part, *_chain(part, True))
    inside = (w for w in chain if w is part or part.isAncestorOf(w))
    return next((w for w in inside if takes_tab(window, w)), None)


def takes_tab(window: QWidget, widget: QWidget) -> bool:
    """Whether the widget is a stop of the Tab key in this window, and can be seen or scrolled to.

    Qt itself goes to panels that stand behind others as tabs: it only moves them off the screen.
    """
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus.value)
        and widget.focusProxy() is None
        and widget.isEnabled()
        and widget.isVisibleTo(window)
        and widget.window() is window
        and not shown_part(window, widget).isEmpty()
    )


def shown_part(window: QWidget, widget: QWidget) -> QRect:
    """The rectangle of a widget that its ancestors do not cut off, in its window.

    Of a widget in a scroll area that of the area: it is scrolled to when it gets the focus.
    """
    area = _scroll_area(window, widget)
    inner = area.viewport() if area is not None else widget
    rect = inner.rect()
    while inner is not window:
        outer = inner.parentWidget()
        if outer is None:
            return QRect()
        rect = rect.translated(inner.mapTo(outer, QPoint(0, 0))).intersected(outer.rect())
        inner = outer
    return rect


def give_focus(window: QWidget, widget: QWidget, reason: Qt.FocusReason) -> None:
    """Sets the focus, and scrolls so that the widget is seen."""
    widget.setFocus(reason)
    area = _scroll_area(window, widget)
    if area is not None:
        area.ensureWidgetVisible(widget)


def _scroll_area(window: QWidget, widget: QWidget) -> QScrollArea | None:
    outer = widget.parentWidget()
    while outer is not None and outer is not window:
        if isinstance(outer, QScrollArea):
            return outer
        outer = outer.parentWidget()
    return None


def _chain(start: QWidget, forward: bool) -> Iterator[QWidget]:
    """All other widgets of the chain, in its order."""
    widget = _next(start, forward)
    while widget is not start:
        yield widget
        widget = _next(widget, forward)


def _next(widget: QWidget, forward: bool) -> QWidget:
    """The widget behind another one in the chain, or before it."""
    other = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
    assert other is not None  # the chain is a ring
    _give_back(other)
    return other


def _give_back(widget: QWidget) -> None:
    """Gives a widget back to its own parent.

    PySide takes what the methods of the chain return for a child of the widget that was asked: when
    that one goes, it declares the other and all below it deleted, such as the menus of the window
    that comes after the last button of a note. Qt itself does nothing here. Parents that Qt made
    have to be held by theirs, or they would go at once, and take the widget along.
    """
    outer = widget.parentWidget()
    widget.setParent(outer)  # None for the window
    if outer is not None and not createdByPython(outer):
        _give_back(outer)
