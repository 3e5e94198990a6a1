"""What the cells of the list of classes show."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from yamnet_gui.core.text import counted, grouped, threshold_text
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.rules import Rules

from .class_rows import ClassMetrics, ClassNode

SHOWN_ROLE = Qt.ItemDataRole.UserRole + 2


class ClassColumn(IntEnum):
    """Columns of the table."""

    NAME = 0
    THRESHOLD = 1
    COUNT = 2
    BEST = 3


class ClassCells:
    """Texts, ticks and thresholds of classes, as their owners have them now."""

    def __init__(self, class_view: ClassView, rules: Rules) -> None:
        self._view = class_view
        self._rules = rules

    def own_threshold(self, class_index: int) -> bool:
        """Whether the class has its own threshold."""
        rule = self._rules.rule_set.classes.get(class_index)
        return rule is not None and rule.on is not None

    def class_data(self, class_index: int, column: ClassColumn, role: int) -> Any:
        if column is ClassColumn.NAME:
            if role == Qt.ItemDataRole.CheckStateRole:
                ticked = class_index in self._view.ticked
                return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            if role == SHOWN_ROLE:
                return class_index in self._view.shown
        if column is ClassColumn.THRESHOLD:
            if role == Qt.ItemDataRole.EditRole:
                return self._rules.rule(class_index).on
            if role == Qt.ItemDataRole.FontRole and self.own_threshold(class_index):
                font = QFont()
                font.setBold(True)
                return font
        return None

    def text(self, node: ClassNode, column: ClassColumn, metrics: ClassMetrics) -> str:
        if column is ClassColumn.NAME:
            return node.name
        if column is ClassColumn.THRESHOLD:
            if node.class_index is None:
                return ""
            rule = self._rules.rule(node.class_index)
            return threshold_text(rule.on) if rule.enabled else "off"
        if column is ClassColumn.COUNT:
            count = metrics.count(node)
            return grouped(count) if count else ""
        score = metrics.score(node)
        return "" if score is None else f"{score:.2f}"

    def tip(self, node: ClassNode, metrics: ClassMetrics) -> str:
        if node.class_index is None:
            below = counted(len(node.members), "class")
            return f"{node.name}\nA category of the AudioSet ontology with {below}"
        i = node.class_index
        lines = [f"{node.name}  ({i}, {node.mid})"]
        if metrics.score(node) is not None:
            lines.append(f"Best score {metrics.best[i]:.3f}, mean {metrics.mean[i]:.4f}")
        rule = self._rules.rule(i)
        own = " (own)" if self.own_threshold(i) else ""
        lines.append(
            f"Threshold {threshold_text(rule.on)}{own}, {counted(metrics.counts[i], 'event')}"
        )
        return "\n".join(lines)
