"""No number and no word of a header is cut, on a laptop and on displays of 200 %."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QHeaderView,
    QLabel,
    QStyle,
    QTableView,
    QTreeView,
)
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.screens import SIDES, TITLE_BAR
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
SIZES = (QSize(1366, 734), QSize(960, 506), QSize(683, 350))
"""What remains of 1366 × 768, and of 1920 × 1080 and 1366 × 768 at 200 %, below a title bar."""
PANELS = ("recordings", "classes", "events", "progress", "all events", "similar", "teach")
ROWS = 60


def tables(bench: Workbench) -> list[QAbstractItemView]:
    views = bench.shell.window.findChildren(QAbstractItemView)
    return [v for v in views if isinstance(v, QTableView | QTreeView) and v.isVisible()]


def header_of(view: QAbstractItemView) -> QHeaderView:
    return view.horizontalHeader() if isinstance(view, QTableView) else view.header()


def cut_texts(view: QAbstractItemView) -> Iterator[str]:
    """Words of the header, and cells with numbers, that are wider than their column."""
    header, model = header_of(view), view.model()
    metrics, style = view.fontMetrics(), view.style()
    margin = style.pixelMetric(QStyle.PixelMetric.PM_HeaderMargin, None, header)
    name = f"{view.accessibleName() or type(view).__name__}"
    for column in range(model.columnCount()):
        if header.isSectionHidden(column):
            continue
        room = header.sectionSize(column)
        title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        if not header.isHidden() and title:
            sign = header.isSortIndicatorShown() and header.sortIndicatorSection() == column
            needed = header.fontMetrics().horizontalAdvance(title) + margin + 12 * sign
            if needed > room:
                yield f"{name}: header {title!r} needs {needed} of {room} pixels"
        for row in range(min(model.rowCount(), ROWS)):
            text = str(model.data(model.index(row, column, QModelIndex())) or "")
            if text[:1].isdigit() and metrics.horizontalAdvance(text) + 4 > room:
                yield f"{name}: {text!r} below {title!r} needs more than {room} pixels"
                break


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.width()}x{size.height()}")
def test_numbers_and_headers_are_whole(start: Start, settled: Settled, size: QSize) -> None:
    bench = start("demo")
    bench.session.settings.set("autoplay", False)
    window = bench.shell.window
    window.docks.arrange(size)
    window.layout().activate()
    window.resize(size)
    settled(bench)
    siren = next(e for e in bench.session.document.events if e.label == "Siren")
    bench.session.selection.select([siren.id])
    window.actions_by_id["find_similar"].trigger()
    settled(bench)
    cut: list[str] = []
    seen = 0
    for name in PANELS:
        window.show_panel(name)
        settled(bench)
        for view in tables(bench):
            seen += 1
            cut += [f"{name}: {text}" for text in cut_texts(view)]
        if name not in ("recordings", "classes", "events"):
            window.docks[name].hide()
    assert seen >= len(PANELS)
    assert not sorted(set(cut))


DIALOGS = (
    "settings", "weights", "shortcuts", "about", "spectrogram", "go_to", "add_label", "export",
    "cut_clips", "report", "label_sets", "evaluation", "replay", "calibration", "apply_rules",
    "backups", "start_times", "models", "finetune",
)  # fmt: skip
"""Actions that open a dialog over the demo."""


SMALL_SCREEN = QSize(960 - SIDES, 540 - TITLE_BAR)
"""What a dialog has of 1920 × 1080 at 200 %."""


def cut_lines(dialog: QDialog) -> list[str]:
    """Lines of labels that are higher, or words that are wider, than the label that shows them."""
    cut = []
    for label in dialog.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else -1
        if label.height() < max(needed, label.minimumSizeHint().height()):
            cut.append(f"{dialog.windowTitle()}: {label.text()!r}")
    return cut


def test_no_line_of_a_dialog_is_cut(start: Start, settled: Settled, qtbot: QtBot) -> None:
    bench = start("demo")
    settled(bench)
    event = next(e for e in bench.session.document.events if e.label == "Siren")
    cut: list[str] = []
    seen: set[str] = set()

    def dialogs() -> list[QDialog]:
        windows = QApplication.topLevelWidgets()
        return [w for w in windows if isinstance(w, QDialog) and w.isVisible()]

    def look() -> None:
        """Also from within the event loop of a dialog that has one of its own."""
        for dialog in dialogs():
            ticks[dialog.windowTitle()] = ticks.get(dialog.windowTitle(), 0) + 1
            if ticks[dialog.windowTitle()] > 5:  # what it reads has come
                seen.add(dialog.windowTitle())
                least = dialog.minimumSizeHint()
                if least != least.boundedTo(SMALL_SCREEN):
                    cut.append(f"{dialog.windowTitle()} needs {least.toTuple()}")
                cut.extend(cut_lines(dialog))
                dialog.reject()

    ticks: dict[str, int] = {}
    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(60)
    try:
        for action in DIALOGS:
            bench.session.selection.select([event.id])
            before = len(seen)
            bench.shell.window.actions_by_id[action].trigger()
            qtbot.waitUntil(
                lambda before=before: len(seen) > before and not dialogs(), timeout=60_000
            )
    finally:
        timer.stop()
        for dialog in dialogs():
            dialog.reject()
    assert not cut
