"""The Alt keys of a dialog, so that a test can see that none stands for two widgets; and Tab."""

import re
from collections import Counter
from collections.abc import Collection

from PySide6.QtWidgets import QAbstractButton, QDialog, QGroupBox, QLabel, QTabWidget, QWidget

_KEY = re.compile(r"&([^&\s])")


def repeated_access_keys(dialog: QDialog) -> dict[str, int]:
    """Keys that more than one visible widget answers to."""
    shown = [
        w
        for kind in (QLabel, QAbstractButton, QGroupBox)
        for w in dialog.findChildren(kind)
        if w.isVisible()
    ]
    texts = [
        w.title() if isinstance(w, QGroupBox) else w.text()
        for w in shown
        if not isinstance(w, QLabel) or w.buddy() is not None
    ]
    for tabs in dialog.findChildren(QTabWidget):
        texts += [tabs.tabText(n) for n in range(tabs.count())]
    keys = Counter(m.group(1).casefold() for text in texts if (m := _KEY.search(text)))
    return {key: count for key, count in keys.items() if count > 1}


def tab_order(dialog: QWidget, widgets: Collection[QWidget]) -> list[QWidget]:
    """These widgets in the order in which Tab comes to them."""
    order: list[QWidget] = []
    at = dialog.nextInFocusChain()
    while at is not dialog:
        if at in widgets:
            order.append(at)
        at = at.nextInFocusChain()
    return order
