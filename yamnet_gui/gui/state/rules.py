"""The owner of the rules that turn scores into events."""

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.resources import bundled_ontology
from yamnet_gui.detection import BALANCED, ResolvedRule, Rule, RuleSet, preset


class Rules(QObject):
    """One set of rules; every change gives a new one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set = preset(BALANCED, bundled_ontology())

    @property
    def rule_set(self) -> RuleSet:
        return self._set

    def rule(self, class_index: int) -> ResolvedRule:
        """Every value that holds for a class."""
        return self._set.resolved(class_index)

    def set(self, rule_set: RuleSet) -> None:
        if rule_set != self._set:
            self._set = rule_set
            self.changed.emit()

    def set_threshold(self, class_index: int | None, value: float) -> None:
        """Another threshold for one class, or (None) for all that have none of their own."""
        self.set(self._set.with_threshold(class_index, value))

    def clear_class(self, class_index: int) -> None:
        """The class follows the default again."""
        self.set(self._set.with_class(class_index, Rule()))
