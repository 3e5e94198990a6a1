"""Rules that turn scores into events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yamnet_gui.gui.state.rules import Rules

from .feature import Feature

if TYPE_CHECKING:
    pass


class RuleSetting(Feature):
    """What is done to the rules of all classes at once."""

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"reset_rules": self.reset_rules}

    def reset_rules(self) -> None:
        """Every class follows the default again, and the default its first value."""
        self._bench.rules.set(Rules().rule_set)
