"""No number and no word of a header is cut, on a laptop and on displays of 200 %."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QTreeView

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
