"""What the menu Tools offers."""

from .spec import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (ActionSpec("clear_cache", "&Clear stored results", "Tools"),)
