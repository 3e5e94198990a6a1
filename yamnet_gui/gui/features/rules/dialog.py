"""A preview of what the rules would change in the project."""

from collections.abc import Sequence
from itertools import islice

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.screens import resize_within_screen
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.quality.references import Skipped
from yamnet_gui.quality.rule_preview import PreviewProgress, RecordingChanges, RulesPreview

_EVENTS_SHOWN = 200
_FEW = 3


class ApplyRulesDialog(QDialog):
    """Shows progress, then the preview; `accepted` if the user wants the changes."""

    def __init__(self, rules: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview: RulesPreview | None = None
        self.setWindowTitle("Apply the rules to all recordings")
        resize_within_screen(self, QSize(560, 480))
        self.title = PlainLabel(f"Computing what the rules “{rules}” would change…", self)
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels(["Class", "Added", "Removed", "Changed"])
        self.tree.setAccessibleName("Changes")
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.resizeSection(column, 72)
        self.tree.itemExpanded.connect(self._fill)
        self.remark = PlainLabel(self)
        self.remark.setWordWrap(True)
        self.remark.setTextFormat(Qt.TextFormat.PlainText)
        buttons = DialogButtons(self)
        self.apply = buttons.addButton("Apply", QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setEnabled(False)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.title, self.progress, self.tree, self.remark, buttons):
            layout.addWidget(widget)

    def on_progress(self, step: PreviewProgress) -> None:
        """Shows how far the preview is, and the preview with the last step."""
        self.progress.setMaximum(max(step.total, 1))
        self.progress.setValue(step.done)
        if step.preview is not None:
            self._show(step.preview)

    def _show(self, preview: RulesPreview) -> None:
        self.preview = preview
        self.progress.hide()
        count = len(preview.recordings)
        where = "one recording" if count == 1 else counted(count, "recording")
        if not count:
            self.title.setText("No recording has stored scores yet: analyse the recordings first.")
        elif preview.empty:
            self.title.setText(
                f"Nothing would change in {where}: these rules have been applied already."
            )
        else:
            self.title.setText(f"In {where}, {_events(preview)}.")
        remarks = []
        if preview.protected:
            remarks.append(
                f"{counted(preview.protected, 'reviewed or edited event')} will not be changed."
            )
        if preview.skipped:
            remarks.append(f"Left out: {_left_out(preview.skipped)}.")
        self.remark.setText(" ".join(remarks))
        self.remark.setVisible(bool(remarks))
        for label, numbers in preview.by_label.items():
            item = _row([label, *(grouped(n) if n else "" for n in numbers)])
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            self.tree.addTopLevelItem(item)
        self.apply.setEnabled(not preview.empty)
        if not preview.empty:
            self.apply.setDefault(True)

    def _fill(self, item: QTreeWidgetItem) -> None:
        """Adds the single events of a class when the user expands it."""
        if item.childCount() or self.preview is None:
            return
        label = item.text(0)
        lines = (line for one in self.preview.recordings for line in _lines(one, label))
        for texts in islice(lines, _EVENTS_SHOWN):  # a class may have a million
            item.addChild(_row(texts))
        more = sum(self.preview.by_label[label]) - _EVENTS_SHOWN
        if more > 0:
            item.addChild(QTreeWidgetItem([f"and {grouped(more)} more"]))


def _left_out(skipped: Sequence[Skipped]) -> str:
    """Each reason once, with the recordings that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for one in skipped:
        by_reason.setdefault(one.reason, []).append(one.name)
    parts = []
    for reason, names in by_reason.items():
        if len(names) == 1:
            parts.append(f"{names[0]} {reason}")
        else:
            more = len(names) - _FEW
            some = ", ".join([*names[:_FEW], *([f"{grouped(more)} more"] if more > 0 else [])])
            many = counted(len(names), "recording")
            parts.append(f"{many} {reason.replace('is ', 'are ', 1)} ({some})")
    return "; ".join(parts)


def _row(texts: list[str]) -> QTreeWidgetItem:
    item = QTreeWidgetItem(texts)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for column in (1, 2, 3):
        item.setTextAlignment(column, right)
    return item


def _events(preview: RulesPreview) -> str:
    total = preview.appear + preview.vanish + preview.change
    return f"{preview.in_words()} ({counted(total, 'event')})"


def _lines(one: RecordingChanges, label: str) -> list[list[str]]:
    changes = one.changes
    lines = [(e.onset_s, [_where(one, e), "+", "", ""]) for e in changes.appear if e.label == label]
    lines += [
        (e.onset_s, [_where(one, e), "", "-", ""]) for e in changes.vanish if e.label == label
    ]
    for old, new in changes.change:
        if new.label == label:
            was = f"{_where(one, old)} → {_span(new)}"
            lines.append((new.onset_s, [was, "", "", "±"]))
    return [texts for _, texts in sorted(lines)]


def _where(one: RecordingChanges, event: Event) -> str:
    return f"{one.name}  {_span(event)}"


def _span(event: Event) -> str:
    return f"{clock(event.onset_s)} - {clock(event.offset_s)}"
